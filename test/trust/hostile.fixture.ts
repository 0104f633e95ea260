import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RecordError } from "../../src/core/errors";
import { finding } from "../../src/core/findings";
import type { RunRecord } from "../../src/core/records";
import { readMaps } from "../../src/records/maps";
import { readSession } from "../../src/records/runFolder";
import { envOf, writeSession } from "../records/records.fixture";
import { synthesise } from "../records/session.fixture";
import { ideal, pool, SEC } from "../report/culprits.fixture";
import { writeRun } from "../report/image.fixture";

/** What somebody may write into any text of a run folder, and what it tries. */
export const PAYLOADS: Readonly<Record<string, string>> = {
  html: `"><img src=x onerror="owned=1"><script>owned=1</script><svg onload='owned=1'>`,
  attribute: `" onmouseover="owned=1" style='color:red' x=`,
  replacement: "$'$&$`",
  markdown: "`a`|[l](javascript:owned) ![i](http://owned/i) <b>b</b> www.owned.org *x* | c",
  lines: "a\n\n# owned\n\n<img src=x onerror=owned>\n| a | b |",
  terminal: "\u001b]0;owned\u0007\u001b[31m\u009b5m\rpila: done\u202e",
  formula: '=HYPERLINK("http://owned.example";"x")',
  path: "../../../../../../etc/passwd",
  prototype: "__proto__",
  inherited: "constructor",
};

const FINDING = finding("level", "slc/20200101.slc", ["20200101", "20200113"], "5 dB more", { decibels: 5 });

/** A run folder as a bench leaves it: a peer, a failed configuration, findings, what was left out, spans and maps. */
export function writeWhole(folder: string): void {
  const failed = { ...ideal, failure: (): string => "its output differs from sec" };
  const peer = { ...pool("py_mp2", "peer", 0.1, 0.1), program: "py_mp", untraced: true };
  const session = synthesise([...SEC, pool("mp2", "mp", 0.1, 7), peer, failed], { cores: 2, blocks: 6 });
  const env = envOf({
    ...session.env,
    findings: [FINDING],
    skipped: [{ label: "mpi", reason: "there is no mpiexec" }],
    protocol: PROTOCOL,
  });
  const runs = session.runs.map((run): RunRecord => ({ ...run, crop: "1024,1024,0,0" }));
  writeSession(folder, { ...session, env, runs });
  writeRun(folder);
}

const PROTOCOL = {
  blocks: 6,
  traceEvery: 2,
  backends: ["sec", "mp", "threads"],
  workers: [1, 2],
  dates: null,
  crops: ["1024,1024,0,0"],
  looks: "4x4",
  nodata: "zero",
  choice: { polarisation: "HH", subdataset: "/data/HH", band: 1 },
  slc: "slc",
  cache: "warm",
  peers: [{ name: "py_mp{workers}", command: ["python3", "x.py"] }],
  budgetSeconds: null,
  timeoutSeconds: 600,
};

/** A text of a record: its file, and where it stands in a record of it; every record of a file has the same place. */
export interface Place {
  readonly file: string;
  readonly path: readonly (string | number)[];
}

const FILES = ["env.json", "runs.jsonl", "spans.jsonl", "maps/maps.json"] as const;

type Json = { [name: string]: Json } | Json[] | string | number | boolean | null;

function readRecords(folder: string, file: string): Json[] {
  const text = readFileSync(join(folder, file), "utf8");
  return file.endsWith(".jsonl")
    ? text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [JSON.parse(text)];
}

function writeRecords(folder: string, file: string, records: readonly Json[]): void {
  writeFileSync(join(folder, file), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** Every place of a text in a run folder, keys of numbered lists included. */
export function placesOf(folder: string): readonly Place[] {
  return FILES.flatMap((file) => {
    const paths = readRecords(folder, file).flatMap((record) => textPaths(record, []));
    const known = new Map(paths.map((path) => [JSON.stringify(path), path]));
    return [...known.values()].map((path) => ({ file, path }));
  });
}

function textPaths(value: Json, path: readonly (string | number)[]): (readonly (string | number)[])[] {
  if (typeof value === "string") return [path];
  if (value === null || typeof value !== "object") return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([name, inside]) => textPaths(inside, [...path, name]));
}

/** Puts a payload before the text at a place of every record of the file; `sec` stays what it is. */
function plant(folder: string, { file, path }: Place, payload: string): void {
  const isWord = /^\w+$/.test(payload);
  const records = readRecords(folder, file);
  for (const record of records) {
    const last = path.at(-1)!;
    // biome-ignore lint/suspicious/noExplicitAny: any record of any depth
    let holder: any = record;
    for (const name of path.slice(0, -1)) holder = holder?.[name];
    const before = holder?.[last];
    if (typeof before !== "string" || before === "sec") continue;
    holder[last] = isWord ? payload : payload + before;
  }
  writeRecords(folder, file, records);
}

/**
 * Plants a payload in every text of a run folder that takes it; the others are refused by a RecordError of their file.
 * @returns where it stands now, and where it was refused
 */
export function plantEverywhere(
  folder: string,
  payload: string,
): { readonly taken: readonly string[]; readonly refused: readonly string[] } {
  const [taken, refused]: [string[], string[]] = [[], []];
  for (const place of placesOf(folder)) {
    const before = readFileSync(join(folder, place.file));
    const name = `${place.file}:${place.path.join(".")}`;
    plant(folder, place, payload);
    try {
      readSession(folder);
      readMaps(folder);
      taken.push(name);
    } catch (error) {
      const isNamed =
        error instanceof RecordError && error.message.includes(join(folder, place.file.split("/")[0]!));
      if (!isNamed) throw error;
      refused.push(name);
      writeFileSync(join(folder, place.file), before);
    }
  }
  return { taken, refused };
}
