import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import type { Truth } from "../../data-prep/truth";
import type { Raster, Window } from "../../src/core/raster";
import { withFolder } from "../io/slcFile.fixture";
import { readProducts, runFused } from "./run.fixture";

const DATES = 8;

/** Values of the cells of 4 x 4 looks that lie wholly inside a window of pixels. */
function cellsInside({ shape, values }: Raster, window: Window): number[] {
  const from = [Math.ceil(window.azimuthOffset / 4), Math.ceil(window.rangeOffset / 4)] as const;
  const rows = Math.floor((window.azimuthOffset + window.azimuth) / 4) - from[0];
  const columns = Math.floor((window.rangeOffset + window.range) / 4) - from[1];
  return Array.from({ length: rows * columns }, (_, i) => {
    return values[(from[0] + Math.floor(i / columns)) * shape.range + from[1] + (i % columns)]!;
  });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test("mean and std of a simulated stack are those of speckle over the backscatter in truth.json", () =>
  withFolder(async (folder) => {
    const tree = join(folder, "tree");
    await simulateStack({ tree, dates: DATES, shape: { azimuth: 512, range: 640 }, seed: 3 });
    await linkStack(tree, join(folder, "flat"));
    const truth = JSON.parse(readFileSync(join(tree, "truth.json"), "utf8")) as Truth;
    const parameters = { looks: { azimuth: 4, range: 4 }, crop: null, nodata: "zero" } as const;
    const found = await readProducts(
      await runFused(join(folder, "flat"), join(folder, "out"), parameters, 2),
    );
    let compared = 0;
    for (const { name, kind, window, meanIntensity } of truth.regions) {
      const means = cellsInside(found.mean, window);
      if (means.length < 100) continue;
      compared += 1;
      const expected = meanOf(meanIntensity);
      // The mean of 16 looks, N dates and M cells: five standard errors.
      const error = 5 / Math.sqrt(16 * DATES * means.length);
      assert.ok(
        Math.abs(meanOf(means) / expected - 1) < error * 2,
        `${name}: ${meanOf(means)}, expected ${expected}`,
      );
      for (const count of cellsInside(found.count, window)) assert.is(count, DATES);
      if (kind !== "field") continue;
      // E[population variance] = (N - 1) / N of mean² / 16.
      const variance = meanOf(cellsInside(found.std, window).map((std) => std ** 2));
      const theory = ((DATES - 1) / DATES) * (expected ** 2 / 16);
      assert.ok(
        Math.abs(variance / theory - 1) < 10 / Math.sqrt(means.length),
        `${name}: ${variance}, expected ${theory}`,
      );
    }
    assert.ok(compared >= 4, `${compared} regions`);
  }));

test("the border of exact zeros is counted date by date as truth.json says", () =>
  withFolder(async (folder) => {
    const tree = join(folder, "tree");
    await simulateStack({ tree, dates: 4, shape: { azimuth: 96, range: 120 }, seed: 5 });
    await linkStack(tree, join(folder, "flat"));
    const { borders } = JSON.parse(readFileSync(join(tree, "truth.json"), "utf8")) as Truth;
    const looks = { azimuth: 1, range: 1 };
    const zero = { looks, crop: null, nodata: "zero" } as const;
    const { count, mean } = await readProducts(
      await runFused(join(folder, "flat"), join(folder, "zero"), zero, 3),
    );
    const inside = (row: number, column: number) =>
      borders.filter(
        ({ window: { azimuthOffset, azimuth, rangeOffset, range } }) =>
          row >= azimuthOffset &&
          row < azimuthOffset + azimuth &&
          column >= rangeOffset &&
          column < rangeOffset + range,
      ).length;
    count.values.forEach((found, i) => {
      const expected = inside(Math.floor(i / 120), i % 120);
      assert.is(found, expected, `pixel ${i}`);
      assert.is(Number.isNaN(mean.values[i]), expected === 0, `pixel ${i}`);
    });
    const none = { ...zero, nodata: "none" } as const;
    const kept = await readProducts(await runFused(join(folder, "flat"), join(folder, "none"), none, 1));
    assert.ok(kept.count.values.every((found) => found === 4));
    kept.mean.values.forEach((found, i) => {
      const sum = count.values[i] === 0 ? 0 : mean.values[i]! * count.values[i]!;
      assert.ok(Math.abs(4 * found - sum) <= 1e-6 * sum, `pixel ${i}: 4 x ${found}, expected ${sum}`);
    });
  }));

test.run();
