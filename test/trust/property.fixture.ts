// What holds of every reader and every file: it reads what GDAL reads, or says what is wrong; soon, and in little memory.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { PilaError } from "../../src/core/errors";
import { testUnless } from "../testUnless";

/** What is tried, and how it is shown where it fails. */
export interface FuzzCase<T> {
  readonly input: T;
  readonly [fc.toStringMethod]: () => string;
}

/** A reader with the inputs it is tried with. */
export interface FuzzedReader<T = unknown> {
  readonly name: string;
  /** Of the 100,000 of fuzz.long.ts. */
  readonly cases: number;
  readonly missing?: string | undefined;
  /** Prepares an empty folder, and makes the cases that are read in it. */
  prepare(folder: string): fc.Arbitrary<FuzzCase<T>>;
  /** Reads one. @throws PilaError what is wrong with it; any other error is a defect */
  read(input: T, folder: string): Promise<Outcome> | Outcome;
}

/** Read as GDAL reads it, read where GDAL does not, or refused. */
export type Outcome = "confirmed" | "accepted" | "refused";

/** What one case may take: seconds of a processor and on a clock, and memory. */
const LIMITS = { processorSeconds: 2, clockSeconds: 30, memoryBytes: 300 * 2 ** 20 };

/**
 * A test for a reader. A failure prints seed, path and the smallest input found; one that ends the process leaves it in
 * a folder `pila-fuzz-…` for temporary files.
 */
export function testReader<T>(reader: FuzzedReader<T>, cases: number, seed: number): void {
  testUnless(reader.missing)(
    `${reader.name}: each of ${cases} is read as GDAL reads it, or refused with words`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "pila-fuzz-"));
      const counts = { confirmed: 0, accepted: 0, refused: 0 };
      const watch = watchForHangs(`${reader.name}, seed ${seed}: see ${folder}`);
      const property = fc.asyncProperty(reader.prepare(folder), async ({ input }) => {
        watch.tick();
        const used = process.cpuUsage();
        const [resident, peak] = [process.memoryUsage.rss(), peakBytes()];
        counts[await outcomeOf(reader, input, folder)] += 1;
        const { user, system } = process.cpuUsage(used);
        assert.ok(user + system < 1e6 * LIMITS.processorSeconds, `took ${(user + system) / 1e6} s`);
        const grown = peakBytes() > peak ? peakBytes() - resident : 0;
        assert.ok(grown < LIMITS.memoryBytes, `took ${Math.round(grown / 2 ** 20)} MiB`);
      });
      try {
        await fc.assert(property, { seed, numRuns: cases, includeErrorInReport: true });
      } finally {
        await watch.end();
        rmSync(folder, { recursive: true, force: true });
      }
      process.stdout.write(`\n${reader.name}: ${JSON.stringify(counts)}\n`);
      assert.ok(counts.refused > 0 && counts.refused < cases, `tries too little: ${JSON.stringify(counts)}`);
    },
  );
}

/** The most that this process ever held in memory. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

async function outcomeOf<T>(reader: FuzzedReader<T>, input: T, folder: string): Promise<Outcome> {
  try {
    return await reader.read(input, folder);
  } catch (error) {
    if (!(error instanceof PilaError)) throw error;
    assert.match(error.message, /found .*expected |--help/s);
    assert.not.match(error.message, /\n\s+at |(?<!of format )undefined(?! entity)|\[object/);
    return "refused";
  }
}

/** Ends this process where nothing ticks for long: a thread of its own, since what hangs does not answer. */
function watchForHangs(what: string): { tick(): void; end(): Promise<unknown> } {
  const ticks = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    const { ticks, what, limit } = require("node:worker_threads").workerData;
    for (;;) {
      const seen = Atomics.load(ticks, 0);
      if (Atomics.wait(ticks, 0, seen, limit) !== "timed-out") continue;
      require("node:fs").writeSync(2, "hangs: " + what + "\\n");
      process.kill(process.pid, "SIGKILL");
    }`;
  const workerData = { ticks, what, limit: 1000 * LIMITS.clockSeconds };
  const worker = new Worker(program, { eval: true, workerData });
  const tick = (): void => {
    Atomics.add(ticks, 0, 1);
    Atomics.notify(ticks, 0);
  };
  return { tick, end: () => worker.terminate() };
}
