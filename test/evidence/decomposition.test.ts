import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PHASES, type Phase, type SpanRecord } from "../../src/core/records";
import { decompose, productOf, SHARE_NAMES } from "../../src/evidence/decomposition";
import { overheadBound } from "../../src/evidence/scaling";
import { amdahlBound, cutIntoStretches, measureSerialShare } from "../../src/evidence/spans";
import { runOf, spanOf } from "../records/records.fixture";
import { isClose } from "./oracle";

type Line = readonly [number, Phase, number, number];

const secRun = runOf({ runId: "sec", wallSeconds: 10, traced: true });
const secSpans = spansOf("sec", [
  [0, "spawn", 0, 1],
  [0, "read", 1, 3],
  [0, "compute", 3, 9],
  [0, "write", 9, 10],
]);
const sec = decompose(secRun, secSpans, null)!;

function spansOf(runId: string, lines: readonly Line[]): SpanRecord[] {
  return lines.map((line) => spanOf(runId, line, line[1] === "read" ? 100 : 0));
}

/** Two children read and compute, the parent merges: all numbers below are by hand. */
const mpRun = runOf({
  runId: "mp",
  label: "mp2_v2",
  backend: "mp_v2",
  workers: 2,
  wallSeconds: 8,
  traced: true,
});
const mpSpans = spansOf("mp", [
  [0, "spawn", 0, 1],
  [0, "wait", 1, 7],
  [0, "merge", 7, 8],
  [1, "init", 0, 1],
  [1, "read", 1, 2],
  [1, "compute", 2, 6],
  [1, "send", 6, 7],
  [1, "wait", 7, 8],
  [2, "init", 0, 1],
  [2, "read", 1, 2],
  [2, "compute", 2, 4],
  [2, "send", 4, 5],
  [2, "wait", 5, 7.5],
]);

test("the factors of a run reckoned by hand: P counts the merging parent", () => {
  const found = decompose(mpRun, mpSpans, sec)!;
  assert.is(found.processes, 3);
  assert.is(found.usefulSeconds, 6);
  isClose(found.factors!.loadBalance, 6 / 3 / 4);
  isClose(found.factors!.communicationEfficiency, 4 / 8);
  isClose(found.factors!.parallelEfficiency, 6 / 24);
  isClose(found.factors!.computationScaling!, 1);
  isClose(found.seconds.other, 0.5);
  isClose(found.shares.other, 0.5 / 24);
  isClose(found.workers[2]!.phases.other, 0.5);
  assert.equal(
    found.workers.map((worker) => worker.bytesRead),
    [0, 100, 100],
  );
  assert.equal(found.violations, []);
});

test("the loss against the two workers asked for is split by factor: the parent is not imbalance", () => {
  const { identity } = decompose(mpRun, mpSpans, sec)!;
  isClose(identity!.speedup, 10 / 8);
  assert.is(identity!.computing, 2);
  isClose(identity!.communication, 4 / 8 / (6 / 10));
  const loss = Math.log(2 / 1.25);
  const shares = identity!.lossShares!;
  assert.is(shares.idle, 0);
  isClose(shares.loadBalance, -Math.log(0.75) / loss);
  isClose(shares.communication, -Math.log(5 / 6) / loss);
  isClose(shares.computation, 0);
});

test("sec is one process of speedup 1; a parent that computes alone leaves its workers idle", () => {
  const own = decompose(secRun, secSpans, sec)!;
  assert.is(own.processes, 1);
  isClose(own.identity!.speedup, 1);
  const run = runOf({ runId: "mp", backend: "mp", workers: 2, wallSeconds: 10 });
  const found = decompose(
    run,
    spansOf("mp", [
      [0, "spawn", 0, 4],
      [0, "compute", 4, 10],
      [1, "read", 0, 10],
      [2, "read", 0, 10],
    ]),
    sec,
  )!;
  isClose(found.identity!.lossShares!.idle, 1);
  assert.is(found.identity!.computing, 1);
});

/** Any layout of spans within 1 s that do not overlap within a worker, at least one of them compute. */
const layouts = fc
  .array(
    fc.array(
      fc.tuple(fc.constantFrom(...PHASES), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 9 })),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((workers) =>
    workers.flatMap((spans, worker) => {
      let at = 0;
      const total = spans.reduce((sum, [, length, gap]) => sum + length + gap, 0);
      return spans.map(([phase, length, gap]): Line => {
        const start = (at + gap) / total;
        at += gap + length;
        return [worker, phase, start, at / total];
      });
    }),
  )
  .filter((lines) => lines.some((line) => line[1] === "compute"));

test("for any spans: shares sum to 1, LB*CommE = PE, P*(PE_p/PE_sec)*CompS is the speedup to 1e-9", () => {
  fc.assert(
    fc.property(layouts, (lines) => {
      const run = runOf({ runId: "r", workers: 2, wallSeconds: 1 });
      const found = decompose(run, spansOf("r", lines), sec)!;
      const factors = found.factors!;
      const identity = found.identity!;
      isClose(
        SHARE_NAMES.reduce((sum, name) => sum + found.shares[name], 0),
        1,
        1e-9,
        "shares",
      );
      isClose(factors.loadBalance * factors.communicationEfficiency, factors.parallelEfficiency, 1e-9, "PE");
      const speedup =
        found.processes *
        (factors.parallelEfficiency / sec.factors!.parallelEfficiency) *
        factors.computationScaling!;
      assert.ok(Math.abs(speedup / 10 - 1) <= 1e-9, `identity ${speedup}`);
      assert.ok(Math.abs(productOf(identity) / 10 - 1) <= 1e-9, "product");
      assert.not(found.violations.some(({ kind }) => kind !== "tooMuchOther"));
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("overlaps, spans beyond the wall, gaps, no compute and a sec of two processes are told with their numbers", () => {
  const kindsOf = (lines: readonly Line[], base = sec): string[] =>
    decompose(runOf({ runId: "r", wallSeconds: 10 }), spansOf("r", lines), base)!.violations.map(
      ({ kind, worker }) => `${kind} ${worker}`,
    );
  assert.equal(
    kindsOf([
      [0, "compute", 0, 6],
      [0, "read", 5, 10],
    ]),
    ["overlap 0", "sharesDoNotSum null"],
  );
  assert.equal(kindsOf([[0, "compute", 0, 10.05]]), ["beyondWall 0"]);
  assert.equal(kindsOf([[0, "compute", 0, 9]]), ["tooMuchOther null"]);
  assert.equal(kindsOf([[0, "read", 0, 10]]), ["noCompute null"]);
  const double = decompose(
    secRun,
    spansOf("sec", [
      [0, "compute", 0, 10],
      [1, "wait", 0, 10],
    ]),
    null,
  )!;
  const found = kindsOf([[0, "compute", 0, 10]], double);
  assert.ok(found.includes("secWorkers null") && found.includes("identity null"));
});

test("spans on the clock of the host are counted from the first, spans from the start of the run as they are", () => {
  const run = runOf({ runId: "r", wallSeconds: 10 });
  const late = decompose(run, spansOf("r", [[0, "compute", 5001, 5011]]), null)!;
  assert.equal(late.violations, []);
  assert.is(late.seconds.compute, 10);
  const gap = decompose(run, spansOf("r", [[0, "compute", 2, 10]]), null)!;
  assert.is(gap.workers[0]!.phases.other, 2);
});

test("no spans or no wall time: no decomposition; no compute: no factors", () => {
  assert.is(decompose(secRun, [], null), null);
  assert.is(decompose(runOf({ wallSeconds: null }), secSpans, null), null);
  assert.is(decompose(secRun, spansOf("sec", [[0, "read", 0, 10]]), null)!.factors, null);
});

test("the serial share is the time in which one worker or none is busy, waiting being no work", () => {
  const { runId } = mpRun;
  const found = measureSerialShare({ runId, workers: 2, wallSeconds: 8 }, cutIntoStretches(mpSpans, 8));
  // 0..1 three are busy, 1..5 two, 5..8 one.
  isClose(found.serialSeconds, 3);
  isClose(found.parallelSeconds, 11);
  isClose(found.share, 3 / 14);
  isClose(found.limit, 14 / 3);
});

test("Amdahl's bound of 10 % serial work is 10/1.9 at 10 workers and 1 at one", () => {
  isClose(amdahlBound(0.1, 10), 10 / 1.9);
  isClose(amdahlBound(0.1, 1), 1);
});

test("the overhead bound charges start, messages and merging beyond sec's, not waiting", () => {
  const found = decompose(mpRun, mpSpans, sec)!;
  // init 2, send 2, merge 1 beyond sec; spawn alike: 5 worker-seconds on 2 cores.
  isClose(overheadBound(found, sec, 2), (2 * 10) / 15);
});

test.run();
