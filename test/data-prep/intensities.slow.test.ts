import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulateIntensities, simulateStack } from "../../data-prep/simulate";
import { readManifest } from "../../src/io/manifest";
import { Meter } from "../../src/parallel/meter";
import { prepare } from "../../src/pipeline/prepare";
import { withFolder } from "../io/slcFile.fixture";

const SHAPE = { azimuth: 67, range: 1501 };

test("intensities written without SLC are, byte for byte, those that prep makes of the SLC", () =>
  withFolder(async (folder) => {
    await simulateStack({ tree: join(folder, "tree"), dates: 3, shape: SHAPE, seed: 5 });
    const looks = { azimuth: 4, range: 4 };
    const how = { looks, crop: null, nodata: "zero" as const, workers: 1, overwrite: false };
    const [slcFolder, prepared] = [join(folder, "tree"), join(folder, "prepared")];
    await prepare({ ...how, slcFolder, intensityFolder: prepared, meter: new Meter(0, false, 0) });
    for (const workers of [1, 3]) {
      const written = join(folder, `written-${workers}`);
      // More dates: a longer stack begins with the dates of a shorter one.
      await simulateIntensities({ folder: written, dates: 5, shape: SHAPE, seed: 5, workers });
      const crops = readdirSync(written).filter((name) => name.endsWith("_int_crop.tif"));
      assert.is(crops.length, 5);
      for (const name of crops.slice(0, 3)) {
        assert.ok(readFileSync(join(written, name)).equals(readFileSync(join(prepared, name))), name);
      }
      const { crop, looks, nodata } = readManifest(prepared)!;
      assert.equal(readManifest(written), { schema: 1, crop, looks, nodata, sources: [], simulated: true });
    }
  }));

test("an abort leaves no crop and no description of them", () =>
  withFolder(async (folder) => {
    const abort = new AbortController();
    const work = simulateIntensities({
      folder: join(folder, "written"),
      dates: 4,
      shape: SHAPE,
      seed: 5,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await work.then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, "enough"),
    );
    assert.equal(readdirSync(folder), []);
  }));

test.run();
