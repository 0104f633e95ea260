import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatWindow } from "../../src/core/raster";
import { formatLooks, type IntensityParameters } from "../../src/pipeline/stackRows";
import { assertSameBytes, readByGeotiff } from "../io/product.fixture";
import { pythonMissing } from "../io/python.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { assertNear, assertStatistics, runOracle } from "./oracle.fixture";
import { type ProductPaths, readProducts, runBackend, runFused, runPrepare } from "./run.fixture";
import { TEST_STACKS } from "./stacks.fixture";

const WORKERS = [2, 3, 5, 9] as const;

function describe({ looks, crop, nodata }: IntensityParameters): string {
  return `looks ${formatLooks(looks)}, crop ${crop === null ? "all" : formatWindow(crop)}, nodata ${nodata}`;
}

function assertSameProducts(found: ProductPaths, expected: ProductPaths, what: string): void {
  for (const name of ["mean", "std", "count"] as const) assertSameBytes(found[name], expected[name], what);
}

for (const { name, parameters, make } of TEST_STACKS) {
  testUnless(pythonMissing)(`prep and stats of ${name} agree with numpy in float64`, () =>
    withFolder(async (folder) => {
      const slc = await make(folder);
      const oracles = runOracle(
        parameters.map((each, i) => ({ folder: slc, out: join(folder, `oracle${i}`), parameters: each })),
      );
      for (const [i, each] of parameters.entries()) {
        const crops = join(folder, `crops${i}`);
        await runPrepare(slc, crops, each, WORKERS[i % 4]!);
        const oracle = oracles[i]!;
        for (const date of oracle.dates) {
          const found = await readByGeotiff(join(crops, `${date}_int_crop.tif`));
          const expected = oracle.crop(date);
          assertNear(found, expected, (at) => 5e-7 * Math.abs(expected[at]!), `${describe(each)}, ${date}`);
        }
        const found = await readProducts(await runBackend("sec", crops, join(folder, `out${i}`), 1));
        assertStatistics(found, oracle, describe(each));
      }
    }),
  );

  test(`fused of ${name} has the bytes of prep and stats, for any workers`, () =>
    withFolder(async (folder) => {
      const slc = await make(folder);
      for (const [i, each] of parameters.entries()) {
        const crops = join(folder, `crops${i}`);
        await runPrepare(slc, crops, each, 1);
        const expected = await runBackend("sec", crops, join(folder, `sec${i}`), 1);
        for (const workers of i === 0 ? [1, ...WORKERS] : [1, WORKERS[i % 4]!]) {
          const found = await runFused(slc, join(folder, `fused${i}-${workers}`), each, workers);
          assertSameProducts(found, expected, `${describe(each)}, ${workers} workers`);
        }
      }
    }));

  test(`prep of ${name} writes the same bytes for any workers`, () =>
    withFolder(async (folder) => {
      const slc = await make(folder);
      const each = parameters[0]!;
      await runPrepare(slc, join(folder, "one"), each, 1);
      const crops = readdirSync(join(folder, "one")).filter((file) => file.endsWith("_int_crop.tif"));
      assert.ok(crops.length > 0);
      for (const workers of WORKERS) {
        await runPrepare(slc, join(folder, `w${workers}`), each, workers);
        for (const crop of crops)
          assertSameBytes(join(folder, `w${workers}`, crop), join(folder, "one", crop));
      }
    }));
}

test.run();
