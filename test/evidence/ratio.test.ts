import { test } from "uvu";
import * as assert from "uvu/assert";
import { invertEstimate, quantileOfSorted } from "../../src/evidence/numbers";
import { type BlockValues, pairedRatio, unpairedRatio } from "../../src/evidence/verdict";
import { isClose, isCloseEstimate, readOracle } from "./oracle";

const oracle = readOracle();
const OPTIONS = { seed: 5, draws: 2000 };

function blocksOf(lists: readonly (readonly number[])[], first = 1): BlockValues {
  return new Map(lists.map((list, i) => [first + i, list]));
}

test("quantiles are NumPy's percentiles", () => {
  const sorted = [...oracle.values].sort((a, b) => a - b);
  for (const [percent, expected] of Object.entries(oracle.percentiles)) {
    isClose(quantileOfSorted(sorted, Number(percent) / 100), expected, 1e-14);
  }
});

test("the paired interval is that of the same draws in NumPy, with one and with two runs a block", () => {
  for (const expected of oracle.bootstraps) {
    const found = pairedRatio(blocksOf(expected.top), blocksOf(expected.bottom), expected)!;
    isCloseEstimate(found, expected, 1e-12);
    assert.is(found.blocks, expected.top.length);
  }
});

test("only blocks that both sides have count", () => {
  const top = blocksOf([[2], [2], [2], [2], [2], [2], [2], [900]]);
  const bottom = blocksOf([[1], [1], [1], [1], [1], [1], [1]]);
  const found = pairedRatio(top, bottom, OPTIONS)!;
  assert.is(found.blocks, 7);
  assert.is(found.value, 2);
  assert.equal(found.interval, { low: 2, high: 2, coverage: 0.95 });
});

test("pairing removes what blocks share: both sides doubled in some blocks leave the ratio exact", () => {
  const factors = [1, 2, 1, 2, 1, 2, 1, 2, 1];
  const top = blocksOf(factors.map((factor) => [3 * factor]));
  const bottom = blocksOf(factors.map((factor) => [factor]));
  assert.equal(pairedRatio(top, bottom, OPTIONS)!.interval, { low: 3, high: 3, coverage: 0.95 });
  const unpaired = unpairedRatio(top, bottom, OPTIONS)!.interval!;
  assert.ok(unpaired.low < 3 && unpaired.high > 3);
});

test("below 6 blocks there is a ratio and no interval, without a shared block nothing", () => {
  const five = blocksOf([[2], [2], [2], [2], [2]]);
  assert.is(pairedRatio(five, five, OPTIONS)!.interval, null);
  assert.is(unpairedRatio(five, five, OPTIONS)!.interval, null);
  assert.is(pairedRatio(five, blocksOf([[1]], 20), OPTIONS), null);
  assert.is(unpairedRatio(five, new Map(), OPTIONS), null);
});

test("inverting swaps the ends", () => {
  const inverted = invertEstimate({ value: 4, interval: { low: 2, high: 8, coverage: 0.95 } });
  assert.equal(inverted, { value: 0.25, interval: { low: 0.125, high: 0.5, coverage: 0.95 } });
});

test.run();
