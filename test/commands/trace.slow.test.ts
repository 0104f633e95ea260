import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import type { Span } from "../../src/core/records";
import { backendMissing } from "../backends/available.fixture";
import { writeCrop } from "../io/product.fixture";
import { uniform, withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { makeSparseCrops, makeSparseSlc, runPila } from "./cli.fixture";

const SHAPE = { azimuth: 901, range: 703 };
const DATES = 6;
const WORKERS = 3;
/** What spans may leave uncovered; usual is a fifth of a per cent. */
const MOST_UNTOLD = 0.05;
const LARGE = { azimuth: 8000, range: 8192 };

/** Halves of small whole numbers: no cell is left undecided and read again. */
function writeSpeckle(folder: string): void {
  mkdirSync(folder);
  const next = uniform(5);
  for (let date = 0; date < DATES; date++) {
    const values = Float32Array.from(
      { length: SHAPE.azimuth * SHAPE.range },
      () => Math.floor(64 * next()) / 2,
    );
    writeCrop(folder, `d${date}`, { shape: SHAPE, values });
  }
}

/** Who reads, by backend: the pattern that the study compares. */
const READERS: Readonly<Record<string, readonly number[]>> = {
  sec: [0],
  mp: [1, 2, 3],
  mp_v2: [1, 2, 3],
  mp_mem: [0],
  mpi: [1, 2, 3],
  threads: [0, 1, 2],
};

function readSpans(path: string): Span[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Span);
}

function bytesByWorker(spans: readonly Span[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { worker, phase, bytes } of spans) {
    if (phase === "read") sums.set(worker, (sums.get(worker) ?? 0) + bytes);
  }
  return sums;
}

/** Share of the workers' time, from the first span of all to the last, that no span covers. */
function untoldShare(spans: readonly Span[]): number {
  const from = Math.min(...spans.map((span) => span.startSeconds));
  const to = Math.max(...spans.map((span) => span.endSeconds));
  const told = spans.reduce((sum, span) => sum + span.endSeconds - span.startSeconds, 0);
  return 1 - told / (new Set(spans.map((span) => span.worker)).size * (to - from));
}

for (const id of BACKEND_IDS) {
  for (const split of id === "mpi" ? ["dates", "rows"] : ["dates"]) {
    testUnless(backendMissing(id))(
      `${id}${id === "mpi" ? ` by ${split}` : ""}: those read who should, together every byte once, spans of one neither overlap nor leave gaps`,
      () =>
        withFolder((folder) => {
          // Threads share blocks as they come: the work must be longer than the start of the last thread.
          const shape = id === "threads" ? LARGE : SHAPE;
          const pixels = shape.azimuth * shape.range;
          if (shape === LARGE) makeSparseCrops(join(folder, "in"), DATES, LARGE);
          else writeSpeckle(join(folder, "in"));
          const trace = join(folder, "trace.jsonl");
          const args = [
            "stats",
            id,
            join(folder, "in"),
            join(folder, "m"),
            join(folder, "s"),
            "--trace",
            trace,
          ];
          const { code, stdout, stderr } = runPila([
            ...args,
            "--workers",
            String(WORKERS),
            "--split",
            split,
            "--json",
          ]);
          assert.is(code, 0, stderr);
          const spans = readSpans(trace);
          const read = bytesByWorker(spans);
          const readers = READERS[id];
          assert.ok(readers !== undefined, `say in this test who reads in ${id}`);
          assert.equal([...read.keys()].sort(), readers);
          for (const [worker, bytes] of read) assert.ok(bytes > 0, `worker ${worker}`);
          assert.is(
            [...read.values()].reduce((sum, bytes) => sum + bytes),
            4 * DATES * pixels,
          );
          const { usage } = JSON.parse(stdout) as { usage: { bytesRead: number; ipcBytes: number } };
          assert.is(usage.bytesRead, 4 * DATES * pixels);
          if (id === "mp")
            assert.ok(usage.ipcBytes >= 4 * DATES * pixels, "every pixel crosses to the parent");
          if (id === "mp_v2") assert.ok(usage.ipcBytes >= WORKERS * pixels * 36, "one state a worker");
          if (["sec", "threads", "mp_mem"].includes(id)) assert.is(usage.ipcBytes, 0);

          const last = new Map<number, number>();
          for (const { worker, phase, item, startSeconds, endSeconds } of spans.sort(
            (a, b) => a.startSeconds - b.startSeconds,
          )) {
            const before = last.get(worker) ?? Number.NEGATIVE_INFINITY;
            assert.ok(
              endSeconds >= startSeconds && startSeconds >= before - 1e-6,
              `worker ${worker}: ${phase} ${item} overlaps`,
            );
            last.set(worker, Math.max(before, endSeconds));
          }
          assert.ok(untoldShare(spans) < MOST_UNTOLD, `${untoldShare(spans)} untold`);
        }),
    );
  }
}

const SLC_SHAPE = { azimuth: 16_000, range: 8245 };

for (const command of ["prep", "fused"]) {
  test(`${command}: every thread reads samples, only those under the crop are read, each once, spans leave no gaps`, () =>
    withFolder((folder) => {
      makeSparseSlc(join(folder, "slc"), 4, SLC_SHAPE);
      const trace = join(folder, "trace.jsonl");
      const outputs = command === "prep" ? [join(folder, "in")] : [join(folder, "m"), join(folder, "s")];
      const options = ["--crop", "3600,1500,300,500", "--workers", "3", "--trace", trace, "--json"];
      const { code, stdout, stderr } = runPila([command, join(folder, "slc"), ...outputs, ...options]);
      assert.is(code, 0, stderr);
      const spans = readSpans(trace);
      const read = bytesByWorker(spans);
      assert.ok(untoldShare(spans) < MOST_UNTOLD, `${untoldShare(spans)} untold`);
      assert.equal([...read.keys()].sort(), [0, 1, 2]);
      const under = 4 * (3600 * 4) * (1500 * 4) * 8;
      assert.is(
        [...read.values()].reduce((sum, bytes) => sum + bytes),
        under,
      );
      assert.is((JSON.parse(stdout) as { usage: { bytesRead: number } }).usage.bytesRead, under);
    }));
}

test.run();
