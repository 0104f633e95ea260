import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { planeQuicklook, slcQuicklook } from "../../src/pipeline/picture";
import { readPng } from "../io/png.fixture";
import { writeCrop } from "../io/product.fixture";
import { fillSamples, randomSamples, withFolder, writeSlc } from "../io/slcFile.fixture";

/** More rows than one read brings. */
const SHAPE = { azimuth: 240, range: 410 };

/** Mean |S|² of the whole boxes of one date, a box of zeros alone NaN. */
function boxPower(samples: Float32Array, box: number): number[] {
  const [rows, columns] = [Math.floor(SHAPE.azimuth / box), Math.floor(SHAPE.range / box)];
  return Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0;
    for (let a = 0; a < box; a++) {
      for (let r = 0; r < box; r++) {
        const at = 2 * ((Math.floor(i / columns) * box + a) * SHAPE.range + (i % columns) * box + r);
        sum += samples[at]! ** 2 + samples[at + 1]! ** 2;
      }
    }
    return sum === 0 ? Number.NaN : sum / box ** 2;
  });
}

test("the quicklook of SLC is the mean over valid dates of box-averaged |S|², not of the complex signal nor of one pixel", () =>
  withFolder(async (folder) => {
    const dates = [1, 2, 3].map((seed) => randomSamples(SHAPE, seed));
    fillSamples(dates[1]!, SHAPE, [0, 120], [0, 410], 0);
    for (const date of dates) fillSamples(date, SHAPE, [234, 240], [0, 6], 0);
    dates.forEach((samples, i) => {
      writeSlc(folder, `2024010${i}`, SHAPE, samples, { bigEndian: i === 2 });
    });
    const powers = dates.map((samples) => boxPower(samples, 6));
    const { plane, box, png, description, stretch } = await slcQuicklook(folder, { longest: 70 });
    assert.equal(box, { azimuth: 6, range: 6 });
    assert.equal(plane.shape, { azimuth: 40, range: 68 });
    for (const [i, value] of plane.values.entries()) {
      const valid = powers.map((power) => power[i]!).filter((power) => !Number.isNaN(power));
      const expected = valid.reduce((sum, power) => sum + power, 0) / valid.length;
      const agrees = Number.isNaN(expected) ? Number.isNaN(value) : Math.abs(value / expected - 1) < 1e-6;
      assert.ok(agrees, `box ${i}: ${value}, expected ${expected}`);
    }
    const picture = readPng(png);
    assert.equal([picture.width, picture.height], [68, 40]);
    assert.equal(
      [...picture.levels].map((level) => level === 0),
      [...plane.values].map((value) => Number.isNaN(value)),
    );
    assert.is(picture.palette[0]![3], 0);
    assert.is(picture.texts.Description, description);
    assert.match(
      description,
      new RegExp(
        `mean \\|S\\|\\^2 of 3 dates, power-averaged over 6x6 pixels, dB, not calibrated; stretch ${stretch.low.toFixed(2)} to`,
      ),
    );
  }));

test("a constant plane of power 1000 is 30 dB everywhere, in mid grey, in whole boxes and in those at the edge", () =>
  withFolder(async (folder) => {
    writeCrop(folder, "20240101", {
      shape: SHAPE,
      values: new Float32Array(SHAPE.azimuth * SHAPE.range).fill(1000),
    });
    const path = join(folder, "20240101_int_crop.tif");
    const { plane, stretch, png } = await planeQuicklook(path, { longest: 80 });
    assert.equal(plane.shape, { azimuth: 40, range: 69 });
    assert.ok(plane.values.every((value) => value === 1000));
    assert.equal(stretch, { low: 29.5, high: 30.5 });
    const picture = readPng(png);
    assert.ok(picture.levels.every((level) => level === 128));
    assert.equal(picture.palette[128], [128, 128, 128, 255]);
  }));

test("an aborted quicklook ends with its reason", () =>
  withFolder(async (folder) => {
    writeSlc(folder, "20240101", SHAPE, randomSamples(SHAPE, 1));
    const reason = new Error("stopped by the test");
    try {
      await slcQuicklook(folder, { signal: AbortSignal.abort(reason) });
      assert.unreachable();
    } catch (error) {
      assert.is(error, reason);
    }
  }));

test.run();
