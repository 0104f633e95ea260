import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { wholeWindow } from "../../src/core/raster";
import { openIntensityStack, openSlcStack } from "../../src/io/folders";
import { readPlane } from "../../src/io/formats/intensity";
import { productHeader } from "../../src/io/products";
import { PlaneReader } from "../../src/io/rows";
import { momentBlocks } from "../../src/pipeline/moments";
import { stateBlocks } from "../../src/pipeline/states";
import { exactMoments } from "../../src/statistics/exactMoments";
import { runPila } from "../commands/cli.fixture";
import { assertStatistics, runOracle } from "../pipeline/oracle.fixture";
import { readProducts, runBackend } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { assertSameBytes, assertSameValues, writeCrop } from "./product.fixture";
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
    if nodata == "-inf":
        nodata = options["nodata"] = -numpy.inf
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

/** Read by GDAL alone: geotiff.js reads none of them right. */
const KINDS_OF_GDAL: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  float64: { dtype: "float64" },
  "float64 with no data -1e300, which float32 does not hold": { dtype: "float64", nodata: -1e300 },
  "no data -inf, deflated": { nodata: "-inf", compress: "deflate" },
  int32: { dtype: "int32" },
  "uint32 in tiles": { dtype: "uint32", tiled: true, blockxsize: 16, blockysize: 32 },
  "big-endian LZW with a predictor": { compress: "lzw", predictor: 2, endianness: "big" },
  "big-endian deflate with the predictor of floats": { compress: "deflate", predictor: 3, endianness: "big" },
  zstd: { compress: "zstd" },
};

testUnless(pythonMissing)(
  "images that only GDAL reads right are read as rasterio reads them, value by value",
  () =>
    withFolder(async (folder) => {
      const names = Object.keys(KINDS_OF_GDAL);
      const paths = names.map((_, i) => join(folder, `${i}.tif`));
      runPython(
        WRITE,
        names.map((name, i) => [paths[i], 100 + i, KINDS_OF_GDAL[name]]),
      );
      for (const [i, name] of names.entries()) {
        const expected = new Float64Array(Uint8Array.from(readFileSync(`${paths[i]}.f64`)).buffer);
        assertSameValues((await readPlane(paths[i]!)).values, expected.map(Math.fround), name);
      }
    }),
);

testUnless(pythonMissing)(
  "no data is NaN by a mask within the file, a .msk, an alpha band and a PAM sidecar alike",
  () =>
    withFolder(async (folder) => {
      const program = `
import json, sys, numpy, rasterio, warnings
from rasterio.enums import ColorInterp
warnings.simplefilter("ignore")
folder = json.load(sys.stdin)
values = numpy.arange(1, 61, dtype="float32").reshape(6, 10)
there = numpy.full((6, 10), 255, "uint8"); there[2:4, 3:7] = 0
size = dict(driver="GTiff", width=10, height=6)
for name, internal in (("internal", True), ("external", False)):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal):
        with rasterio.open(f"{folder}/{name}.tif", "w", count=1, dtype="float32", **size) as image:
            image.write(values, 1); image.write_mask(there)
with rasterio.open(f"{folder}/alpha.tif", "w", count=2, dtype="uint16", **size) as image:
    image.write(values.astype("uint16"), 1); image.write(there.astype("uint16") * 257, 2)
    image.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
values[there == 0] = -9999
with rasterio.open(f"{folder}/pam.tif", "w", count=1, dtype="float32", **size) as image:
    image.write(values, 1)
`;
      runPython(program, folder);
      writeFileSync(
        join(folder, "pam.tif.aux.xml"),
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>-9999</NoDataValue></PAMRasterBand></PAMDataset>',
      );
      assert.ok(existsSync(join(folder, "external.tif.msk")));
      const expected = Array.from({ length: 60 }, (_, i) => {
        const [row, column] = [Math.floor(i / 10), i % 10];
        return row >= 2 && row < 4 && column >= 3 && column < 7 ? Number.NaN : i + 1;
      });
      for (const name of ["internal", "external", "alpha", "pam"]) {
        assertSameValues((await readPlane(join(folder, `${name}.tif`))).values, expected, name);
      }
    }),
);

testUnless(pythonMissing)(
  "of several bands one is chosen, by its number or its polarisation; ENVI and VRT of real values are read",
  () =>
    withFolder(async (folder) => {
      const program = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
folder = json.load(sys.stdin)
for date in ("20200101", "20200113"):
    with rasterio.open(f"{folder}/bands/{date}.tif", "w", driver="GTiff", width=4, height=3, count=2, dtype="float32") as image:
        image.write(numpy.full((2, 3, 4), [[[1]], [[2]]], "float32")); image.descriptions = ("VV", "VH")
    with rasterio.open(f"{folder}/envi/{date}.img", "w", driver="ENVI", width=4, height=3, count=1, dtype="int16") as image:
        image.write(numpy.full((3, 4), 3, "int16"), 1)
    vrt = '<VRTDataset rasterXSize="4" rasterYSize="3"><VRTRasterBand dataType="Int16" band="1"><SimpleSource><SourceFilename relativeToVRT="1">../envi/%s.img</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    open(f"{folder}/vrt/{date}.vrt", "w").write(vrt % date)
with rasterio.open(f"{folder}/dates.tif", "w", driver="GTiff", width=4, height=3, count=2, dtype="float32") as image:
    image.write(numpy.full((2, 3, 4), [[[1]], [[2]]], "float32")); image.descriptions = ("20200101", "20200113")
`;
      for (const name of ["bands", "envi", "vrt"]) mkdirSync(join(folder, name));
      runPython(program, folder);
      const firstValues = async (name: string, choice?: Parameters<typeof openIntensityStack>[2]) => {
        const { scenes } = await openIntensityStack(join(folder, name), [], choice);
        const reader = new PlaneReader(scenes.map(({ source }) => source));
        const values = scenes.map(({ date }, i) => [
          date,
          ...reader.values(i, { row: 2, rows: 1, column: 3, columns: 1 }),
        ]);
        reader.close();
        return values;
      };
      const bothDates = (value: number) => ["20200101", "20200113"].map((date) => [date, value]);
      assert.equal(await firstValues("bands", { band: 2 }), bothDates(2));
      assert.equal(await firstValues("bands", { polarisation: "vv" }), bothDates(1));
      assert.equal(await firstValues("envi"), bothDates(3));
      assert.equal(await firstValues("vrt"), bothDates(3));
      assert.equal(await firstValues("dates.tif"), [
        ["20200101", 1],
        ["20200113", 2],
      ]);
      await refused(
        join(folder, "bands"),
        /20200101.tif: found 2 bands, 1 \(VV\), 2 \(VH\), expected one; choose by --band 1/,
      );
      await refused(join(folder, "bands"), /found 2 bands, expected band 3/, { band: 3 });
      await refused(join(folder, "bands"), /found polarisation VV, VH, expected HH/, { polarisation: "HH" });
    }),
);

async function refused(
  folder: string,
  message: RegExp,
  choice?: Parameters<typeof openIntensityStack>[2],
): Promise<void> {
  try {
    await openIntensityStack(folder, [], choice);
  } catch (error) {
    assert.match((error as Error).message, message);
    assert.ok(["FormatError", "ShapeError"].includes((error as Error).name), (error as Error).message);
    return;
  }
  assert.unreachable(`${folder} was opened`);
}

testUnless(pythonMissing)(
  "tiles that do not fit in memory side by side are reduced to the bytes of plain rows, by every way of sharing",
  () =>
    withFolder(async (folder) => {
      // Odd sides; values that two float64 do not hold, so that cells are read once more.
      const program = `
import json, os, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
folder = json.load(sys.stdin)
tiles = dict(tiled=True, blockxsize=256, blockysize=256, compress="deflate", zlevel=1)
for seed in range(2):
    rng = numpy.random.default_rng(seed)
    values = rng.gamma(1, 100, (261, 6001)).astype("float32")
    values[250:, ::500] = 10 ** rng.uniform(-30, 30, values[250:, ::500].shape)
    values[rng.random(values.shape) < 0.1] = numpy.nan
    for kind, options in (("plain", {}), ("tiled", tiles)):
        first = f"{folder}/{kind}/0{seed}.tif"
        with rasterio.open(first, "w", driver="GTiff", width=6001, height=261, count=1, dtype="float32", **options) as image:
            image.write(values, 1)
        for date in range(1, 5):
            os.link(first, f"{folder}/{kind}/{date}{seed}.tif")
`;
      for (const kind of ["plain", "tiled"]) mkdirSync(join(folder, kind));
      runPython(program, folder);
      const { scenes } = await openIntensityStack(join(folder, "tiled"));
      const stack = { sources: scenes.map(({ source }) => source), dates: scenes.map(({ date }) => date) };
      const window = wholeWindow(stack.sources[0]!.shape);
      const rows = { ...stack, window, looks: null, nodata: "zero", findings: [] } as const;
      assert.is(momentBlocks(rows, 1).width, 1536);
      assert.ok(stateBlocks(rows).width < 6001);
      const plain = await runBackend("sec", join(folder, "plain"), join(folder, "out"), 1);
      for (const [id, workers] of [
        ["sec", 1],
        ["threads", 2],
        ["mp", 3],
        ["mp_v2", 2],
        ["mp_mem", 2],
      ] as const) {
        const found = await runBackend(id, join(folder, "tiled"), join(folder, id), workers);
        for (const name of ["mean", "std", "count"] as const)
          assertSameBytes(found[name], plain[name], `${id} ${name}`);
      }
    }),
);

testUnless(pythonMissing)(
  "the strips that a sparse TIFF leaves out are zeros, of samples and of intensities",
  () =>
    withFolder(async (folder) => {
      const program = `
import json, sys, rasterio, numpy, warnings
from rasterio.windows import Window
warnings.simplefilter("ignore")
for path, dtype in json.load(sys.stdin):
    options = dict(driver="GTiff", width=3, height=4, count=1, dtype=dtype, blockysize=1, SPARSE_OK=True)
    with rasterio.open(path, "w", **options) as image:
        image.write(numpy.arange(1, 4, dtype=dtype).reshape(1, 1, 3), window=Window(0, 2, 3, 1))
`;
      for (const name of ["slc", "crops"]) mkdirSync(join(folder, name));
      runPython(program, [
        [join(folder, "slc/20200101.tif"), "complex64"],
        [join(folder, "crops/20200101.tif"), "float32"],
      ]);
      const stacks = [openSlcStack(join(folder, "slc")), await openIntensityStack(join(folder, "crops"))];
      for (const { scenes, kind } of stacks) {
        const reader = new PlaneReader(scenes.map(({ source }) => source));
        const values = reader.values(0, { row: 1, rows: 2, column: 0, columns: 3 });
        reader.close();
        assert.equal(
          [...values],
          kind === "float32" ? [0, 0, 0, 1, 2, 3] : [0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0],
        );
      }
    }),
);

testUnless(pythonMissing)(
  "images that are complex, truncated, mixed or none are refused with what was found",
  () =>
    withFolder(async (folder) => {
      const program = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
for path, dtype, rows, options in json.load(sys.stdin):
    with rasterio.open(path, "w", driver="GTiff", width=64, height=rows, count=1, dtype=dtype, **options) as image:
        image.write(numpy.arange(rows * 64).reshape(1, rows, 64).astype(dtype))
`;
      const at = (name: string): string => join(folder, name, "a.tif");
      const cut = /found 6000 bytes, expected \d+ up to the end of (strip|tile) \d+; the file is truncated/;
      const tiles = { tiled: true, blockxsize: 16, blockysize: 16 };
      const cases = [
        ["complex", "complex64", {}, /found 64-bit samples of format complex float, expected intensity/],
        ["cut float32", "float32", {}, cut],
        ["cut uint16", "uint16", {}, cut],
        ["cut tiles", "float32", tiles, cut],
        ["cut deflate", "float64", { compress: "deflate" }, cut],
        [
          "mixed",
          "float32",
          {},
          /mixed: found 2 dates of 2 sizes \(1 of 100 x 64, 1 of 65 x 64\), expected one size; .*: prepare them/,
        ],
      ] as const;
      for (const [name] of cases) mkdirSync(join(folder, name));
      runPython(program, [
        ...cases.map(([name, dtype, options]) => [at(name), dtype, 100, options]),
        [join(folder, "mixed/b.tif"), "float32", 65, {}],
      ]);
      for (const [name] of cases) if (name.startsWith("cut")) truncateSync(at(name), 6000);
      for (const [name, , , message] of cases) await refused(join(folder, name), message);
      mkdirSync(join(folder, "text"));
      writeFileSync(join(folder, "text/a.tif"), "not a TIFF at all");
      await refused(join(folder, "text"), /found no TIFF/);
    }),
);

testUnless(pythonMissing)(
  "without GDAL's library, what geotiff would read wrong is refused with the one command to run",
  () =>
    withFolder((folder) => {
      const kinds = ["float64", "int32", "big-endian LZW with a predictor"];
      const folders = kinds.map((_, i) => join(folder, String(i)));
      for (const each of folders) mkdirSync(each);
      runPython(
        WRITE,
        kinds.map((kind, i) => [join(folders[i]!, "a.tif"), i, KINDS_OF_GDAL[kind]]),
      );
      for (const each of folders) {
        const { code, stderr } = runPila(["stats", "sec", each, join(folder, "m"), join(folder, "s")], {
          PILA_GDAL_LIBRARY: join(folder, "none.so"),
        });
        assert.is(code, 1);
        assert.match(stderr, /a.tif: found .* and no libgdal, expected .*; run npm run setup/);
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
