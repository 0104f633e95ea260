// Records that are wrong: run folders, tables of times.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { envOf, runOf } from "../records/records.fixture";
import { type BadInput, put, testBadInputs } from "./badInput.fixture";

const SPAN = {
  runId: "s-b1-o0",
  worker: 0,
  phase: "read",
  item: "a",
  startSeconds: 0,
  endSeconds: 1,
  bytes: 5,
};

/** Files of a run folder; what is left out is sound, null is not there. */
interface RunFiles {
  readonly env?: string | null;
  readonly runs?: string | null;
  readonly spans?: string | null;
}

function writeRun(folder: string, files: RunFiles): void {
  const all = {
    "env.json": files.env === undefined ? JSON.stringify(envOf()) : files.env,
    "runs.jsonl": files.runs === undefined ? `${JSON.stringify(runOf())}\n` : files.runs,
    "spans.jsonl": files.spans === undefined ? `${JSON.stringify(SPAN)}\n` : files.spans,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(all)) if (text !== null) put(join(folder, name), text);
}

function record(name: string, files: RunFiles, says: RegExp, words = "compare {}/run {}/run"): BadInput {
  return {
    name: `run folder: ${name}`,
    make: (folder) => writeRun(join(folder, "run"), files),
    words,
    error: "RecordError",
    says,
  };
}

const env = (name: string, changes: object, says: RegExp): BadInput =>
  record(`env.json with ${name}`, { env: JSON.stringify({ ...envOf(), ...changes }) }, says);
const run = (name: string, changes: object, says: RegExp): BadInput =>
  record(`a run with ${name}`, { runs: `${JSON.stringify({ ...runOf(), ...changes })}\n` }, says);
const span = (name: string, changes: object, says: RegExp): BadInput =>
  record(`a span with ${name}`, { spans: `${JSON.stringify({ ...SPAN, ...changes })}\n` }, says);

const NOT_JSON = /env\.json: found a file that is not JSON/;
const good = JSON.stringify(runOf());

const RUN_FOLDERS: readonly BadInput[] = [
  { ...record("none", {}, /run: found|env\.json: found no such file/), make: () => undefined },
  {
    ...record("empty", {}, /env\.json: found no such file/),
    make: (folder) => mkdirSync(join(folder, "run")),
  },
  {
    ...record("a file in its place", {}, /found /),
    make: (folder) => put(join(folder, "run"), "a file"),
    error: "FileError",
  },
  record("no env.json", { env: null }, /env\.json: found no such file/),
  record("env.json empty", { env: "" }, NOT_JSON),
  record("env.json cut", { env: JSON.stringify(envOf()).slice(0, 200) }, NOT_JSON),
  record("env.json of NUL bytes", { env: "\0".repeat(50) }, NOT_JSON),
  record("env.json of words", { env: "hello" }, NOT_JSON),
  record("env.json that is null", { env: "null" }, /env\.json: field .*found null, expected object/),
  record("env.json that is a list", { env: "[]" }, /env\.json: field .*found \[\], expected object/),
  record("env.json 100,000 lists deep", { env: "[".repeat(100_000) + "]".repeat(100_000) }, /env\.json: f/),
  {
    ...record("env.json a folder", { env: null }, /env\.json: found /),
    make: (folder) => mkdirSync(join(folder, "run/env.json"), { recursive: true }),
  },
  env("another schema", { schema: 2 }, /env\.json: field schema: found 2, expected 1/),
  env("no date", { startedAt: undefined }, /env\.json: field startedAt: found nothing, expected a value/),
  env("a date that is a number", { startedAt: 5 }, /env\.json: field startedAt: found 5, expected string/),
  env("no machine", { machine: null }, /env\.json: field machine: found null, expected object/),
  env(
    "cores as text",
    { machine: { ...envOf().machine, cores: "2" } },
    /env\.json: field machine\.cores: found "2"/,
  ),
  env(
    "dates that are no list",
    { dataset: { ...envOf().dataset, dates: "all" } },
    /field dataset\.dates: found "all"/,
  ),
  env(
    "a shape without range",
    { dataset: { ...envOf().dataset, shape: { azimuth: 3 } } },
    /field dataset\.shape\.range: found nothing/,
  ),
  record(
    "a run that is not JSON, before another",
    { runs: `{"schema": 1\n${good}\n` },
    /runs\.jsonl:1: found a line that is not JSON/,
  ),
  record("a run that is null", { runs: "null\n" }, /runs\.jsonl:1: field .*found null, expected object/),
  record(
    "a run twice",
    { runs: `${good}\n${good}\n` },
    /runs\.jsonl:2: field runId: found "s-b1-o0" of line 1 again/,
  ),
  record(
    "NUL bytes among runs",
    { runs: `${good}\n\0\0\0\n${good}\n` },
    /runs\.jsonl:2: found a line that is not JSON/,
  ),
  record(
    "a run of UTF-16",
    { runs: `\uFFFE${good}\n${good}\n` },
    /runs\.jsonl:1: found a line that is not JSON/,
  ),
  {
    ...record("runs.jsonl a folder", { runs: null }, /runs\.jsonl: found a folder/),
    make: (folder) => {
      writeRun(join(folder, "run"), { runs: null });
      mkdirSync(join(folder, "run/runs.jsonl"));
    },
  },
  run("another schema", { schema: "1" }, /runs\.jsonl:1: field schema: found "1", expected 1/),
  run("no id", { runId: undefined }, /runs\.jsonl:1: field runId: found nothing/),
  run("an empty id", { runId: "" }, /runs\.jsonl:1: field runId: found ""/),
  run("seconds as text", { wallSeconds: "0.5" }, /runs\.jsonl:1: field wallSeconds: found "0\.5"/),
  run("negative seconds", { wallSeconds: -1 }, /runs\.jsonl:1: field wallSeconds: found -1, expected/),
  record(
    "a run of 1e999 seconds",
    { runs: `${good.replace('"wallSeconds":0.5', '"wallSeconds":1e999')}\n` },
    /runs\.jsonl:1: field wallSeconds: found/,
  ),
  run("half a worker", { workers: 1.5 }, /runs\.jsonl:1: field workers: found 1\.5/),
  run("no worker", { workers: 0 }, /runs\.jsonl:1: field workers: found 0/),
  run("an outcome that there is not", { outcome: "great" }, /runs\.jsonl:1: field outcome: found "great"/),
  run("a shape of words", { shape: "16x8" }, /runs\.jsonl:1: field shape: found "16x8"/),
  run("a cache that there is not", { cache: "hot" }, /runs\.jsonl:1: field cache: found "hot"/),
  run("noise that is null", { noise: null }, /runs\.jsonl:1: field noise: found null/),
  span("an end before its start", { endSeconds: -1 }, /spans\.jsonl:1: field endSeconds: found -1/),
  span("a phase that there is not", { phase: "nap" }, /spans\.jsonl:1: field phase: found "nap"/),
  span("a worker below 0", { worker: -1 }, /spans\.jsonl:1: field worker: found -1/),
  span("bytes as text", { bytes: "5" }, /spans\.jsonl:1: field bytes: found "5"/),
  record(
    "plot of runs that all failed",
    { runs: `${JSON.stringify(runOf({ outcome: "failed", reason: "x", wallSeconds: null }))}\n` },
    /run: found no run that ended well/,
    "plot {}/run",
  ),
  record("plot of no run", { runs: "" }, /run: found /, "plot {}/run"),
  {
    ...record(
      "informe of a folder without runs",
      { runs: null },
      /run: found no runs\.jsonl/,
      "informe --run {}/run --out {}/informe.html",
    ),
    error: "FormatError",
  },
  record(
    "bench going on with a folder without env.json",
    { env: null },
    /env\.json: found no such file/,
    "bench {}/run --resume {}/run",
  ),
  record(
    "bench going on with an env.json of another bench",
    { env: "{}" },
    /env\.json: field /,
    "bench {}/run --resume {}/run",
  ),
  {
    ...record(
      "plan with records of no cost model",
      {},
      /found --run .* with too few configurations/,
      "plan {}/run --run {}/run",
    ),
    error: "UsageError",
  },
];

function table(
  name: string,
  text: string | Buffer | null,
  says: RegExp,
  more: Partial<BadInput> = {},
): BadInput {
  return {
    name: `resultados.csv: ${name}`,
    make: (folder) => {
      if (text !== null) put(join(folder, "resultados.csv"), text);
    },
    words: "plot {}/resultados.csv",
    error: "RecordError",
    says,
    ...more,
  };
}

const HEADER = "backend\ttiempo\n";
const line = (row: string, more: string = `sec\t1\n`): string => HEADER + more + row;
const TIEMPO = /resultados\.csv:3: field tiempo: found .*, expected seconds above 0/;

const TABLES: readonly BadInput[] = [
  table("none", null, /resultados\.csv: found no such file/),
  table("empty", "", /resultados\.csv:1: found header ""/),
  table("a header alone", HEADER, /resultados\.csv: found .*sec/),
  table("another header", "label\tseconds\nsec\t1\n", /resultados\.csv:1: found header "label\\tseconds"/),
  table("no header", "sec\t1\nmp2\t2\n", /resultados\.csv:1: found header "sec\\t1"/),
  table("one column", "backend\nsec\n", /resultados\.csv:1: found header "backend"/),
  table("columns apart by a bar", "backend|tiempo\nsec|1\n", /resultados\.csv:1: found header/),
  table("UTF-16", Buffer.from(`\uFEFF${line("mp2\t1\n")}`, "utf16le"), /resultados\.csv:1: found header/),
  table("NUL bytes", Buffer.alloc(100), /resultados\.csv:1: found header/),
  table(
    "a header of 4 million characters",
    "x".repeat(4_000_000),
    /resultados\.csv:1: found header .{1,300}$/s,
  ),
  table("no row sec", `${HEADER}mp2\t1\n`, /resultados\.csv: found .*sec/),
  table("two rows sec", line("sec\t2\n"), /resultados\.csv: found .*sec/),
  table("no time", line("mp2\t\n"), TIEMPO),
  table("no cell of a time", line("mp2\n"), TIEMPO),
  table("a time of 0", line("mp2\t0\n"), TIEMPO),
  table("a negative time", line("mp2\t-1\n"), TIEMPO),
  table("a time of words", line("mp2\tfast\n"), TIEMPO),
  table("a time that is NaN", line("mp2\tNaN\n"), TIEMPO),
  table("an infinite time", line("mp2\tInfinity\n"), TIEMPO),
  table("a time of 1e999", line("mp2\t1e999\n"), TIEMPO),
  table("a time in hexadecimal", line("mp2\t0x10\n"), TIEMPO),
  table("a time with its unit", line("mp2\t1.5 s\n"), TIEMPO),
  table("a time with thousands", line("mp2\t1.234,5\n"), TIEMPO),
  table("no label", line("\t1\n"), /resultados\.csv:3: field backend: found nothing/),
  table("a blank label", line("  \t1\n"), /resultados\.csv:3: field backend: found nothing/),
  {
    ...table("a folder without records", null, /found no such file/),
    make: (folder) => mkdirSync(join(folder, "resultados.csv")),
  },
  table("pictures where a file is", line("mp2\t1\n"), /resultados\.csv: found that it cannot be made/, {
    words: "plot {}/resultados.csv --out {}/resultados.csv",
    error: "FormatError",
  }),
];

testBadInputs([...RUN_FOLDERS, ...TABLES]);

test.run();
