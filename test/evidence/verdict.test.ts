import { test } from "uvu";
import * as assert from "uvu/assert";
import { createRandom } from "../../src/evidence/numbers";
import type { NoiseFloor, RatioEstimate, VerdictKind, VerdictReason } from "../../src/evidence/summary";
import { judge, measureNoiseFloor, testAnyDifference, widerFloor } from "../../src/evidence/verdict";
import { normal } from "../records/session.fixture";

const OPTIONS = { seed: 5, draws: 2000 };

function ratioOf(low: number, value: number, high: number): RatioEstimate {
  return { value, interval: { low, high, coverage: 0.95 }, numerator: value, denominator: 1, blocks: 10 };
}

function floorOf(factor: number | null): NoiseFloor {
  return { ratio: ratioOf(0.99, 1, 1.01), factor };
}

test("a difference is called only beyond 1, the A/A floor and 5 %, both ways alike", () => {
  const cases: [RatioEstimate, number, VerdictKind, VerdictReason | null][] = [
    [ratioOf(0.4, 0.5, 0.6), 1.02, "faster", null],
    [ratioOf(1.5, 2, 3), 1.02, "slower", null],
    [ratioOf(0.8, 0.9, 1.01), 1.02, "indistinguishable", "intervalContainsOne"],
    [ratioOf(1, 1.2, 1.4), 1.02, "indistinguishable", "intervalContainsOne"],
    [ratioOf(1.1, 1.2, 1.3), 1.25, "indistinguishable", "belowFloor"],
    [ratioOf(1.1, 1.26, 1.3), 1.25, "slower", null],
    [ratioOf(0.75, 0.81, 0.9), 1.25, "indistinguishable", "belowFloor"],
    [ratioOf(0.75, 0.79, 0.9), 1.25, "faster", null],
    [ratioOf(1.02, 1.04, 1.06), 1.01, "indistinguishable", "belowMargin"],
    [ratioOf(0.94, 0.96, 0.98), 1.01, "indistinguishable", "belowMargin"],
  ];
  for (const [ratio, floor, kind, reason] of cases) {
    const verdict = judge(ratio, { floor: floorOf(floor), omnibus: null });
    assert.equal([verdict.kind, verdict.reason], [kind, reason], `${ratio.value}, floor ${floor}`);
    assert.is(verdict.thresholdFactor, Math.max(floor, 1.05));
  }
});

test("no floor, too few blocks or a level without differences: nothing is called", () => {
  const large = ratioOf(1.5, 2, 3);
  const omnibus = { pValue: 0.4, configurations: 3, blocks: 10, differs: false };
  assert.is(judge(large, { floor: null, omnibus: null }).reason, "noFloor");
  assert.is(judge(large, { floor: floorOf(null), omnibus: null }).reason, "noFloor");
  assert.is(
    judge({ ...large, interval: null }, { floor: floorOf(1.02), omnibus: null }).reason,
    "tooFewBlocks",
  );
  assert.is(judge(large, { floor: floorOf(1.02), omnibus }).reason, "nothingDiffers");
});

test("the floor is the end of the A/A interval farther from 1, as a factor", () => {
  const a = new Map(Array.from({ length: 8 }, (_, block) => [block, [0.8]]));
  const b = new Map(Array.from({ length: 8 }, (_, block) => [block, [1]]));
  assert.is(measureNoiseFloor(a, b, OPTIONS)!.factor, 1.25);
  assert.is(measureNoiseFloor(b, a, OPTIONS)!.factor, 1.25);
  assert.is(measureNoiseFloor(a, new Map(), OPTIONS), null);
});

test("the wider of two floors is kept, one without interval being the widest", () => {
  assert.is(widerFloor(floorOf(1.1), floorOf(1.2))!.factor, 1.2);
  assert.is(widerFloor(floorOf(1.3), floorOf(1.2))!.factor, 1.3);
  assert.is(widerFloor(floorOf(1.3), floorOf(null))!.factor, null);
  assert.is(widerFloor(null, floorOf(1.2))!.factor, 1.2);
});

test("one of twelve configurations 10 % slower is a difference, none is not (scatter 2 %, 6 blocks)", () => {
  const columnsOf = (last: number) => {
    const random = createRandom(4);
    return Array.from(
      { length: 12 },
      (_, i) =>
        new Map(
          Array.from({ length: 6 }, (_, block) => [
            block,
            [(i === 11 ? last : 1) * Math.exp(0.02 * normal(random))],
          ]),
        ),
    );
  };
  const different = testAnyDifference(columnsOf(1.1), OPTIONS)!;
  assert.ok(different.differs && different.pValue < 0.01, `p ${different.pValue}`);
  const equal = testAnyDifference(columnsOf(1), OPTIONS)!;
  assert.not(equal.differs, `p ${equal.pValue}`);
});

test("two columns over 6 blocks that always differ the same way: p is the exact 2 in 64 of the permutations", () => {
  const columnOf = (seconds: number) => new Map(Array.from({ length: 6 }, (_, i) => [i, [seconds]]));
  const { pValue } = testAnyDifference([columnOf(1), columnOf(2)], { seed: 1, draws: 20_000 })!;
  assert.ok(Math.abs(pValue - 2 / 64) < 0.005, `p ${pValue}`);
});

test("5 blocks are too few to ask whether anything differs", () => {
  const column = new Map(Array.from({ length: 5 }, (_, i) => [i, [1]]));
  assert.is(testAnyDifference([column, column], OPTIONS), null);
});

test.run();
