import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSlcStack } from "../../src/io/folders";
import { readPlane } from "../../src/io/formats/intensity";
import { PlaneReader } from "../../src/io/rows";
import { runPila } from "../commands/cli.fixture";
import { testUnless } from "../testUnless";
import { withFolder } from "./slcFile.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");

type Gdal = typeof import("gdal-async");

function loadGdal(): Gdal | null {
  try {
    return require("gdal-async") as Gdal;
  } catch {
    return null;
  }
}

const gdal = loadGdal();
const testWithGdal = testUnless(gdal === null ? "no gdal-async binary" : undefined);

/** Real or imaginary part of the band of a VRT as GDAL itself reads it. */
function readPart(path: string, part: "real" | "imag", width: number, height: number): Float32Array {
  const dataset = gdal!.open(
    `<VRTDataset rasterXSize="${width}" rasterYSize="${height}">
      <VRTRasterBand dataType="Float32" band="1" subClass="VRTDerivedRasterBand">
        <PixelFunctionType>${part}</PixelFunctionType><SourceTransferType>CFloat32</SourceTransferType>
        <SimpleSource><SourceFilename>${path}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>
      </VRTRasterBand>
    </VRTDataset>`,
  );
  return dataset.bands
    .get(1)
    .pixels.read(0, 0, width, height, new Float32Array(width * height)) as Float32Array;
}

testWithGdal("samples of an ISCE2 VRT equal GDAL's own reading, part by part", () => {
  const path = join(SAMPLE, "20230319.slc.vrt");
  const { source } = openSlcStack(path).scenes[0]!;
  const { azimuth, range } = source.shape;
  const reader = new PlaneReader([source]);
  const samples = reader.values(0, { row: 0, rows: azimuth, column: 0, columns: range });
  reader.close();
  const parts = [readPart(path, "real", range, azimuth), readPart(path, "imag", range, azimuth)];
  for (let i = 0; i < azimuth * range; i++) {
    for (const [part, values] of parts.entries()) {
      const own = samples[2 * i + part];
      if (own !== values[i]) assert.unreachable(`sample ${i}, part ${part}: ${own}, GDAL reads ${values[i]}`);
    }
  }
});

testWithGdal("products open in GDAL with the same pixels, NaN as no data and no geotransform", () =>
  withFolder(async (folder) => {
    const [mean, std] = [join(folder, "mean.tif"), join(folder, "std.tif")];
    assert.is(runPila(["fused", SAMPLE, mean, std]).code, 0);
    for (const path of [mean, std]) {
      const own = await readPlane(path);
      const dataset = gdal!.open(path);
      const band = dataset.bands.get(1);
      assert.is(band.dataType, gdal!.GDT_Float32);
      assert.ok(Number.isNaN(band.noDataValue));
      assert.equal([dataset.rasterSize.y, dataset.rasterSize.x], [own.shape.azimuth, own.shape.range]);
      const seen = band.pixels.read(0, 0, own.shape.range, own.shape.azimuth) as Float32Array;
      const first = own.values.findIndex((value, i) => !Object.is(value, seen[i]));
      assert.is(first, -1);
    }
  }),
);

test.run();
