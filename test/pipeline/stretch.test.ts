import { test } from "uvu";
import * as assert from "uvu/assert";
import { percentileStretch, toDecibels, toLevels } from "../../src/pipeline/picture";

test("decibels are 10 log10 of power; 0 is -Infinity, NaN stays", () => {
  assert.equal(
    [...toDecibels(Float32Array.of(1, 10, 0.001, 0, Number.NaN))],
    [0, 10, Math.fround(-30), Number.NEGATIVE_INFINITY, Number.NaN],
  );
});

test("percentiles equal numpy's linear ones, over finite values only", () => {
  // numpy.percentile([1, 2, 4, 8, 16], [2, 98]) is 1.08, 15.36
  const values = Float32Array.of(
    16,
    Number.NaN,
    1,
    8,
    Number.POSITIVE_INFINITY,
    4,
    Number.NEGATIVE_INFINITY,
    2,
  );
  const { low, high } = percentileStretch(values, [2, 98])!;
  assert.ok(Math.abs(low - 1.08) < 1e-12 && Math.abs(high - 15.36) < 1e-12, `${low} ${high}`);
});

test("a constant plane stands in the middle of a stretch of width 1; no finite value gives null", () => {
  const stretch = percentileStretch(new Float32Array(9).fill(20), [2, 98])!;
  assert.equal(stretch, { low: 19.5, high: 20.5 });
  assert.equal([...toLevels(Float32Array.of(20), stretch)], [128]);
  assert.is(percentileStretch(Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY), [2, 98]), null);
});

test("levels: 0 is NaN alone, 1 and 255 the ends and all beyond, in between the nearest even step", () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  const values = Float32Array.of(nan, -infinity, -1, 0, 127, 126.4, 254, 300, infinity);
  assert.equal([...toLevels(values, { low: 0, high: 254 })], [0, 1, 1, 1, 128, 127, 255, 255, 255]);
});

test.run();
