import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type BlockLine,
  fiellerInterval,
  findBreakEven,
  fitBlockLines,
  measureDrift,
  summariseGrowth,
} from "../../src/evidence/growth";
import type { LevelTimes } from "../../src/evidence/session";
import { summarise } from "../../src/evidence/summary";
import { QUIET, synthesise, timed, timedTwins } from "../records/session.fixture";
import { isClose, isCloseEstimate, readOracle } from "./oracle";

const oracle = readOracle();
const { sizes, first, second } = oracle.growth;

function levelsOf(seconds: Readonly<Record<string, readonly (readonly number[])[]>>): LevelTimes[] {
  return sizes.map((dates, i) => ({
    key: { dates, shape: { azimuth: 1000, range: 1000 }, crop: null, cache: "warm" },
    seconds: new Map(
      Object.entries(seconds).map(([label, rows]) => [
        label,
        new Map(rows.map((row, block) => [block + 1, [row[i]!]])),
      ]),
    ),
  }));
}

test("a + c n and its intervals are SciPy's, and the line is the one through all points", () => {
  const [growth] = summariseGrowth(levelsOf({ first, second }));
  const line = growth!.lines[0]!;
  isCloseEstimate(line.interceptSeconds, oracle.growth.intercept);
  isCloseEstimate(line.slopeSeconds, oracle.growth.slope);
  isClose(line.slopeSeconds.value, oracle.growth.pooled[0]);
  isClose(line.interceptSeconds.value, oracle.growth.pooled[1]);
  assert.equal(growth!.sizes, sizes);
  assert.is(growth!.dates, null);
});

test("n* and its Fieller interval are the sizes a t test of the difference keeps (SciPy, root finding)", () => {
  const [growth] = summariseGrowth(levelsOf({ first, second }));
  const { value } = growth!.breakEven[0]!.result;
  isCloseEstimate(value!.size, oracle.growth.breakEven);
  assert.is(value!.label, "second");
  assert.is(value!.than, "first");
  assert.not(value!.extrapolated);
});

test("the order of the pair changes nothing", () => {
  const [growth] = summariseGrowth(levelsOf({ second, first }));
  const { value } = growth!.breakEven[0]!.result;
  isCloseEstimate(value!.size, oracle.growth.breakEven);
  assert.is(value!.label, "second");
});

function linesOf(intercept: number, slope: number, scatter: number): ReadonlyMap<number, BlockLine> {
  return new Map(
    [-1, 1, -1, 1, -1, 1, -1, 1].map((sign, block) => [
      block,
      { intercept, slope: slope + sign * scatter * (block + 1) },
    ]),
  );
}

test("parallel lines, and lines that cross below zero, have no break-even", () => {
  const flat = { label: "flat", lines: linesOf(1, 0.1, 0.01) };
  assert.is(
    findBreakEven(flat, { label: "same", lines: linesOf(2, 0.1, 0) }, sizes).reason,
    "slopesDoNotDiffer",
  );
  const worse = { label: "worse", lines: linesOf(2, 0.9, 0.01) };
  assert.is(findBreakEven(flat, worse, sizes).reason, "noCrossingAtPositiveSize");
  const few = { label: "few", lines: new Map([...linesOf(2, 0.2, 0)].slice(0, 5)) };
  assert.is(findBreakEven(flat, few, sizes).reason, "tooFewBlocks");
});

test("n* beyond the largest size measured says so", () => {
  const slow = { label: "slow", lines: linesOf(1, 0.2, 0.0001) };
  const fast = { label: "fast", lines: linesOf(3, 0.1, 0) };
  const { value } = findBreakEven(slow, fast, sizes);
  assert.ok(Math.abs(value!.size.value - 20) < 0.2);
  assert.ok(value!.extrapolated);
  assert.is(value!.label, "fast");
});

test("an unbounded Fieller set is no interval", () => {
  assert.is(fiellerInterval([1, 2, 1, 2, 1, 2], [1, -1, 1, -1, 1, -1]), null);
});

test("blocks that lack a size are left out of the lines", () => {
  const two = new Map([
    [1, [2]],
    [2, [2]],
  ]);
  const four = new Map([[2, [4]]]);
  const lines = fitBlockLines(
    new Map([
      [2, two],
      [4, four],
    ]),
  );
  assert.equal([...lines.keys()], [2]);
  assert.equal(lines.get(2), { intercept: 0, slope: 1 });
});

test("one size, as a stack of one number of dates gives, is no growth", () => {
  assert.equal(summariseGrowth(levelsOf({ first }).slice(0, 1)), []);
});

test("the drift of times that grow 2 % a block is SciPy's regression; a quiet session has none", () => {
  const template = summarise(synthesise(timedTwins(1), { blocks: 8, scatter: QUIET, seed: 1 })).levels[0]!
    .configurations[0]!;
  const { seconds } = oracle.drift;
  const runs = seconds.map((value, i) => ({ ...template.runs[0]!, block: i + 1, seconds: value }));
  const middle = [...seconds].sort((a, b) => a - b);
  const value = (middle[3]! + middle[4]!) / 2;
  const drift = measureDrift([{ ...template, runs, seconds: { ...template.seconds!, value } }]);
  isCloseEstimate(drift.factor!, oracle.drift);
  assert.ok(drift.drifting);
  assert.not(
    summarise(
      synthesise([...timedTwins(1), timed("mp2", "mp", 2, 2)], { blocks: 8, scatter: QUIET, seed: 2 }),
    ).drift.drifting,
  );
});

test.run();
