import { test } from "uvu";
import * as assert from "uvu/assert";
import { BoxMeans, boxedShape, boxFor } from "../../src/pipeline/picture";

const SHAPE = { azimuth: 7, range: 10 };

function meansOf(
  values: Float32Array,
  box: { azimuth: number; range: number },
  rowsAtOnce: number,
): Float32Array {
  const means = new BoxMeans(SHAPE, box);
  for (let row = 0; row < SHAPE.azimuth; row += rowsAtOnce) {
    means.add(values.subarray(row * SHAPE.range, (row + rowsAtOnce) * SHAPE.range), row);
  }
  return means.finish().values;
}

test("box means of a ramp are its values at the box centres, incomplete far-edge boxes too, however the rows come", () => {
  const ramp = Float32Array.from({ length: 70 }, (_, i) => 100 * Math.floor(i / 10) + (i % 10));
  const expected = [0, 1, 2].flatMap((a) => [0, 1, 2].map((r) => 100 * [1, 4, 6][a]! + [1.5, 5.5, 8.5][r]!));
  for (const rowsAtOnce of [1, 2, 7]) {
    assert.equal([...meansOf(ramp, { azimuth: 3, range: 4 }, rowsAtOnce)], expected);
  }
  assert.equal(boxedShape(SHAPE, { azimuth: 3, range: 4 }), { azimuth: 3, range: 3 });
});

test("NaN cells are left out of their box, a box of nothing else is NaN, and infinite cells stay", () => {
  const values = new Float32Array(70).fill(2);
  values.fill(Number.NaN, 0, 5);
  values.fill(Number.NaN, 10, 11);
  values[11] = 7;
  values[69] = Number.POSITIVE_INFINITY;
  const means = meansOf(values, { azimuth: 2, range: 5 }, 7);
  assert.equal([...means.slice(0, 3)], [3.25, 2, 2]);
  assert.is(means.at(-1), Number.POSITIVE_INFINITY);
  const nothing = meansOf(new Float32Array(70).fill(Number.NaN), { azimuth: 7, range: 10 }, 7);
  assert.equal([...nothing], [Number.NaN]);
});

test("the box is the smallest that keeps the longer side within its pixels", () => {
  const side = (azimuth: number, range: number): number => boxFor({ azimuth, range }, 1024).range;
  assert.equal([side(1024, 3), side(1025, 3), side(3, 2049), side(22486, 8245)], [1, 2, 3, 22]);
});

test.run();
