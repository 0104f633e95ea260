import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RecordError } from "../../src/core/errors";
import { PHASES, type RunRecord, type SpanRecord } from "../../src/core/records";
import {
  appendRun,
  appendSpans,
  readSession,
  repairRunFolder,
  schemaPath,
  writeEnv,
} from "../../src/records/runFolder";
import { envOf, runOf, withFolder } from "./records.fixture";

const span = (runId: string, changes: Partial<SpanRecord> = {}): SpanRecord => ({
  runId,
  worker: 1,
  phase: "compute",
  item: "20200101",
  startSeconds: 0.1,
  endSeconds: 0.2,
  bytes: 0,
  ...changes,
});

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    assert.instance(error, RecordError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

test("what was appended is read back as it was, unknown fields too", () =>
  withFolder((folder) => {
    const env = envOf({ protocol: { blocks: 6 } });
    writeEnv(folder, env);
    appendRun(folder, runOf({ crop: "1,2,3,4", colour: "red" }));
    appendSpans(folder, [span("s-b1-o1"), span("s-b1-o1", { worker: 0, phase: "spawn" })]);
    appendRun(folder, runOf({ runId: "s-b1-o1", order: 1 }));
    const session = readSession(folder);
    assert.equal(session.env, env);
    assert.equal(session.runs, [
      runOf({ crop: "1,2,3,4", colour: "red" }),
      runOf({ runId: "s-b1-o1", order: 1 }),
    ]);
    assert.equal(session.spans, [span("s-b1-o1"), span("s-b1-o1", { worker: 0, phase: "spawn" })]);
    assert.equal(session.notes, []);
    assert.equal(readdirSync(folder).sort(), ["env.json", "runs.jsonl", "spans.jsonl"]);
  }));

const wrong: readonly [field: string, changes: Record<string, unknown>, found: RegExp][] = [
  ["wallSeconds", { wallSeconds: "fast" }, /found "fast", expected number/],
  ["wallSeconds", { wallSeconds: -1 }, /found -1, expected >= 0/],
  ["wallSeconds", { wallSeconds: null }, /found null, expected number/],
  ["outcome", { outcome: "good" }, /found "good", expected one of "ok", "failed", "skipped"/],
  ["reason", { outcome: "failed" }, /found null, expected string/],
  ["reason", { reason: "odd" }, /found "odd", expected null/],
  ["noise.stealShare", { noise: { loadAverage: 1, cpuPressure: null } }, /found nothing, expected a value/],
  ["shape.azimuth", { shape: { azimuth: 0, range: 8 } }, /found 0, expected >= 1/],
  ["twin", { twin: "c" }, /found "c", expected one of "a", "b", null/],
  ["block", { block: 1.5 }, /found 1.5, expected integer/],
  ["schema", { schema: 2 }, /found 2, expected 1/],
  ["label", { label: undefined }, /found nothing, expected a value/],
];
for (const [field, changes, found] of wrong) {
  test(`a wrong run names file, line and field: ${field} ${JSON.stringify(changes)}`, () =>
    withFolder((folder) => {
      writeEnv(folder, envOf());
      appendRun(folder, runOf());
      appendRun(folder, runOf({ runId: "other", ...changes }));
      const message = messageOf(() => readSession(folder));
      assert.ok(message.startsWith(`${join(folder, "runs.jsonl")}:2: field ${field}: `), message);
      assert.match(message, found);
    }));
}

test("a span that ends before it starts, and one of no known phase, name line and field", () =>
  withFolder((folder) => {
    writeEnv(folder, envOf());
    appendRun(folder, runOf());
    appendSpans(folder, [span("s-b1-o0"), span("s-b1-o0", { endSeconds: 0.05 })]);
    assert.match(
      messageOf(() => readSession(folder)),
      "spans.jsonl:2: field endSeconds: found 0.05, expected at least startSeconds 0.1",
    );
    writeFileSync(join(folder, "spans.jsonl"), `${JSON.stringify({ ...span("s-b1-o0"), phase: "idle" })}\n`);
    assert.match(
      messageOf(() => readSession(folder)),
      'spans.jsonl:1: field phase: found "idle"',
    );
  }));

test("a run recorded twice and a wrong or missing env.json are errors that name them", () =>
  withFolder((folder) => {
    assert.match(
      messageOf(() => readSession(folder)),
      "env.json: found no such file",
    );
    writeEnv(folder, envOf({ seed: -3 }));
    assert.match(
      messageOf(() => readSession(folder)),
      "env.json: field seed: found -3, expected >= 0",
    );
    writeEnv(folder, envOf());
    appendRun(folder, runOf());
    appendRun(folder, runOf());
    assert.match(
      messageOf(() => readSession(folder)),
      "runs.jsonl:2: field runId",
    );
  }));

test("a torn last line is noted and left out, cut off by repair, and appending goes on whole", () =>
  withFolder((folder) => {
    writeEnv(folder, envOf());
    const path = join(folder, "runs.jsonl");
    appendRun(folder, runOf());
    const whole = readFileSync(path, "utf8");
    // The tear stands in the middle of a two-byte character.
    const second = Buffer.from(JSON.stringify(runOf({ runId: "two", label: "á" })));
    appendFileSync(path, second.subarray(0, second.indexOf(0xc3) + 1));
    const session = readSession(folder);
    assert.equal(
      session.runs.map((run) => run.runId),
      ["s-b1-o0"],
    );
    assert.is(session.notes.length, 1);
    assert.match(session.notes[0]!, `${path}:2: the last line is torn`);
    repairRunFolder(folder);
    assert.is(readFileSync(path, "utf8"), whole);
    appendRun(folder, runOf({ runId: "two" }));
    assert.equal(
      readSession(folder).runs.map((run) => run.runId),
      ["s-b1-o0", "two"],
    );
  }));

test("a broken line that is not the last is an error, also when it is the last but ended", () =>
  withFolder((folder) => {
    writeEnv(folder, envOf());
    appendRun(folder, runOf());
    appendFileSync(join(folder, "runs.jsonl"), '{"schema":1,\n');
    assert.match(
      messageOf(() => readSession(folder)),
      "runs.jsonl:2: found a line that is not JSON",
    );
  }));

test("spans without their run are left out with a note and removed by repair", () =>
  withFolder((folder) => {
    writeEnv(folder, envOf());
    appendRun(folder, runOf());
    appendSpans(folder, [span("s-b1-o0"), span("lost"), span("lost")]);
    assert.equal(readSession(folder).spans, [span("s-b1-o0")]);
    assert.match(readSession(folder).notes[0]!, "2 spans belong to no recorded run");
    repairRunFolder(folder);
    assert.is(readFileSync(join(folder, "spans.jsonl"), "utf8"), `${JSON.stringify(span("s-b1-o0"))}\n`);
    assert.equal(readSession(folder).notes, []);
  }));

interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema & { readonly enum?: readonly string[] }>>;
}

function readSchema(name: "env" | "runs" | "spans"): Schema {
  return JSON.parse(readFileSync(schemaPath(name), "utf8"));
}

/** Fails where a schema asks for other fields than the value of its type has, at any depth. */
function assertFields({ required, properties }: Schema, value: object, what: string): void {
  if (required === undefined) return;
  assert.equal([...required].sort(), Object.keys(value).sort(), what);
  for (const [name, one] of Object.entries(value)) {
    assertFields(properties?.[name] ?? {}, one, `${what}.${name}`);
  }
}

test("the published schemas ask for exactly the fields that the types must have, and list the phases of the core", () => {
  assertFields(readSchema("env"), envOf(), "env");
  assertFields(readSchema("runs"), runOf(), "runs");
  assertFields(readSchema("spans"), span("s"), "spans");
  const optional: { readonly [name in OptionalOf<RunRecord>]: true } = {
    crop: true,
    program: true,
    comparedPixels: true,
  };
  const known = Object.keys(readSchema("runs").properties!);
  assert.equal(known.sort(), [...Object.keys(runOf()), ...Object.keys(optional)].sort());
  assert.equal(readSchema("spans").properties!.phase!.enum, [...PHASES]);
});

/** Names of the fields that may be absent. */
type OptionalOf<T> = { [name in keyof T]-?: undefined extends T[name] ? name : never }[keyof T];

test.run();
