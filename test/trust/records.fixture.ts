// Records and words that are tried with any content: run folders, tables of times, command lines.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  type Arguments,
  parseChoice,
  parseCrop,
  parseImageChoice,
  parseIntensityParameters,
  parseLooks,
  parseSize,
  parseWhole,
  parseWholeList,
  parseWorkers,
} from "../../src/commands/command";
import { COMMANDS, parseArguments } from "../../src/commands/registry";
import { parseSessionOptions } from "../../src/commands/session";
import { compareSessions } from "../../src/evidence/compareSessions";
import { readManifest } from "../../src/io/manifest";
import { readResultados } from "../../src/records/resultados";
import { readSession } from "../../src/records/runFolder";
import { describeComparison } from "../../src/report/comparison";
import { envOf, runOf, spanOf, writeSession } from "../records/records.fixture";
import { put } from "./badInput.fixture";
import { applyEdits, edits, NUMBERS } from "./mutations.fixture";
import type { FuzzCase, FuzzedReader, Outcome } from "./property.fixture";

/** A text, shown as it is. */
function shown<T>(input: T): FuzzCase<T> {
  return { input, [fc.toStringMethod]: () => JSON.stringify(input) };
}

const mutated = (...bases: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...bases), edits)
    .map(([base, all]) => applyEdits(Buffer.from(base), all, true).toString("latin1"));

type Json = Readonly<Record<string, unknown>>;

/** Values of any kind and depth, and those at which something ends. */
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NUMBERS.map(Number), 0.5, -0, 1e308, "", "sec", "0", null, true, [], {}),
  fc.string({ unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A record with some of its fields changed, removed, or met by fields of strange names. */
function changed(record: Json): fc.Arbitrary<Json> {
  const names = Object.keys(record);
  const whole = (name: string): boolean => typeof record[name] !== "object" || Array.isArray(record[name]);
  const parts = names.every(whole) ? names : names.filter((name) => !whole(name));
  const change = fc.oneof(
    fc.tuple(fc.constantFrom(...names), fc.option(anyValue, { nil: undefined })),
    fc.tuple(fc.constantFrom("__proto__", "constructor", "toString", "length", "new"), anyValue),
    fc.tuple(fc.constantFrom(...parts), anyValue, fc.nat()).map(([name, value, at]): [string, unknown] => {
      const part = (record[name] ?? {}) as Json;
      const keys = Object.keys(part);
      return [name, keys.length === 0 ? value : { ...part, [keys[at % keys.length]!]: value }];
    }),
  );
  return fc
    .array(change, { maxLength: 2 })
    .map((all) => Object.fromEntries([...Object.entries(record), ...all]));
}

interface RunTexts {
  readonly env: string;
  readonly runs: string;
  readonly spans: string;
}

const ENV = envOf() as unknown as Json;
const RUNS = [1, 2, 3, 4].map((block) =>
  runOf({
    runId: `b${block}`,
    block,
    label: block % 2 === 0 ? "sec" : "mp2",
    backend: block % 2 === 0 ? "sec" : "mp",
  }),
) as unknown as readonly Json[];
const SPANS = [
  spanOf("b1", [0, "read", 0, 0.2]),
  spanOf("b2", [0, "compute", 0, 0.3]),
] as unknown as readonly Json[];
const lines = (records: readonly Json[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");
const oneChanged = (records: readonly Json[]): fc.Arbitrary<string> =>
  fc.tuple(...records.map((record) => fc.oneof(fc.constant(record), changed(record)))).map(lines);

const runFolder: FuzzedReader<RunTexts> = {
  name: "run folders",
  cases: 4000,
  prepare(folder) {
    writeSession(join(folder, "sound"), {
      env: envOf(),
      runs: RUNS as never,
      spans: SPANS as never,
      notes: [],
    });
    return fc
      .record({
        env: fc.oneof(
          fc.constant(JSON.stringify(ENV)),
          changed(ENV).map((env) => JSON.stringify(env)),
          mutated(JSON.stringify(ENV)),
        ),
        runs: fc.oneof(fc.constant(lines(RUNS)), oneChanged(RUNS), mutated(lines(RUNS))),
        spans: fc.oneof(fc.constant(lines(SPANS)), oneChanged(SPANS), mutated(lines(SPANS))),
      })
      .map(shown);
  },
  read({ env, runs, spans }, folder) {
    for (const [name, text] of Object.entries({
      "env.json": env,
      "runs.jsonl": runs,
      "spans.jsonl": spans,
    })) {
      put(join(folder, "run", name), text);
    }
    const session = readSession(join(folder, "run"));
    const options = { seed: 1, draws: 20 };
    describeComparison(compareSessions(session, readSession(join(folder, "sound")), options));
    return "accepted";
  },
};

/** A table of times, and what a plain reading of its second column finds. */
const resultados: FuzzedReader<string> = {
  name: "resultados.csv",
  cases: 4000,
  prepare() {
    const cell = fc.oneof(
      fc.constantFrom("sec", "mp4", "1", "1.5", "0,5", '"2"', "", "0", "-1", "1e3"),
      fc.string(),
    );
    const row = fc.tuple(cell, cell, fc.constantFrom("\t", ";", ",")).map(([a, b, by]) => `${a}${by}${b}\n`);
    const made = fc.array(row, { maxLength: 4 }).map((rows) => `backend\ttiempo\n${rows.join("")}`);
    const sound = ["\t", ";", ","].map(
      (by) => `backend${by}tiempo\nsec${by}1.5\nmp4${by}0.75\nmp4_v2${by}0.5\n`,
    );
    return fc.oneof(mutated(...sound), made).map(shown);
  },
  read(text, folder) {
    const path = join(folder, "resultados.csv");
    writeFileSync(path, text, "latin1");
    for (const { label, seconds } of readResultados(path)) {
      if (!(seconds > 0 && seconds < Infinity) || label === "")
        throw new Error(`accepted ${label}: ${seconds}`);
    }
    return "accepted";
  },
};

const MANIFEST = {
  schema: 1,
  crop: "3,2,0,0",
  looks: "4x4",
  nodata: "zero",
  sources: [{ date: "20230105", path: "a.slc", bytes: 1040, modified: 1_700_000_000_000 }],
};

const manifest: FuzzedReader<string> = {
  name: "pila-prep.json",
  cases: 2000,
  prepare: () => {
    const text = JSON.stringify(MANIFEST);
    return fc
      .oneof(
        mutated(text),
        changed(MANIFEST).map((each) => JSON.stringify(each)),
      )
      .map(shown);
  },
  read(text, folder) {
    writeFileSync(join(folder, "pila-prep.json"), text, "latin1");
    for (const { date, path, bytes } of readManifest(folder)!.sources) {
      if (`${date}${path}`.includes("undefined") || date.includes("/") || !Number.isFinite(bytes)) {
        throw new Error(`accepted ${date} ${path} ${bytes}`);
      }
    }
    return "accepted";
  },
};

/** What takes a value apart. What a command does with others is tried by the table of words. */
const PARSERS: readonly ((args: Arguments) => unknown)[] = [
  parseWorkers,
  parseImageChoice,
  parseIntensityParameters,
  parseSessionOptions,
  (args) => parseSize("size", args.text("size") ?? "4096x4096"),
  (args) => parseCrop(args.text("crop") ?? "1,1,0,0"),
  (args) => parseLooks(args.text("looks") ?? "4"),
  (args) => parseWhole("seed", args.text("seed") ?? "1", 0, 2 ** 32 - 1),
  (args) => parseWholeList("dates", args.text("dates") ?? "1", 1, 1000),
  (args) => parseChoice("lang", args.text("lang"), ["es", "en"]),
];

const words: FuzzedReader<readonly string[]> = {
  name: "command lines",
  cases: 2000,
  prepare() {
    const options = Object.entries(COMMANDS).flatMap(([, { load }]) => Object.keys(load().command.options));
    const values = [
      "1,1,0,0",
      "4x4",
      "4",
      "zero",
      "HH",
      "es",
      "1,2,4",
      "warm",
      "",
      ",",
      "0",
      "-1",
      "1e9",
      ...NUMBERS.map(String),
    ];
    const value = fc.oneof(fc.constantFrom(...values), fc.string({ unit: "binary" }));
    const option = fc.oneof(fc.constantFrom(...options), fc.string());
    const word = fc.oneof(
      fc.tuple(option, value).map(([name, text]) => `--${name}=${text}`),
      option.map((name) => `--${name}`),
      value,
    );
    const sound = fc.tuple(fc.constantFrom(...Object.keys(COMMANDS)), fc.array(word, { maxLength: 4 }));
    return sound
      .map(([name, rest]) => {
        const needed = COMMANDS[name]!.load().command.positionals.filter((each) => !each.startsWith("["));
        return [name, ...needed, ...rest];
      })
      .map(shown);
  },
  read([name = "", ...rest]): Outcome {
    const args = parseArguments(name, COMMANDS[name]!.load().command, rest);
    for (const parse of PARSERS) parse(args);
    return "accepted";
  },
};

export const RECORD_READERS: readonly FuzzedReader<never>[] = [
  runFolder,
  resultados,
  manifest,
  words,
] as never;
