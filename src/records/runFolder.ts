import { appendFileSync, existsSync, ftruncateSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import { namedError, RecordError } from "../core/errors";
import type { EnvRecord, RunRecord, Session, SpanRecord } from "../core/records";
import { writeWholeFile } from "../io/outputFile";
import { changeInPlace, readJsonLines, readRunFile } from "./files";

/** What a run folder says. */
export interface StoredSession extends Session {
  readonly env: EnvRecord;
  /** What was left out while reading, in sentences; empty when nothing was. */
  readonly notes: readonly string[];
}

/** Path of a record file within a run folder. */
export function recordPath(folder: string, name: "runs.jsonl" | "spans.jsonl" | "env.json"): string {
  return join(folder, name);
}

/** Appends one run as soon as it ended. Its spans must stand already: the run's line is what makes them count. */
export function appendRun(folder: string, run: RunRecord): void {
  append(folder, "runs.jsonl", [run]);
}

/** Appends the spans of one run, before the run itself. */
export function appendSpans(folder: string, spans: readonly SpanRecord[]): void {
  if (spans.length > 0) append(folder, "spans.jsonl", spans);
}

/** @throws FileError the disk is full, or refuses in another way: what was torn then is passed over by readers */
function append(folder: string, name: "runs.jsonl" | "spans.jsonl", values: readonly unknown[]): void {
  const path = recordPath(folder, name);
  try {
    changeInPlace(path, (file) => appendFileSync(file, toJsonLines(values)));
  } catch (error) {
    throw namedError(error, path);
  }
}

/** Writes env.json whole or not at all, and makes the folder. @throws FileError */
export function writeEnv(folder: string, env: EnvRecord): void {
  writeWholeFile(recordPath(folder, "env.json"), `${JSON.stringify(env, null, 2)}\n`);
}

/**
 * env.json, validated; unknown fields kept.
 * @throws RecordError there is none, it is not JSON, or a field is wrong
 */
export function readEnv(folder: string): EnvRecord {
  const path = recordPath(folder, "env.json");
  const damaged = (found: string, cause?: unknown): RecordError =>
    new RecordError(
      `${path}: found ${found}, expected the env.json of a run folder; name a folder that pila bench wrote`,
      { path, cause },
    );
  const bytes = readRunFile(folder, "env.json");
  if (bytes === null) throw damaged("no such file");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw damaged("a file that is not JSON", cause);
  }
  return validateRecord<EnvRecord>("env", value, { path });
}

/**
 * The run folder below `reports/runs` whose session began last.
 * @param folder where the run folders stand
 * @returns its path
 * @throws RecordError there is none yet, or an env.json is broken
 */
export function lastRun(folder = "reports/runs"): string {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const runs = names
    .map((name) => join(folder, name))
    .filter((run) => existsSync(recordPath(run, "runs.jsonl")));
  const dated = runs.map((run) => ({ run, startedAt: readEnv(run).startedAt }));
  const newest = dated.sort((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1);
  if (newest !== undefined) return newest.run;
  const message = `${folder}: found no run folder, expected one; measure by pila bench, pila informe or notebook 03-rendimiento`;
  throw new RecordError(message, { path: folder });
}

/**
 * All records of a run folder, validated; unknown fields kept. A torn last line and spans of a run that was never
 * recorded (the writer was stopped between the two) are left out and noted.
 * @param folder the run folder
 * @returns env.json, runs, spans, and notes on what was left out
 * @throws RecordError names file, line and field
 */
export function readSession(folder: string): StoredSession {
  const env = readEnv(folder);
  const runs = readRuns(folder);
  const spans = readSpans(folder);
  const known = new Set(runs.values.map((run) => run.runId));
  const kept = spans.values.filter((span) => known.has(span.runId));
  const notes = [runs.note, spans.note].filter((note) => note !== null);
  if (kept.length < spans.values.length) {
    const path = recordPath(folder, "spans.jsonl");
    notes.push(
      `${path}: ${spans.values.length - kept.length} spans belong to no recorded run and were left out`,
    );
  }
  return { env, runs: runs.values, spans: kept, notes };
}

/**
 * Makes a run folder ready for going on: torn lines and spans without their run are removed from the files.
 * @returns what was removed, in sentences
 */
export function repairRunFolder(folder: string): readonly string[] {
  const { spans, notes } = readSession(folder);
  repairJsonLines(folder, "runs.jsonl");
  if (repairJsonLines(folder, "spans.jsonl") > spans.length) {
    writeWholeFile(recordPath(folder, "spans.jsonl"), toJsonLines(spans));
  }
  return notes;
}

interface Read<T> {
  readonly values: readonly T[];
  readonly note: string | null;
}

function readRuns(folder: string): Read<RunRecord> {
  const seen = new Map<string, number>();
  return readRecords<RunRecord>(folder, "runs", ({ runId }, line) => {
    const earlier = seen.get(runId);
    seen.set(runId, line);
    if (earlier === undefined) return null;
    return `field runId: found ${quoteFound(runId)} of line ${earlier} again, expected each run once; remove one of the two`;
  });
}

function readSpans(folder: string): Read<SpanRecord> {
  return readRecords<SpanRecord>(folder, "spans", ({ startSeconds, endSeconds }) =>
    endSeconds < startSeconds
      ? `field endSeconds: found ${endSeconds}, expected at least startSeconds ${startSeconds}; correct the record or remove it`
      : null,
  );
}

/** @param faultOf what is wrong with a record that follows its schema; null: nothing */
function readRecords<T>(
  folder: string,
  name: "runs" | "spans",
  faultOf: (record: T, line: number) => string | null,
): Read<T> {
  const path = recordPath(folder, `${name}.jsonl`);
  const values: T[] = [];
  const { note } = readJsonLines(folder, `${name}.jsonl`, (value, line) => {
    const record = validateRecord<T>(name, value, { path, line });
    const fault = faultOf(record, line);
    if (fault !== null) throw new RecordError(`${formatPlace({ path, line })}: ${fault}`, { path });
    values.push(record);
  });
  return { values, note };
}

function toJsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** Makes the file ready for appending: a torn last line is cut off, a whole one gets its line feed. @returns its records */
function repairJsonLines(folder: string, name: "runs.jsonl" | "spans.jsonl"): number {
  let count = 0;
  const { wholeBytes, lacksLineFeed, note } = readJsonLines(folder, name, () => {
    count += 1;
  });
  const path = recordPath(folder, name);
  if (note !== null) changeInPlace(path, (file) => ftruncateSync(file, wholeBytes));
  else if (lacksLineFeed) changeInPlace(path, (file) => appendFileSync(file, "\n"));
  return count;
}

/** The published layouts. */
type SchemaName = "runs" | "spans" | "env" | "maps";

/** Absolute path of a published schema: the same file users read and programs validate against. */
export function schemaPath(name: SchemaName): string {
  return join(__dirname, "../../../src/records/schema", `${name}.schema.json`);
}

/** A file, and the line of a record in it where it is not the whole file. */
interface Place {
  readonly path: string;
  readonly line?: number;
}

/**
 * The value itself when it follows its schema; fields the schema does not know are kept.
 * @param place named in the message
 * @throws RecordError names place, field, what was found and what was expected
 */
export function validateRecord<T>(name: SchemaName, value: unknown, place: Place): T {
  const validate = validatorOf(name);
  if (validate(value)) return value as T;
  const errors = validate.errors!;
  // An `if` only repeats that one of its branches failed: the branch's own error names the field.
  const error = errors.find(({ keyword }) => keyword !== "if") ?? errors[0]!;
  throw new RecordError(
    `${formatPlace(place)}: field ${fieldOf(error)}: found ${foundAt(value, error)}, expected ${expectationOf(error)}; ` +
      `correct the record or remove it (schema: src/records/schema/${name}.schema.json)`,
    { path: place.path },
  );
}

/** `FILE:LINE`, or `FILE`. */
function formatPlace({ path, line }: Place): string {
  return line === undefined ? path : `${path}:${line}`;
}

const validators = new Map<SchemaName, ValidateFunction>();

function validatorOf(name: SchemaName): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const { Ajv } = require("ajv") as typeof import("ajv");
  const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false, verbose: true });
  const validate = ajv.compile(JSON.parse(readFileSync(schemaPath(name), "utf8")));
  validators.set(name, validate);
  return validate;
}

function fieldOf(error: ErrorObject): string {
  const missing = error.keyword === "required" ? `/${String(error.params.missingProperty)}` : "";
  const path = (error.instancePath + missing).slice(1).replaceAll("/", ".");
  return path === "" ? "(the whole record)" : path;
}

function foundAt(value: unknown, error: ErrorObject): string {
  return error.keyword === "required"
    ? "nothing"
    : quoteFound(error.instancePath === "" ? value : error.data);
}

/** A value as JSON, for messages: the beginning of what is long. */
export function quoteFound(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? "nothing";
    return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  } catch {
    return "lists or objects too deep to be shown";
  }
}

const LONGEST_QUOTE = 200;

function expectationOf(error: ErrorObject): string {
  switch (error.keyword) {
    case "required":
      return "a value";
    case "type":
      return [error.params.type].flat().join(" or ");
    case "enum":
      return `one of ${error.params.allowedValues.map((v: unknown) => JSON.stringify(v)).join(", ")}`;
    case "const":
      return JSON.stringify(error.params.allowedValue);
    case "pattern":
      return `text of the pattern ${error.params.pattern}`;
    case "minimum":
    case "maximum":
      return `${error.params.comparison} ${error.params.limit}`;
    default:
      return error.message ?? error.keyword;
  }
}
