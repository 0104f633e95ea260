import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RecordError } from "../core/errors";
import type { EnvRecord, RunRecord, SpanRecord } from "../core/records";
import { appendJsonLines, readJsonLines, repairJsonLines } from "./jsonLines";
import { formatPlace, validateRecord } from "./validateRecord";

/** What a run folder says. */
export interface Session {
  readonly env: EnvRecord;
  readonly runs: readonly RunRecord[];
  readonly spans: readonly SpanRecord[];
  /** What was left out while reading, in sentences; empty when nothing was. */
  readonly notes: readonly string[];
}

/** Path of a record file within a run folder. */
export function recordPath(folder: string, name: "runs.jsonl" | "spans.jsonl" | "env.json"): string {
  return join(folder, name);
}

/** Appends one run as soon as it ended. Its spans must stand already: the run's line is what makes them count. */
export function appendRun(folder: string, run: RunRecord): void {
  appendJsonLines(recordPath(folder, "runs.jsonl"), [run]);
}

/** Appends the spans of one run, before the run itself. */
export function appendSpans(folder: string, spans: readonly SpanRecord[]): void {
  appendJsonLines(recordPath(folder, "spans.jsonl"), spans);
}

/** Writes env.json whole or not at all, and makes the folder. */
export function writeEnv(folder: string, env: EnvRecord): void {
  mkdirSync(folder, { recursive: true });
  const path = recordPath(folder, "env.json");
  const temporary = join(folder, `.pila-${process.pid}-env`);
  writeFileSync(temporary, `${JSON.stringify(env, null, 2)}\n`);
  renameSync(temporary, path);
}

/**
 * env.json, validated; unknown fields kept.
 * @throws RecordError there is none, it is not JSON, or a field is wrong
 */
export function readEnv(folder: string): EnvRecord {
  const path = recordPath(folder, "env.json");
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const found =
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : "a file that is not JSON";
    throw new RecordError(
      `${path}: found ${found}, expected the env.json of a run folder; name a folder that pila bench wrote`,
      {
        path,
        cause,
      },
    );
  }
  return validateRecord<EnvRecord>("env", value, { path });
}

/**
 * All records of a run folder, validated; unknown fields kept. A torn last line and spans of a run that was never
 * recorded (the writer was stopped between the two) are left out and noted.
 * @throws RecordError names file, line and field
 */
export function readSession(folder: string): Session {
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
  repairJsonLines(recordPath(folder, "runs.jsonl"));
  const path = recordPath(folder, "spans.jsonl");
  repairJsonLines(path);
  if (readJsonLines(path).lines.length > spans.length) {
    const temporary = join(folder, `.pila-${process.pid}-spans`);
    writeFileSync(temporary, spans.map((span) => `${JSON.stringify(span)}\n`).join(""));
    renameSync(temporary, path);
  }
  return notes;
}

interface Read<T> {
  readonly values: readonly T[];
  readonly note: string | null;
}

function readRuns(folder: string): Read<RunRecord> {
  const path = recordPath(folder, "runs.jsonl");
  const { lines, note } = readJsonLines(path);
  const seen = new Map<string, number>();
  const values = lines.map(({ line, value }) => {
    const run = validateRecord<RunRecord>("runs", value, { path, line });
    const earlier = seen.get(run.runId);
    if (earlier !== undefined) {
      throw new RecordError(
        `${path}:${line}: field runId: found ${JSON.stringify(run.runId)} of line ${earlier} again, expected each run once; remove one of the two`,
        { path },
      );
    }
    seen.set(run.runId, line);
    return run;
  });
  return { values, note };
}

function readSpans(folder: string): Read<SpanRecord> {
  const path = recordPath(folder, "spans.jsonl");
  const { lines, note } = readJsonLines(path);
  const values = lines.map(({ line, value }) => {
    const span = validateRecord<SpanRecord>("spans", value, { path, line });
    if (span.endSeconds < span.startSeconds) {
      throw new RecordError(
        `${formatPlace({ path, line })}: field endSeconds: found ${span.endSeconds}, expected at least startSeconds ${span.startSeconds}; correct the record or remove it`,
        { path },
      );
    }
    return span;
  });
  return { values, note };
}
