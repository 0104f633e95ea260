import { test } from "uvu";
import * as assert from "uvu/assert";
import { createRandom } from "../../src/evidence/numbers";
import { estimateEnl, WindowCollector, type WindowMoments } from "../../src/statistics/speckle";

const SIDE = 16;

/** Rows of speckle of `looks` looks, its level set by the place. */
function speckle(
  rows: number,
  columns: number,
  looks: number,
  seed: number,
  level: (row: number, column: number) => number,
): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    let product = 1;
    for (let look = 0; look < looks; look++) product *= 1 - random.uniform();
    return (-Math.log(product) / looks) * level(Math.floor(i / columns), i % columns);
  });
}

function windowsOf(values: Float32Array, columns: number): readonly WindowMoments[] {
  const collector = new WindowCollector(columns, SIDE);
  const block = 7 * columns;
  for (let at = 0; at < values.length; at += block)
    collector.add(values.subarray(at, at + block), at / columns);
  return collector.windows;
}

test("windows have the mean and variance (ddof 1) of their cells; those with a gap or cut by the edge are left out", () => {
  const columns = 3 * SIDE + 5;
  const values = Float32Array.from({ length: (2 * SIDE + 3) * columns }, (_, i) => (i * 7919) % 101);
  values[SIDE * columns + SIDE] = Number.NaN;
  const windows = windowsOf(values, columns);
  const places = windows.map(({ window }) => `${window.azimuthOffset},${window.rangeOffset}`);
  assert.equal(places, ["0,0", "0,16", "0,32", "16,0", "16,32"]);
  for (const { window, mean, variance } of windows) {
    const cells = Array.from({ length: SIDE ** 2 }, (_, i) => {
      const row = window.azimuthOffset + Math.floor(i / SIDE);
      return values[row * columns + window.rangeOffset + (i % SIDE)]!;
    });
    const expected = cells.reduce((sum, value) => sum + value, 0) / cells.length;
    const spread = cells.reduce((sum, value) => sum + (value - expected) ** 2, 0) / (cells.length - 1);
    assert.ok(Math.abs(mean - expected) < 1e-9 && Math.abs(variance - spread) < 1e-8, `${mean} ${variance}`);
  }
});

for (const looks of [1, 4, 16]) {
  test(`speckle of ${looks} looks has ENL ${looks} within four standard errors, with edges of 6 dB and more and targets among it`, () => {
    const level = (row: number, column: number): number => {
      const field = 100 * 4 ** ((Math.floor(row / 60) + 3 * Math.floor(column / 75)) % 5);
      return row % 97 === 5 && column % 89 === 7 ? 1000 * field : field;
    };
    const windows = windowsOf(speckle(400, 400, looks, looks, level), 400);
    const { enl, standardError, homogeneous } = estimateEnl(windows, SIDE ** 2)!;
    assert.ok(Math.abs(enl - looks) < 4 * standardError, `${enl} ± ${standardError}`);
    assert.ok(
      standardError < 0.02 * looks && homogeneous < windows.length,
      `± ${standardError}, ${homogeneous} of ${windows.length}`,
    );
    // The plain mean over all windows is what edges and targets pull down.
    const plain = windows.reduce((sum, { mean, variance }) => sum + mean ** 2 / variance, 0) / windows.length;
    assert.ok(plain < looks - 6 * standardError, `${plain}`);
  });
}

test("too few windows, and windows in which nothing varies, have no ENL", () => {
  const windows = windowsOf(
    speckle(48, 48, 4, 1, () => 1),
    48,
  );
  assert.is(windows.length, 9);
  assert.is(estimateEnl(windows, SIDE ** 2), null);
  assert.is(estimateEnl(windowsOf(new Float32Array(200 * 200).fill(3), 200), SIDE ** 2), null);
});

test("ENL does not depend on the scale of the intensities", () => {
  const windows = windowsOf(
    speckle(160, 160, 4, 3, () => 1),
    160,
  );
  const scaled = windows.map((one) => ({ ...one, mean: 1e-4 * one.mean, variance: 1e-8 * one.variance }));
  const [own, other] = [estimateEnl(windows, SIDE ** 2)!, estimateEnl(scaled, SIDE ** 2)!];
  assert.ok(Math.abs(other.enl / own.enl - 1) < 1e-9, `${other.enl}, expected ${own.enl}`);
  assert.is(other.homogeneous, own.homogeneous);
});

test("12 windows are enough, 11 are not, and windows without power or spread are none", () => {
  const [one] = windowsOf(
    speckle(16, 16, 4, 5, () => 1),
    16,
  );
  const empty = { ...one!, mean: 0 };
  const flat = { ...one!, variance: 0 };
  const of = (count: number): WindowMoments[] => new Array<WindowMoments>(count).fill(one!);
  assert.is(estimateEnl([...of(11), empty, flat], SIDE ** 2), null);
  const { enl, standardError, windows, homogeneous } = estimateEnl([...of(12), empty, flat], SIDE ** 2)!;
  assert.equal([windows, homogeneous], [12, 12]);
  // Of equal windows mean^2 / variance less 1 / n, and the error of the moment estimator over 12 n cells.
  const expected = one!.mean ** 2 / one!.variance - 1 / SIDE ** 2;
  assert.ok(Math.abs(enl / expected - 1) < 1e-9, `${enl}, expected ${expected}`);
  assert.ok(Math.abs(standardError / enl - Math.sqrt((2 * (1 + 1 / enl)) / (12 * SIDE ** 2))) < 1e-9);
});

test.run();
