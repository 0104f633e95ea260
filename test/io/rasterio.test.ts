import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runFused, runPrepare } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { readByGeotiff } from "./product.fixture";
import { pythonMissing, runPython } from "./python.fixture";
import { randomSamples, withFolder, writeSlc } from "./slcFile.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");
const SHAPE = { azimuth: 22, range: 31 };

// GDAL reads each VRT; the largest relative distance of our crop from the mean of |S|² over those of 4 x 4 samples
// that are not 0+0i, where at least half are so.
const FROM_VRT = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
worst = 0
for vrt, crop in json.load(sys.stdin):
    with rasterio.open(vrt) as image:
        samples = image.read(1).astype(complex)
    rows, columns = samples.shape[0] // 4, samples.shape[1] // 4
    cells = (abs(samples) ** 2)[: rows * 4, : columns * 4].reshape(rows, 4, columns, 4)
    there = (cells > 0).sum(axis=(1, 3))
    power = cells.sum(axis=(1, 3)) / numpy.maximum(there, 1)
    with rasterio.open(crop) as image:
        found = image.read(1)
    assert found.shape == power.shape
    valid = there >= 8
    assert (numpy.isnan(found) == ~valid).all()
    worst = max(worst, float((abs(found - power)[valid] / power[valid]).max()))
print(worst)
`;

const DESCRIBE = `
import json, sys, rasterio, warnings
warnings.simplefilter("ignore")
with rasterio.open(json.load(sys.stdin)) as image:
    values = image.read(1)
    facts = [image.driver, image.count, image.dtypes[0], str(image.nodata), image.compression, image.transform.is_identity,
             list(image.tags()), list(values.shape)]
    print(json.dumps([facts, values.astype(float).ravel().tolist()]).replace("NaN", "null"))
`;

testUnless(pythonMissing)(
  "crops are the looks of what GDAL reads through the VRT, with offsets and either byte order",
  () =>
    withFolder(async (folder) => {
      const slc = join(folder, "slc");
      const layouts = [{}, { bigEndian: true, imageOffset: 64 }, { pixelOffset: 16, lineGap: 40 }];
      for (const [i, layout] of layouts.entries()) {
        writeSlc(slc, `2021010${i}`, SHAPE, randomSamples(SHAPE, i), layout);
      }
      const parameters = { looks: { azimuth: 4, range: 4 }, crop: null, nodata: "zero" } as const;
      await runPrepare(slc, join(folder, "a"), parameters, 1);
      await runPrepare(SAMPLE, join(folder, "b"), parameters, 2);
      const pairs = [
        ...layouts.map((_, i) => [
          join(slc, `2021010${i}.slc.vrt`),
          join(folder, "a", `2021010${i}_int_crop.tif`),
        ]),
        ...["20230319", "20230331"].map((date) => [
          join(SAMPLE, `${date}.slc.vrt`),
          join(folder, "b", `${date}_int_crop.tif`),
        ]),
      ];
      const worst = Number(runPython(FROM_VRT, pairs));
      assert.ok(worst < 5e-7, `relative distance ${worst}`);
    }),
);

testUnless(pythonMissing)(
  "rasterio opens a product as one float32 band without georeference and reads what geotiff reads",
  () =>
    withFolder(async (folder) => {
      const parameters = { looks: { azimuth: 1, range: 1 }, crop: null, nodata: "zero" } as const;
      const { mean } = await runFused(SAMPLE, folder, parameters, 1);
      const [facts, values] = JSON.parse(runPython(DESCRIBE, mean)) as [unknown[], (number | null)[]];
      assert.equal(facts.slice(0, 6), ["GTiff", 1, "float32", "nan", null, true]);
      // No tag but those of the pixels.
      assert.equal(facts.slice(6), [[], [84, 338]]);
      const own = await readByGeotiff(mean);
      const at = values.findIndex((value, i) => !Object.is(value ?? Number.NaN, own.values[i]));
      assert.is(at, -1);
    }),
);

test.run();
