import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RecordError } from "../../src/core/errors";
import type { RunRecord } from "../../src/core/records";
import { readResultados, summarise, writeResultados } from "../../src/records/resultados";
import { envOf, runOf, withFolder } from "./records.fixture";

let count = 0;
const timed = (
  label: string,
  seconds: number | null,
  changes: Partial<RunRecord> & Record<string, unknown> = {},
) => runOf({ runId: `r${count++}`, label, twin: null, wallSeconds: seconds, ...changes });

test("median of the kept runs, A/A pooled; warm-up, traced, failed and skipped leave, noisy stays", () => {
  const rows = summarise([
    timed("threads2", 6),
    timed("sec", 9, { warmup: true, block: 0 }),
    timed("sec", 1, { twin: "a" }),
    timed("sec", 2, { twin: "b" }),
    timed("sec", 4, { twin: "a", noisy: true }),
    timed("sec", 5, { twin: "b" }),
    timed("mp4_v2", 0.25),
    timed("mp4_v2", 0.5),
    timed("mp4_v2", 0.125),
    timed("mp4_v2", 70, { traced: true }),
    timed("mp4_v2", 0.01, { outcome: "failed", reason: "other pixels" }),
    timed("mpi4", null, { outcome: "skipped", reason: "no mpiexec" }),
  ]);
  assert.equal(rows, [
    { label: "sec", seconds: 3 },
    { label: "mp4_v2", seconds: 0.25 },
    { label: "threads2", seconds: 6 },
  ]);
});

test("resultados.csv is tab separated with a point; other dates and crops have their own file", () =>
  withFolder((folder) => {
    const runs = [
      timed("sec", 1.5),
      timed("mp4_v2", 0.75),
      timed("sec", 0.5, { dates: 2 }),
      timed("sec", 0.25, { crop: "8,8,0,4" }),
    ];
    const paths = writeResultados(folder, envOf(), runs);
    assert.equal(
      paths.map((path) => basename(path)),
      ["resultados.csv", "resultados-2-whole.csv", "resultados-4-8-8-0-4.csv"],
    );
    assert.is(readFileSync(paths[0]!, "utf8"), "backend\ttiempo\nsec\t1.500000\nmp4_v2\t0.750000\n");
    assert.equal(readResultados(paths[1]!), [{ label: "sec", seconds: 0.5 }]);
    assert.equal(readResultados(paths[2]!), [{ label: "sec", seconds: 0.25 }]);
  }));

for (const [kind, text] of [
  ["tabs", "backend\ttiempo\nsec\t2.5\nmp4\t1.25\n"],
  ["byte order mark, carriage returns, blank lines", "\uFEFFbackend\ttiempo\r\nsec\t2.5\r\n\r\nmp4\t1.25"],
  ["decimal commas and semicolons", "backend;tiempo\nsec;2,5\nmp4;1,25\n"],
  ["commas, quotes and another column", 'n,tiempo,backend\n1,2.5,"sec"\n2,1.25,mp4\n'],
] as const) {
  test(`a user's CSV is read: ${kind}`, () =>
    withFolder((folder) => {
      const path = join(folder, "mine.csv");
      writeFileSync(path, text);
      assert.equal(readResultados(path), [
        { label: "sec", seconds: 2.5 },
        { label: "mp4", seconds: 1.25 },
      ]);
    }));
}

for (const [text, message] of [
  ["name\tseconds\nsec\t1\n", ':1: found header "name\\tseconds", expected the columns backend and tiempo'],
  ["backend\ttiempo\nsec\tslow\n", ':2: field tiempo: found "slow"'],
  ["backend\ttiempo\nsec\t1\nmp4\t\n", ':3: field tiempo: found ""'],
  ["backend\ttiempo\nsec\t0\n", ':2: field tiempo: found "0"'],
  ["backend\ttiempo\n\t1\n", ":2: field backend: found nothing"],
] as const) {
  test(`a wrong CSV names line and field: ${JSON.stringify(text)}`, () =>
    withFolder((folder) => {
      const path = join(folder, "mine.csv");
      writeFileSync(path, text);
      assert.throws(
        () => readResultados(path),
        (error: Error) => error instanceof RecordError && error.message.startsWith(`${path}${message}`),
      );
    }));
}

test.run();
