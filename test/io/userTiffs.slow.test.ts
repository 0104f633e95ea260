import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openIntensityStack } from "../../src/io/folders";
import { productHeader } from "../../src/io/products";
import { readPlane } from "../../src/io/rows";
import { exactMoments } from "../../src/statistics/exactMoments";
import { assertStatistics, runOracle } from "../pipeline/oracle.fixture";
import { readProducts, runBackend } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { assertSameValues, writeCrop } from "./product.fixture";
import { pythonMissing, runPython } from "./python.fixture";
import { withFolder } from "./slcFile.fixture";

const SHAPE = { azimuth: 67, range: 83 };

// Writes one image with rasterio, and what a reader should find (no data as NaN) beside it as raw float64.
const WRITE = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
for path, seed, options in json.load(sys.stdin):
    rng = numpy.random.default_rng(seed)
    values = rng.gamma(1, 100, (67, 83))
    if "dtype" not in options:  # sums that two float64 do not hold, and infinities: their cells are read once more
        values[:5] = 10 ** rng.uniform(-30, 30, (5, 83))
        values[5, ::7] = numpy.inf
    dtype = options.pop("dtype", "float32")
    values = values.astype(dtype)
    nodata = options.get("nodata")
    missing = rng.random(values.shape) < 0.1
    if nodata is not None:
        values[missing] = nodata
    elif dtype == "float32":
        values[missing] = numpy.nan
    with rasterio.open(path, "w", driver="GTiff", width=83, height=67, count=1, dtype=dtype, **options) as image:
        image.write(values, 1)
    expected = values.astype("float64")
    if nodata is not None:
        expected[values == numpy.dtype(dtype).type(nodata)] = numpy.nan
    expected.tofile(path + ".f64")
`;

const KINDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "plain strips": {},
  "strips of 7 rows": { blockysize: 7 },
  tiles: { tiled: true, blockxsize: 32, blockysize: 16 },
  deflate: { compress: "deflate" },
  "LZW with a predictor in tiles": {
    compress: "lzw",
    predictor: 2,
    tiled: true,
    blockxsize: 16,
    blockysize: 16,
  },
  "deflate with the predictor of floats": { compress: "deflate", predictor: 3 },
  "big endian": { endianness: "big" },
  "big endian strips of 5 rows": { endianness: "big", blockysize: 5 },
  BigTIFF: { bigtiff: "yes" },
  "big-endian BigTIFF": { bigtiff: "yes", endianness: "big" },
  int16: { dtype: "int16" },
  "uint16 with no data 0": { dtype: "uint16", nodata: 0 },
  "uint8 deflated with no data 255": { dtype: "uint8", nodata: 255, compress: "deflate" },
  "float32 with no data -9999": { nodata: -9999 },
  "float32 with no data 0.1, which float32 does not hold": { nodata: 0.1 },
  "the lowest float32 as no data, deflated": { nodata: -3.4028234663852886e38, compress: "deflate" },
};

testUnless(pythonMissing)("images written by rasterio are read as rasterio reads them, value by value", () =>
  withFolder(async (folder) => {
    const names = Object.keys(KINDS);
    const paths = names.map((_, i) => join(folder, `${i}.tif`));
    runPython(
      WRITE,
      names.map((name, i) => [paths[i], i, KINDS[name]]),
    );
    for (const [i, name] of names.entries()) {
      const { shape, values } = await readPlane(paths[i]!);
      assert.equal(shape, SHAPE, name);
      const expected = new Float64Array(Uint8Array.from(readFileSync(`${paths[i]}.f64`)).buffer);
      assertSameValues(values, expected, name);
    }
  }),
);

testUnless(pythonMissing)(
  "a folder of all those kinds is reduced as numpy does, by one worker and by processes",
  () =>
    withFolder(async (folder) => {
      const images = join(folder, "in");
      mkdirSync(images);
      const kinds = Object.values(KINDS).filter(({ nodata }) => nodata === undefined);
      runPython(
        WRITE,
        kinds.map((options, i) => [join(images, `date${String(i).padStart(2, "0")}.tif`), 50 + i, options]),
      );
      const [oracle] = runOracle([{ folder: images, out: join(folder, "oracle") }]);
      for (const [id, workers] of [
        ["sec", 1],
        ["mp", 3],
        ["mp_v2", 2],
      ] as const) {
        const found = await readProducts(await runBackend(id, images, join(folder, id), workers));
        assertStatistics(found, oracle!, id);
      }
    }),
);

testUnless(pythonMissing)(
  "a folder of images with declared no data gives the exact moments of the pixels left",
  () =>
    withFolder(async (folder) => {
      const images = join(folder, "in");
      mkdirSync(images);
      const kinds = Object.values(KINDS).filter(({ nodata }) => nodata !== undefined);
      const paths = kinds.map((_, i) => join(images, `date${i}.tif`));
      runPython(
        WRITE,
        kinds.map((options, i) => [paths[i], 80 + i, options]),
      );
      const dates = paths.map(
        (path) => new Float64Array(Uint8Array.from(readFileSync(`${path}.f64`)).buffer),
      );
      const exact = Array.from(dates[0]!, (_, cell) => exactMoments(dates.map((values) => values[cell]!)));
      for (const [id, workers] of [
        ["sec", 1],
        ["mp", 2],
        ["mp_v2", 3],
        ["mp_mem", 2],
      ] as const) {
        const found = await readProducts(await runBackend(id, images, join(folder, id), workers));
        for (const name of ["mean", "std", "count"] as const) {
          assertSameValues(
            found[name].values,
            exact.map((moments) => moments[name]),
            `${id}, ${name}`,
          );
        }
      }
    }),
);

testUnless(pythonMissing)(
  "images of several bands, float64, complex or 32-bit whole numbers, truncated or mixed are refused",
  () =>
    withFolder(async (folder) => {
      const program = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
for path, dtype, count, rows in json.load(sys.stdin):
    with rasterio.open(path, "w", driver="GTiff", width=64, height=rows, count=count, dtype=dtype) as image:
        image.write(numpy.ones((count, rows, 64), dtype))
`;
      const at = (name: string): string => join(folder, name, "a.tif");
      const cases = [
        ["bands", "float32", 2, /found 2 bands/],
        ["doubles", "float64", 1, /found 64-bit samples of format float/],
        ["complex", "complex64", 1, /found 64-bit samples of format complex float/],
        ["whole", "int32", 1, /found 32-bit whole numbers, which float32 does not hold/],
        [
          "truncated",
          "float32",
          1,
          /found 20000 bytes, expected strip \d+ up to byte \d+; the file is truncated/,
        ],
        ["mixed", "float32", 1, /b.tif: found 65 x 64, expected 100 x 64 as .*a.tif/],
      ] as const;
      for (const [name] of cases) mkdirSync(join(folder, name));
      runPython(program, [
        ...cases.map(([name, dtype, count]) => [at(name), dtype, count, 100]),
        [join(folder, "mixed/b.tif"), "float32", 1, 65],
      ]);
      truncateSync(at("truncated"), 20000);
      mkdirSync(join(folder, "text"));
      writeFileSync(join(folder, "text/a.tif"), "not a TIFF at all");
      for (const [name, message] of [
        ...cases.map(([each, , , text]) => [each, text] as const),
        ["text", /found no TIFF/] as const,
      ]) {
        try {
          await openIntensityStack(join(folder, name));
          assert.unreachable(`${name} was opened`);
        } catch (error) {
          assert.match((error as Error).message, message);
          assert.ok(["FormatError", "ShapeError"].includes((error as Error).name), name);
        }
      }
    }),
);

test("strips in any order are put together as the header says", () =>
  withFolder(async (folder) => {
    // Rows of 1 MiB make a strip each; the first two of three change places.
    const shape = { azimuth: 3, range: 1 << 18 };
    const values = Float32Array.from({ length: 3 * shape.range }, (_, i) => i);
    const rowBytes = 4 * shape.range;
    const { bytes, dataOffset } = productHeader(shape);
    const offsets = (...rows: number[]): Buffer =>
      Buffer.from(Uint32Array.from(rows, (row) => dataOffset + row * rowBytes).buffer);
    const at = bytes.indexOf(offsets(0, 1, 2));
    assert.ok(at > 0);
    offsets(1, 0, 2).copy(bytes, at);
    const row = (i: number): Buffer => Buffer.from(values.buffer, i * rowBytes, rowBytes);
    writeFileSync(join(folder, "a.tif"), Buffer.concat([bytes, row(1), row(0), row(2)]));
    assertSameValues((await readPlane(join(folder, "a.tif"))).values, values, "plane");
    const found = await readProducts(await runBackend("mp", folder, join(folder, "out"), 1));
    assertSameValues(found.mean.values, values, "mean");
  }));

test("outside of crops, names in another case and order are taken in name order and dot files are left out", () =>
  withFolder(async (folder) => {
    for (const date of ["b", "a", ".c"]) {
      writeCrop(folder, date, { shape: { azimuth: 1, range: 2 }, values: Float32Array.of(1, 2) });
    }
    const { scenes } = await openIntensityStack(folder);
    assert.equal(
      scenes.map((scene) => scene.date),
      ["a", "b"],
    );
  }));

test.run();
