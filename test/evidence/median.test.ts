import { test } from "uvu";
import * as assert from "uvu/assert";
import { estimateMedian, median, rankInterval, sortFirst } from "../../src/evidence/numbers";
import { isClose, readOracle } from "./oracle";

const oracle = readOracle();

test("medians of 1 to 11 values are NumPy's", () => {
  for (const [i, expected] of oracle.medians.entries()) {
    isClose(median(oracle.values.slice(0, i + 1)), expected, 1e-15);
  }
  assert.ok(Number.isNaN(median([])));
});

test("rank intervals and their coverage are those of SciPy's binomial", () => {
  for (const expected of oracle.rankIntervals) {
    const found = rankInterval(expected.n)!;
    assert.is(found.low, expected.low, `n = ${expected.n}`);
    assert.is(found.high, expected.high, `n = ${expected.n}`);
    isClose(found.coverage, expected.coverage, 1e-12);
  }
});

test("6 values give minimum to maximum with 96.9 %, 10 give ranks 2 to 9 with 97.9 %", () => {
  const six = estimateMedian([3, 1, 2, 6, 5, 4]);
  assert.equal(six, {
    n: 6,
    value: 3.5,
    interval: { low: 1, high: 6, coverage: 0.96875 },
  });
  const ten = estimateMedian([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.is(ten.interval!.low, 2);
  assert.is(ten.interval!.high, 9);
  assert.is(ten.interval!.coverage.toFixed(3), "0.979");
});

test("5 values have a median and no interval", () => {
  assert.equal(estimateMedian([5, 4, 3, 2, 1]), { n: 5, value: 3, interval: null });
});

test("sortFirst orders the first values and leaves the rest", () => {
  const values = Float64Array.of(3, 1, 2, 0);
  sortFirst(values, 3);
  assert.equal([...values], [1, 2, 3, 0]);
});

test.run();
