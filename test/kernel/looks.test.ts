import { test } from "uvu";
import * as assert from "uvu/assert";
import { MISSING, type MissingRule } from "../../src/kernel/kernels";
import { assertSameValues } from "../io/product.fixture";
import { uniform } from "../io/slcFile.fixture";
import { openRegion } from "./memory.fixture";

interface Look {
  readonly azimuth: number;
  readonly range: number;
}

/** One row of looks of samples `range * cells` wide, by the general or the 4 x 4 kernel of their kind. */
function takeLooks(
  samples: Float32Array | Int16Array,
  looks: Look,
  cells: number,
  rule: MissingRule,
  general: boolean,
): Float32Array {
  const rowBytes = samples.byteLength / looks.azimuth;
  const { kernels, at } = openRegion(samples.byteLength + 256 + 4 * cells + 64);
  const target = at + Math.ceil((samples.byteLength + 256) / 64) * 64;
  kernels.bytes.set(new Uint8Array(samples.buffer), at);
  const { looks: ofFloats, looks4x4, looksInt16, looks4x4Int16 } = kernels;
  const isFloat = samples instanceof Float32Array;
  if (general)
    (isFloat ? ofFloats : looksInt16)(at, rowBytes, looks.azimuth, looks.range, cells, target, rule);
  else (isFloat ? looks4x4 : looks4x4Int16)(at, rowBytes, cells, target, rule);
  return kernels.floats.slice(target / 4, target / 4 + cells);
}

/** The power of each sample of each cell, in float64. */
function powersOf(samples: ArrayLike<number>, looks: Look, cells: number): number[][] {
  return Array.from({ length: cells }, (_, cell) =>
    Array.from({ length: looks.azimuth * looks.range }, (_, i) => {
      const row = Math.floor(i / looks.range);
      const at = 2 * (row * looks.range * cells + cell * looks.range + (i % looks.range));
      return samples[at]! ** 2 + samples[at + 1]! ** 2;
    }),
  );
}

const mean = (powers: readonly number[]): number =>
  powers.reduce((sum, power) => sum + power, 0) / powers.length;

/** The rule in words: the mean of the samples that are there, NaN where less than half are. */
function expectedMean(powers: readonly number[], rule: MissingRule): number {
  if (rule === MISSING.wholeZero) return powers.every((power) => power === 0) ? Number.NaN : mean(powers);
  if (rule === MISSING.none) return mean(powers);
  const there = powers.filter((power) => power > 0);
  return 2 * there.length < powers.length ? Number.NaN : mean(there);
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

  for (const [ruleName, rule] of Object.entries(MISSING)) {
    test(`${name} of whole numbers, ${ruleName}: the exact mean of re²+im² over the samples that are there`, () => {
      const next = uniform(1);
      for (const [cells, zeroShare] of CELLS.flatMap((count) =>
        [0, 0.1, 0.5, 1].map((share) => [count, share]),
      )) {
        const samples = new Float32Array(looks.azimuth * width(cells!));
        // Zeros of either sign in parts and in whole samples; powers of two keep the mean of any number exact enough.
        for (let at = 0; at < samples.length; at += 2) {
          if (next() < zeroShare!) samples.set([next() < 0.5 ? -0 : 0, 0], at);
          else
            samples.set(
              [Math.round(1024 * next() - 512), next() < 0.2 ? 0 : Math.round(64 * next()) + 1],
              at,
            );
        }
        const expected = powersOf(samples, looks, cells!).map((powers) =>
          Math.fround(expectedMean(powers, rule)),
        );
        assertSameValues(
          takeLooks(samples, looks, cells!, rule, general),
          expected,
          `${cells}, ${zeroShare}`,
        );
      }
    });
  }

  test(`${name}: a NaN sample is missing like a zero one, infinite ones are data, and none of it without a rule`, () => {
    const cells = 4;
    const samples = new Float32Array(looks.azimuth * width(cells)).fill(1);
    const [lastRow, lastPart] = [looks.azimuth - 1, 2 * looks.range - 1];
    const set = (cell: number, row: number, part: number, value: number): void => {
      samples[row * width(cells) + 2 * looks.range * cell + part] = value;
    };
    set(1, lastRow, 0, Number.NaN);
    set(2, 0, lastPart, Number.NEGATIVE_INFINITY);
    set(3, lastRow, lastPart, 1e-30); // its square is 0 in float32: still a sample that is not zero
    set(3, lastRow, lastPart - 1, 0);
    const alone = looks.azimuth * looks.range === 1;
    const most = looks.azimuth * looks.range;
    const found = takeLooks(samples, looks, cells, MISSING.eachZero, general);
    assert.equal([...found].slice(0, 3).map(String), ["2", alone ? "NaN" : "2", "Infinity"]);
    assert.is(found[3], Math.fround((2 * (most - 1)) / most));
    const kept = takeLooks(samples, looks, cells, MISSING.none, general);
    assert.equal([...kept].slice(0, 3).map(String), ["2", "NaN", "Infinity"]);
  });

  test(`${name}: a power of 1e38 is a mean of 1e38, though the sum of a cell is none of float32`, () => {
    const cells = 9;
    const samples = new Float32Array(looks.azimuth * width(cells)).fill(0);
    for (let at = 0; at < samples.length; at += 2) samples[at] = 1e19;
    const power = Math.fround(Math.fround(1e19) ** 2);
    for (const rule of Object.values(MISSING)) {
      assertSameValues(takeLooks(samples, looks, cells, rule, general), Array(cells).fill(power), `${rule}`);
    }
  });

  test(`${name} of int16 have the bits of the same samples in float32`, () => {
    const next = uniform(3);
    for (const cells of CELLS) {
      for (const reach of [3, 200, 65536]) {
        const whole = Int16Array.from({ length: looks.azimuth * width(cells) }, () =>
          Math.floor(reach * next() - reach / 2),
        );
        for (const rule of Object.values(MISSING)) {
          const expected = takeLooks(Float32Array.from(whole), looks, cells, rule, general);
          assertSameValues(
            takeLooks(whole, looks, cells, rule, general),
            expected,
            `${cells}, ${reach}, ${rule}`,
          );
        }
      }
    }
  });
}

test("4x4 looks by vectors stay within 4e-7 of float64", () => {
  const next = uniform(2);
  const cells = 1001;
  const samples = Float32Array.from({ length: 32 * cells }, () => (next() - 0.5) * 10 ** (4 * next()));
  const found = takeLooks(samples, FOUR, cells, MISSING.eachZero, false);
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
  kernels.gatherSamples(at, 6, 20, 8);
  assert.equal([...kernels.floats.slice(at / 4, at / 4 + 12)], [0, 1, 5, 6, 10, 11, 15, 16, 20, 21, 25, 26]);
});

test.run();
