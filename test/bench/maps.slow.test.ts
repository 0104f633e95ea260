import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { linkStack } from "../../data-prep/link";
import { simulateStack } from "../../data-prep/simulate";
import { writeMaps } from "../../src/bench/maps";
import { ShapeError } from "../../src/core/errors";
import type { MapRecord, MapsRecord } from "../../src/core/maps";
import type { Raster, Window } from "../../src/core/raster";
import { gammaDensity } from "../../src/statistics/distributions";
import { type Folded, STATISTICS } from "../../src/statistics/temporal";
import { readPng } from "../io/png.fixture";
import { readByGeotiff, writeCrop } from "../io/product.fixture";
import { withFolder } from "../io/slcFile.fixture";
import {
  type ProductPaths,
  productPaths,
  readProducts,
  runBackend,
  runPrepare,
} from "../pipeline/run.fixture";

const SIDE = 800;
const DATES = 3;

interface Made {
  readonly record: MapsRecord;
  readonly run: string;
  readonly crops: string;
  readonly products: Record<keyof ProductPaths, Raster>;
}

/** Simulates, prepares and reduces, then writes the maps. */
async function makeMaps(folder: string, looks: number): Promise<Made> {
  const [tree, flat, crops, run] = ["tree", "flat", "crops", "run"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  await simulateStack({ tree, dates: DATES, shape: { azimuth: SIDE, range: SIDE }, seed: 4, workers: 1 });
  linkStack(tree, flat);
  await runPrepare(flat, crops, { looks: { azimuth: looks, range: looks }, crop: null, nodata: "zero" }, 1);
  const paths = await runBackend("sec", crops, folder, 1);
  const record = await writeMaps(run, { ...paths, intensityFolder: crops });
  return { record, run, crops, products: await readProducts(paths) };
}

/** Mean of the valid cells of each box. */
function boxed({ shape, values }: Raster, box: number): number[] {
  const [rows, columns] = [Math.ceil(shape.azimuth / box), Math.ceil(shape.range / box)];
  return Array.from({ length: rows * columns }, (_, i) => {
    const cells: number[] = [];
    for (
      let a = Math.floor(i / columns) * box;
      a < Math.min(shape.azimuth, (Math.floor(i / columns) + 1) * box);
      a++
    ) {
      for (let r = (i % columns) * box; r < Math.min(shape.range, ((i % columns) + 1) * box); r++) {
        const value = values[a * shape.range + r]!;
        if (!Number.isNaN(value)) cells.push(value);
      }
    }
    return cells.reduce((sum, value) => sum + value, 0) / cells.length;
  });
}

/** The cells of a window. */
function cut({ shape, values }: Raster, window: Window): number[] {
  return Array.from({ length: window.azimuth * window.range }, (_, i) => {
    const row = window.azimuthOffset + Math.floor(i / window.range);
    return values[row * shape.range + window.rangeOffset + (i % window.range)]!;
  });
}

/** Fails where a level differs by more than one step from the value it stands for. */
function assertLevels(
  levels: Uint8Array,
  values: readonly number[],
  low: number,
  high: number,
  what: string,
): void {
  assert.is(levels.length, values.length, what);
  for (const [i, value] of values.entries()) {
    const expected = Number.isNaN(value)
      ? 0
      : 1 + 254 * Math.min(1, Math.max(0, (value - low) / (high - low)));
    const agrees = expected === 0 ? levels[i] === 0 : Math.abs(levels[i]! - expected) <= 0.51;
    assert.ok(agrees, `${what}: level ${i} is ${levels[i]}, expected ${expected}`);
  }
}

function decibels(power: number): number {
  return 10 * Math.log10(power);
}

test("maps of 16-look speckle show the products by their stated stretch, and ENL and Gamma are those of the theory", () =>
  withFolder(async (folder) => {
    const { record, run, crops, products } = await makeMaps(folder, 4);
    assert.equal(
      [record.looks, record.crop, record.dates.length, record.box.range],
      ["4x4", "200,200,0,0", DATES, 1],
    );
    const drawn = STATISTICS.filter(({ map }) => map !== null).map(({ id }) => id);
    assert.equal(
      record.maps.map(({ id }) => id),
      drawn,
    );
    assert.equal(JSON.parse(readFileSync(join(run, "maps/maps.json"), "utf8")), record);
    const pictures = drawn.map((id) => `${id}.png`);
    assert.equal(readdirSync(join(run, "maps")).sort(), [...pictures, "cube.u8.gz", "maps.json"].sort());

    const { mean, std, count } = products;
    const cells = [...mean.values.keys()];
    const expected: Record<string, number[]> = {
      mean: cells.map((i) => decibels(mean.values[i]!)),
      std: cells.map((i) => decibels(std.values[i]!)),
      count: [...count.values],
      cv: cells.map((i) => (count.values[i]! < 2 ? Number.NaN : std.values[i]! / mean.values[i]!)),
    };
    for (const { id, file, low, high, noDataShare, colours } of record.maps) {
      if (!(id in expected)) continue;
      const picture = readPng(readFileSync(join(run, "maps", file)));
      assertLevels(picture.levels, expected[id]!, low, high, id);
      const missing = expected[id]!.filter((value) => Number.isNaN(value)).length;
      assert.is(noDataShare, missing / cells.length, id);
      const hex = (level: number): string =>
        `#${Buffer.from(picture.palette[level]!.slice(0, 3)).toString("hex")}`;
      assert.equal([colours[0], colours[4], colours.at(-1)], [hex(1), hex(128), hex(255)], id);
    }
    const { low, high, percentiles } = record.maps[2]!;
    assert.equal([low, high, percentiles], [0, DATES, null]);

    const { overall, regions, side } = record.enl;
    assert.is(side, 16);
    for (const { enl, standardError } of [overall!, ...regions.flatMap(({ estimate }) => estimate ?? [])]) {
      assert.ok(Math.abs(enl - 16) < 4 * standardError, `${enl} ± ${standardError}`);
    }
    assert.ok(regions.length === 9 && overall!.standardError < 0.3);

    const { samples, counts, edges, outside, gamma, window, date } = record.histogram!;
    assert.ok(window.azimuthOffset > 0 && window.rangeOffset > 0, "a region away from both edges");
    const region = cut(await readByGeotiff(join(crops, `${date}_int_crop.tif`)), window);
    const inBin = (i: number): number =>
      region.filter((value) => value >= edges[i]! && value < edges[i + 1]!).length;
    assert.equal(
      counts,
      counts.map((_, i) => inBin(i)),
    );
    assert.is(samples, window.azimuth * window.range);
    assert.is(outside + counts.reduce((sum, value) => sum + value, 0), samples);
    assert.ok(Math.abs(gamma.shape - 16) < 0.1 * 16 + 4 * 16 * Math.sqrt(2.125 / samples), `${gamma.shape}`);
    let [chiSquare, bins] = [0, 0];
    counts.forEach((value, i) => {
      const width = edges[i + 1]! - edges[i]!;
      const expectedCount = samples * width * gammaDensity(gamma, edges[i]! + width / 2);
      if (expectedCount < 10) return;
      chiSquare += (value - expectedCount) ** 2 / expectedCount;
      bins += 1;
    });
    assert.ok(bins > 10 && chiSquare < bins + 4 * Math.sqrt(2 * bins), `${chiSquare} in ${bins} bins`);
  }));

test("a statistic that folds over the dates is drawn as its direct value; a pixel without a valid date is NaN", () =>
  withFolder(async (folder) => {
    const SHAPE = { azimuth: 40, range: 48 };
    const maximum: Folded = {
      id: "max",
      title: { es: "máximo", en: "maximum" },
      unit: "|S|²",
      map: { scale: "decibel", colours: "grey" },
      start: Number.NEGATIVE_INFINITY,
      add: Math.max,
    };
    const crops = join(folder, "crops");
    mkdirSync(crops);
    const dates = ["20240101", "20240113", "20240125"].map((date, at) => {
      const values = Float32Array.from({ length: SHAPE.azimuth * SHAPE.range }, (_, i) =>
        i < 50 || (i + at) % 7 === 0 ? Number.NaN : 1 + ((i * 37 + at * 61) % 101),
      );
      writeCrop(crops, date, { shape: SHAPE, values });
      return values;
    });
    const paths = await runBackend("sec", crops, folder, 1);
    const request = { ...paths, intensityFolder: crops };
    const { maps } = await writeMaps(join(folder, "run"), request, [maximum]);
    const direct = Array.from(dates[0]!, (_, i) => {
      const valid = dates.map((values) => values[i]!).filter((value) => !Number.isNaN(value));
      return valid.length === 0 ? Number.NaN : Math.max(...valid);
    });
    const { levels } = readPng(readFileSync(join(folder, "run/maps/max.png")));
    const [{ id, low, high, noDataShare }] = maps as [MapRecord];
    assertLevels(levels, direct.map(decibels), low, high, id);
    assert.is(noDataShare, 50 / direct.length);
  }));

test("single-look speckle has ENL 1; larger images are averaged in power, and the cube of the dates stays within 500 kB", () =>
  withFolder(async (folder) => {
    const { record, run, crops, products } = await makeMaps(folder, 1);
    const { overall } = record.enl;
    assert.ok(
      Math.abs(overall!.enl - 1) < 4 * overall!.standardError,
      `${overall!.enl} ± ${overall!.standardError}`,
    );
    assert.equal(
      [record.box, record.mapShape],
      [
        { azimuth: 2, range: 2 },
        { azimuth: 400, range: 400 },
      ],
    );
    const [mean] = record.maps;
    const picture = readPng(readFileSync(join(run, "maps/mean.png")));
    assertLevels(picture.levels, boxed(products.mean, 2).map(decibels), mean!.low, mean!.high, "mean");

    const { cube } = record;
    const path = join(run, "maps", cube.file);
    assert.ok(statSync(path).size <= 500_000);
    const levels = gunzipSync(readFileSync(path));
    const pixels = cube.shape.azimuth * cube.shape.range;
    assert.is(levels.length, DATES * pixels);
    assert.equal(cube.shape, {
      azimuth: Math.ceil(SIDE / cube.box.azimuth),
      range: Math.ceil(SIDE / cube.box.range),
    });
    for (const [i, date] of record.dates.entries()) {
      const crop = await readByGeotiff(join(crops, `${date}_int_crop.tif`));
      const expected = boxed(crop, cube.box.range).map(decibels);
      assertLevels(levels.subarray(i * pixels, (i + 1) * pixels), expected, cube.low, cube.high, date);
    }
  }));

test("images too small for windows have maps and no ENL; products of another shape are refused and leave no maps.json", () =>
  withFolder(async (folder) => {
    const shape = { azimuth: 5, range: 6 };
    const [crops, run] = [folder, join(folder, "run")];
    const paths = productPaths(join(folder, "out"));
    for (const date of ["20240101", "20240113"])
      writeCrop(crops, date, { shape, values: new Float32Array(30).fill(Number(date)) });
    await runBackend("sec", crops, join(folder, "out"), 1);
    const { enl, histogram, looks } = await writeMaps(run, { ...paths, intensityFolder: crops });
    assert.equal([enl.overall, histogram, looks], [null, null, null]);
    const other = join(folder, "20240101_int_crop.tif");
    writeCrop(folder, "20240125", { shape: { azimuth: 6, range: 5 }, values: new Float32Array(30) });
    const turned = join(folder, "20240125_int_crop.tif");
    try {
      await writeMaps(join(folder, "bad"), {
        mean: other,
        std: turned,
        count: paths.count,
        intensityFolder: join(folder, "out"),
      });
      assert.unreachable();
    } catch (error) {
      assert.instance(error, ShapeError);
    }
    assert.not.ok(existsSync(join(folder, "bad/maps/maps.json")));
  }));

test.run();
