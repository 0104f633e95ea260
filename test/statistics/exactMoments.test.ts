import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { exactMoments } from "../../src/statistics/exactMoments";
import { anyCell } from "./floats.fixture";

const TINY = 2 ** -149;

// Worked out by hand: ties go to even, a grain beside a tie decides it, subnormals, no data, infinities.
const BY_HAND: readonly (readonly [number[], number, number, number])[] = [
  [[1, 2], 1.5, 0.5, 2],
  [[2, 4, 4, 4, 5, 5, 7, 9], 5, 2, 8],
  [[7], 7, 0, 1],
  [[2 ** 24, 2 ** 24 + 2], 2 ** 24, 1, 2],
  [[2 ** 24 + 2, 2 ** 24 + 4], 2 ** 24 + 4, 1, 2],
  [[2 ** 25, -2], 2 ** 24 - 1, 2 ** 24, 2],
  [[2 ** 25 + 4, -2], 2 ** 24, 2 ** 24 + 4, 2],
  [[0, TINY], 0, 0, 2],
  [[TINY, 2 * TINY], 2 * TINY, 0, 2],
  [[0, -TINY], -0, 0, 2],
  [[0, 0, 1], Math.fround(1 / 3), Math.fround(Math.SQRT2 / 3), 3],
  [[Number.NaN, 1, 2], 1.5, 0.5, 2],
  [[Number.NaN], Number.NaN, Number.NaN, 0],
  [[Number.POSITIVE_INFINITY, 1, Number.NaN], Number.POSITIVE_INFINITY, Number.NaN, 2],
  [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], Number.NaN, Number.NaN, 2],
];

for (const [values, mean, std, count] of BY_HAND) {
  test(`mean, std and count of ${values.join(", ")} are those worked out by hand`, () => {
    const found = exactMoments(values);
    assert.ok(Object.is(found.mean, mean), `mean ${found.mean}`);
    assert.ok(Object.is(found.std, std), `std ${found.std}`);
    assert.is(found.count, count);
  });
}

test("the order of the dates does not matter", () => {
  fc.assert(
    fc.property(anyCell, (values) => {
      const [one, other] = [exactMoments(values), exactMoments([...values].reverse())];
      return Object.is(one.mean, other.mean) && Object.is(one.std, other.std) && one.count === other.count;
    }),
    { seed: 1, numRuns: 500 },
  );
});

test.run();
