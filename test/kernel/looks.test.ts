import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertSameValues } from "../io/product.fixture";
import { uniform } from "../io/slcFile.fixture";
import { openRegion } from "./memory.fixture";

interface Look {
  readonly azimuth: number;
  readonly range: number;
}

/** One row of looks of samples `range * cells` wide, by the general or the 4 x 4 kernel. */
function takeLooks(
  samples: Float32Array,
  looks: Look,
  cells: number,
  zeroIsNoData: boolean,
  general: boolean,
) {
  const rowBytes = samples.byteLength / looks.azimuth;
  const { kernels, at } = openRegion(samples.byteLength + 256 + 4 * cells + 64);
  const target = at + Math.ceil((samples.byteLength + 256) / 64) * 64;
  kernels.floats.set(samples, at / 4);
  if (general) kernels.looks(at, rowBytes, looks.azimuth, looks.range, cells, target, zeroIsNoData);
  else kernels.looks4x4(at, rowBytes, cells, target, zeroIsNoData);
  return kernels.floats.slice(target / 4, target / 4 + cells);
}

const FOUR = { azimuth: 4, range: 4 };
const KINDS: readonly (readonly [Look, boolean])[] = [
  [FOUR, false],
  [FOUR, true],
  [{ azimuth: 1, range: 1 }, true],
  [{ azimuth: 2, range: 3 }, true],
  [{ azimuth: 5, range: 7 }, true],
];
const CELLS = [1, 2, 3, 4, 5, 7, 8, 13];

for (const [looks, general] of KINDS) {
  const name = `${looks.azimuth}x${looks.range} looks${general ? "" : " by vectors"}`;
  const width = (cells: number): number => 2 * looks.range * cells;

  test(`${name} of whole numbers equal the exact mean of re²+im²`, () => {
    const next = uniform(1);
    for (const cells of CELLS) {
      const samples = Float32Array.from({ length: looks.azimuth * width(cells) }, () =>
        Math.round(1024 * next() - 512),
      );
      const expected = Array.from({ length: cells }, (_, cell) => {
        let sum = 0;
        for (let a = 0; a < looks.azimuth; a++) {
          for (let part = 0; part < 2 * looks.range; part++) {
            sum += samples[a * width(cells) + 2 * looks.range * cell + part]! ** 2;
          }
        }
        return Math.fround(sum / (looks.azimuth * looks.range));
      });
      assertSameValues(takeLooks(samples, looks, cells, true, general), expected, `${cells} cells`);
    }
  });

  test(`${name}: only cells whose samples are all zero of either sign are no data, and none with --nodata none`, () => {
    const cells = 7;
    const samples = new Float32Array(looks.azimuth * width(cells));
    const set = (cell: number, row: number, part: number, value: number): void => {
      samples[row * width(cells) + 2 * looks.range * cell + part] = value;
    };
    const [lastRow, lastPart] = [looks.azimuth - 1, 2 * looks.range - 1];
    set(1, 0, 0, -0);
    set(2, lastRow, lastPart, 3);
    set(3, 0, 1, 1e-30); // its square is 0 in float32: still a sample that is not zero
    set(4, lastRow, 0, Number.NaN);
    set(5, 0, lastPart, Number.NEGATIVE_INFINITY);
    const some = Math.fround(9 / (looks.azimuth * looks.range));
    const found = takeLooks(samples, looks, cells, true, general);
    assert.equal([found[0], found[1], found[2], found[4], found[5], found[6]].map(String), [
      "NaN",
      "NaN",
      String(some),
      "NaN",
      "Infinity",
      "NaN",
    ]);
    assert.ok(Math.abs(found[3]!) < 1e-37, `a tiny sample gave ${found[3]}`);
    const kept = takeLooks(samples, looks, cells, false, general);
    assert.equal([kept[0], kept[1], kept[6]], [0, 0, 0]);
  });
}

test("4x4 looks by vectors stay within 4e-7 of float64", () => {
  const next = uniform(2);
  const cells = 1001;
  const samples = Float32Array.from({ length: 32 * cells }, () => (next() - 0.5) * 10 ** (4 * next()));
  const found = takeLooks(samples, FOUR, cells, true, false);
  for (let cell = 0; cell < cells; cell++) {
    let sum = 0;
    for (let a = 0; a < 4; a++) {
      for (let part = 0; part < 8; part++) sum += samples[a * 8 * cells + 8 * cell + part]! ** 2;
    }
    assert.ok(Math.abs(found[cell]! - sum / 16) <= (4e-7 * sum) / 16, `cell ${cell}`);
  }
});

test("swapped words are the words of the other byte order, and gathered samples those at the stride", () => {
  const bytes = Buffer.from(Array.from({ length: 4 * 11 }, (_, i) => (i * 37) % 256));
  const { kernels, at } = openRegion(256);
  kernels.bytes.set(bytes, at);
  kernels.swapWords(at, 11);
  assert.equal(Buffer.from(kernels.bytes.slice(at, at + 44)), Buffer.from(bytes).swap32());

  const spread = Float32Array.from({ length: 5 * 6 }, (_, i) => i);
  kernels.floats.set(spread, at / 4);
  kernels.gatherSamples(at, 6, 20);
  assert.equal([...kernels.floats.slice(at / 4, at / 4 + 12)], [0, 1, 5, 6, 10, 11, 15, 16, 20, 21, 25, 26]);
});

test.run();
