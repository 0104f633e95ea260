import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FormatError } from "../../src/core/errors";
import { PIXEL_BYTES, pixelCount } from "../../src/core/raster";
import { type GdalDataset, gdalVersion, openGdal } from "../../src/io/gdal";
import { testUnless } from "../testUnless";
import { assertSameValues } from "./product.fixture";
import { pythonMissing, runPython } from "./python.fixture";
import { randomSamples, withFolder } from "./slcFile.fixture";

const SHAPE = { azimuth: 150, range: 210 };
const COLUMNS = SHAPE.range;
const TILES = { tiled: true, blockxsize: 64, blockysize: 32 };
const ALL = { row: 0, rows: SHAPE.azimuth, column: 0, columns: COLUMNS };

const libraryMissing = findMissing();
const testGdal = testUnless(libraryMissing ?? pythonMissing);
const testHdf5 = testUnless(libraryMissing ?? pythonMissing ?? hdf5Missing());

function findMissing(): string | undefined {
  try {
    gdalVersion();
    return undefined;
  } catch {
    return "no libgdal";
  }
}

function hdf5Missing(): string | undefined {
  const found = runPython("import importlib.util as u; print(u.find_spec('h5py') is not None)");
  return found.trim() === "True" ? undefined : "no h5py";
}

interface Recipe {
  readonly name: string;
  /** Type of numpy, or `complex_int16`. */
  readonly dtype: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

// Files of rasterio from raw samples: complex64, or their real parts where a recipe has a real type.
const WRITE = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
folder, rows, columns, recipes = json.load(sys.stdin)
samples = numpy.fromfile(folder + "/samples.bin", "complex64").reshape(rows, columns)
for recipe in recipes:
    dtype = recipe["dtype"]
    options = {"driver": "GTiff", **recipe.get("options", {})}
    values = samples if dtype.startswith("complex") else samples.real.astype(dtype)
    if dtype == "complex128": values = values.astype(dtype)
    with rasterio.open(folder + "/" + recipe["name"], "w", height=rows, width=columns, count=1, dtype=dtype, **options) as file:
        file.write(values, 1)
`;

/** Writes one set of samples by each recipe; integers from 0 to 249, which every type holds. */
function writeBy(folder: string, ...recipes: Recipe[]): Float32Array {
  const samples = randomSamples(SHAPE, 7).map((value) => Math.round(Math.abs(value) * 1e4) % 250);
  writeFileSync(join(folder, "samples.bin"), samples);
  runPython(WRITE, [folder, SHAPE.azimuth, SHAPE.range, recipes]);
  return samples;
}

/** The whole of band 1. */
function readAll(dataset: GdalDataset): Float32Array {
  const { kind } = dataset.band(1);
  const values = new Float32Array((pixelCount(dataset.shape) * PIXEL_BYTES[kind!]) / 4);
  const bytes = new Uint8Array(values.buffer);
  dataset.readRows(1, { ...ALL, rows: dataset.shape.azimuth, columns: dataset.shape.range }, kind!, bytes, 0);
  return values;
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  return "no error";
}

testGdal("a tiled deflate complex64 GeoTIFF comes as its raw samples, any cut of it, in shared memory", () =>
  withFolder((folder) => {
    const samples = writeBy(folder, {
      name: "a",
      dtype: "complex64",
      options: { ...TILES, compress: "deflate" },
    });
    const dataset = openGdal(join(folder, "a"));
    assert.equal([dataset.driver, dataset.shape, dataset.bandCount], ["GTiff", SHAPE, 1]);
    assert.equal(dataset.band(1), {
      type: "CFloat32",
      kind: "complex64",
      blockShape: { azimuth: 32, range: 64 },
      nodata: null,
      mask: "none",
      description: "",
    });
    const memory = new Uint8Array(new SharedArrayBuffer(8 * pixelCount(SHAPE) + 24)).fill(0xaa);
    for (const range of [ALL, { row: 31, rows: 2, column: 63, columns: 5 }]) {
      const bytes = 8 * range.rows * range.columns;
      dataset.readRows(1, range, "complex64", memory, 16);
      const found = new Float32Array(memory.slice(16, 16 + bytes).buffer);
      const expected = Float32Array.from({ length: bytes / 4 }, (_, i) => {
        const row = range.row + Math.floor(i / (2 * range.columns));
        return samples[2 * (row * COLUMNS + range.column) + (i % (2 * range.columns))]!;
      });
      assertSameValues(found, expected, JSON.stringify(range));
    }
    assert.equal([memory.slice(0, 16).every((byte) => byte === 0xaa), memory.at(-1)], [true, 0xaa]);
    dataset.close();
  }),
);

const COMPLEX: readonly Recipe[] = [
  { name: "strips-lzw.tif", dtype: "complex64", options: { compress: "lzw", blockysize: 7 } },
  { name: "tiles-zstd.tif", dtype: "complex64", options: { ...TILES, compress: "zstd" } },
  { name: "big.tif", dtype: "complex64", options: { ...TILES, BIGTIFF: "YES" } },
  {
    name: "big-endian.tif",
    dtype: "complex64",
    options: { ...TILES, ENDIANNESS: "BIG", compress: "deflate" },
  },
  {
    name: "cog.tif",
    dtype: "complex64",
    options: { driver: "COG", compress: "deflate", overview_resampling: "nearest" },
  },
  { name: "without-extension", dtype: "complex_int16", options: { compress: "deflate" } },
  { name: "double.tif", dtype: "complex128", options: { compress: "lzw" } },
  { name: "envi.slc", dtype: "complex64", options: { driver: "ENVI" } },
  { name: "isce.slc", dtype: "complex64", options: { driver: "ISCE" } },
];
const REAL: readonly Recipe[] = [
  { name: "byte.tif", dtype: "uint8" },
  { name: "int8.tif", dtype: "int8" },
  { name: "uint16.tif", dtype: "uint16", options: { ...TILES, compress: "lzw", predictor: 2 } },
  { name: "int16.tif", dtype: "int16", options: { compress: "zstd" } },
  { name: "uint32.tif", dtype: "uint32" },
  { name: "int32.tif", dtype: "int32", options: { compress: "deflate" } },
  { name: "float.tif", dtype: "float32", options: { ...TILES, compress: "lzw", predictor: 3 } },
  {
    name: "float-big-endian.tif",
    dtype: "float32",
    options: { ENDIANNESS: "BIG", compress: "lzw", predictor: 3 },
  },
  { name: "double-real.tif", dtype: "float64", options: { compress: "deflate" } },
];

testGdal("each way to write the same samples comes as the raw samples, and as no other kind", () =>
  withFolder((folder) => {
    const samples = writeBy(folder, ...COMPLEX, ...REAL);
    const real = samples.filter((_, i) => i % 2 === 0);
    for (const { name, dtype } of [...COMPLEX, ...REAL]) {
      const dataset = openGdal(join(folder, name));
      // GDAL before 3.7 has no such type.
      if (dataset.band(1).type === "signed Byte") continue;
      const complex = dtype.startsWith("complex");
      const expected = dtype === "int8" ? real.map((value) => (value << 24) >> 24) : real;
      assertSameValues(readAll(dataset), complex ? samples : expected, name);
      const other = complex ? "float32" : "complex64";
      const memory = new Uint8Array(8 * pixelCount(SHAPE));
      const message = messageOf(() => dataset.readRows(1, ALL, other, memory, 0));
      const found = complex
        ? "complex samples, expected real values"
        : "an intensity or amplitude, expected complex";
      assert.match(message, `${name}: found ${dataset.band(1).type} in band 1, ${found}`);
      assert.ok(memory.every((byte) => byte === 0));
      dataset.close();
    }
  }),
);

const MARKED = `
import json, sys, numpy, rasterio, warnings
from rasterio.enums import Compression
warnings.simplefilter("ignore")
folder = json.load(sys.stdin)
values = numpy.arange(80, dtype="complex64").reshape(8, 10)
mask = numpy.where(values.real % 3 == 0, 0, 255).astype("uint8")
def create(name, inside, **options):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside):
        return rasterio.open(folder + "/" + name, "w", driver="GTiff", height=8, width=10, dtype="complex64", **{"count": 1, **options})
for name, inside in ("internal.tif", True), ("sidecar.tif", False):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside), create(name, inside) as file:
        file.write(values, 1)
        file.write_mask(mask)
with create("value.tif", True, nodata=-9999) as file: file.write(values, 1)
with create("nan.tif", True, nodata=float("nan"), count=2) as file:
    file.write(values, 1)
    file.write(values, 2)
    file.set_band_description(2, "VH")
    file.update_tags(TRACK="42=x")
    file.update_tags(2, POLARISATION="VH")
open(folder + "/value.tif.aux.xml", "w").write("<PAMDataset><Metadata><MDI key='SIDECAR'>seen</MDI></Metadata></PAMDataset>")
print(json.dumps(mask.ravel().tolist()))
`;

testGdal("masks, values for no data, descriptions and metadata come from the file and from beside it", () =>
  withFolder((folder) => {
    const expected = JSON.parse(runPython(MARKED, folder)) as number[];
    const window = { row: 0, rows: 8, column: 0, columns: 10 };
    for (const name of ["internal.tif", "sidecar.tif"]) {
      const dataset = openGdal(join(folder, name));
      assert.is(dataset.band(1).mask, "pixels", name);
      const mask = new Uint8Array(82);
      dataset.readMask(1, window, mask, 1);
      assert.equal([...mask], [0, ...expected, 0], name);
      dataset.close();
    }
    const value = openGdal(join(folder, "value.tif"));
    assert.equal([value.band(1).nodata, value.band(1).mask], [-9999, "nodata"]);
    assert.equal(value.metadata().SIDECAR, "seen");
    assert.match(
      messageOf(() => value.readMask(1, window, new Uint8Array(80), 0)),
      "found no mask in band 1",
    );
    const two = openGdal(join(folder, "nan.tif"));
    assert.equal([two.bandCount, two.band(1).nodata, two.band(2).description], [2, Number.NaN, "VH"]);
    assert.equal([two.metadata().TRACK, two.metadata(2)], ["42=x", { POLARISATION: "VH" }]);
    assert.match(
      messageOf(() => two.band(3)),
      "nan.tif: found no band 3, expected 1 to 2",
    );
    assert.throws(
      () => two.readRows(1, window, "complex64", new Uint8Array(640), 8),
      /expected 8 and 640 more/,
    );
    two.close();
    assert.throws(() => two.metadata(), /closed dataset/);
  }),
);

/** A VRT of one complex band over a source. */
function writeVrt(path: string, source: string, metadata = ""): void {
  const text = `<VRTDataset rasterXSize="${COLUMNS}" rasterYSize="${SHAPE.azimuth}">
    <VRTRasterBand dataType="CFloat32" band="1">${metadata}<SimpleSource>
      <SourceFilename relativeToVRT="1">${source}</SourceFilename><SourceBand>1</SourceBand>
    </SimpleSource></VRTRasterBand></VRTDataset>`;
  writeFileSync(path, text);
}

testGdal(
  "a VRT over a VRT over a file elsewhere gives its samples, and the date in a domain of the band",
  () =>
    withFolder((folder) => {
      const samples = writeBy(folder, { name: "a.tif", dtype: "complex64" });
      mkdirSync(join(folder, "b"));
      writeVrt(join(folder, "inner.vrt"), "a.tif");
      writeVrt(
        join(folder, "b/outer.vrt"),
        "../inner.vrt",
        "<Metadata domain='slc'><MDI key='Date'>20180101</MDI></Metadata>",
      );
      const dataset = openGdal(join(folder, "b/outer.vrt"));
      assertSameValues(readAll(dataset), samples, "VRT");
      assert.equal([dataset.metadata(1, "slc"), dataset.metadata(1)], [{ Date: "20180101" }, {}]);
      dataset.close();
    }),
);

const HDF5 = `
import json, sys, h5py, numpy
folder, rows, columns = json.load(sys.stdin)
samples = numpy.fromfile(folder + "/samples.bin", "complex64").reshape(rows, columns)
halves = numpy.zeros((rows, columns), [("r", "<f2"), ("i", "<f2")])
halves["r"], halves["i"] = samples.real, samples.imag
with h5py.File(folder + "/one.h5", "w") as file:
    file.create_dataset("data/VV", data=samples, chunks=(32, 64), compression="gzip", shuffle=True)
with h5py.File(folder + "/two.h5", "w") as file:
    file.create_dataset("data/VV", data=samples)
    file.create_dataset("data/HH", data=halves, chunks=(32, 64), compression="gzip")
`;

testHdf5("images of HDF5 come as the raw samples with their first row first, halves as float32", () =>
  withFolder((folder) => {
    const samples = writeBy(folder);
    runPython(HDF5, [folder, SHAPE.azimuth, SHAPE.range]);
    const one = openGdal(join(folder, "one.h5"));
    assert.equal([one.driver, one.band(1).blockShape], ["HDF5Image", { azimuth: 32, range: 64 }]);
    assertSameValues(readAll(one), samples, "one");
    const path = join(folder, "two.h5");
    const two = openGdal(path);
    const names = [...two.subdatasets.keys()];
    assert.equal(names, [`HDF5:"${path}"://data/HH`, `HDF5:"${path}"://data/VV`]);
    assert.match(two.subdatasets.get(names[0]!) ?? "", "[150x210] //data/HH (complex");
    assert.match(
      messageOf(() => two.band(1)),
      "found no band 1, expected one of its 2 images",
    );
    for (const name of names) assertSameValues(readAll(openGdal(path, name)), samples, name);
    // A file of its own: HDF5 reads zeros past the end of one that is open already.
    const cut = join(folder, "cut.h5");
    copyFileSync(path, cut);
    truncateSync(cut, 60_000);
    assert.match(
      messageOf(() => readAll(openGdal(cut, names[1]!.replace(path, cut)))),
      "cut.h5: found ",
    );
  }),
);

// What a process or thread of its own says of band 1 of a file: the hash of its samples, or the error and its price.
const LOOK = `
const { openGdal } = require(${JSON.stringify(join(__dirname, "../../src/io/gdal.js"))});
const look = (path) => {
  const begin = process.cpuUsage();
  let answer;
  try {
    const dataset = openGdal(path);
    const { azimuth: rows, range } = dataset.shape;
    const columns = Math.min(range, 4096);
    const { kind, blockShape } = dataset.band(1);
    const step = Math.min(rows, blockShape.azimuth);
    const hash = require("node:crypto").createHash("sha256");
    const bytes = new Uint8Array(step * columns * (kind === "complex64" ? 8 : 4));
    for (let row = 0; row < rows; row += step) {
      const count = Math.min(step, rows - row);
      dataset.readRows(1, { row, rows: count, column: 0, columns }, kind, bytes, 0);
      hash.update(bytes.subarray(0, (bytes.length / step) * count));
    }
    answer = { hash: hash.digest("hex") };
  } catch (error) {
    answer = { error: error.name + ": " + error.message };
  }
  const { user, system } = process.cpuUsage(begin);
  return { ...answer, seconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 };
};`;

interface Look {
  readonly hash?: string;
  readonly error?: string;
  readonly seconds: number;
  readonly peakMiB: number;
}

async function lookInChild(path: string, env: NodeJS.ProcessEnv = process.env): Promise<Look> {
  const code = `${LOOK} console.log(JSON.stringify(look(process.argv[1])))`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["-e", code, path], { env });
  assert.is(stderr, "");
  return JSON.parse(stdout) as Look;
}

function lookInThread(path: string): Promise<Look> {
  const code = `${LOOK} require("node:worker_threads").parentPort.postMessage(look(${JSON.stringify(path)}))`;
  return new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).once("message", resolve).once("error", reject);
  });
}

testGdal("worker threads at once and a child process read what the main thread reads", () =>
  withFolder(async (folder) => {
    const samples = writeBy(folder, {
      name: "a",
      dtype: "complex64",
      options: { ...TILES, compress: "zstd" },
    });
    const expected = createHash("sha256").update(new Uint8Array(samples.buffer)).digest("hex");
    const path = join(folder, "a");
    assertSameValues(readAll(openGdal(path)), samples, "main thread");
    const looks = await Promise.all([lookInThread(path), lookInThread(path), lookInChild(path)]);
    assert.equal(
      looks.map(({ hash, error }) => error ?? hash),
      [expected, expected, expected],
    );
  }),
);

/** Overwrites the middle of a file. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.fill(0xff, middle, middle + 4096);
  writeFileSync(path, bytes);
}

const CLAIMS = `
import json, sys, rasterio, warnings
warnings.simplefilter("ignore")
folder = json.load(sys.stdin)
for name, size, tile in ("large-block", 16384, 16384), ("large-image", 2000000, 512):
    rasterio.open(folder + "/" + name, "w", driver="GTiff", height=size, width=size, count=1, dtype="complex64", tiled=True,
                  blockxsize=tile, blockysize=tile, compress="deflate", SPARSE_OK=True, BIGTIFF=True).close()
`;

testGdal("damaged, cut, endless and huge files are errors within 2 s of processor time and 300 MiB", () =>
  withFolder(async (folder) => {
    const damaged = ["deflate", "lzw", "zstd"].map((compress) => ({
      name: compress,
      dtype: "complex64",
      options: { ...TILES, compress },
    }));
    const cut = [
      { name: "cut-strips", dtype: "uint16" },
      { name: "cut-tiles", dtype: "complex64", options: TILES },
      { name: "cut-envi", dtype: "complex64", options: { driver: "ENVI" } },
    ];
    writeBy(folder, ...damaged, ...cut);
    for (const { name } of damaged) damage(join(folder, name));
    for (const { name } of cut) truncateSync(join(folder, name), 40_000);
    runPython(CLAIMS, folder);
    truncateSync(join(folder, "large-image"), 4096);
    writeVrt(join(folder, "itself"), "itself");
    writeVrt(join(folder, "nowhere"), "nothing.tif");
    writeVrt(join(folder, "standard-input"), "/vsistdin/");
    writeFileSync(join(folder, "text"), "no raster");
    mkdirSync(join(folder, "folder"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const names = [...damaged, ...cut].map(({ name }) => name);
    const others = [
      "large-block",
      "large-image",
      "itself",
      "nowhere",
      "standard-input",
      "text",
      "folder",
      "pipe",
      "missing",
    ];
    for (const name of [...names, ...others]) {
      const { error, seconds, peakMiB, hash } = await lookInChild(join(folder, name));
      assert.match(error ?? `${name} was read: ${hash}`, `FormatError: ${join(folder, name)}: found `);
      assert.match(error!, "expected ");
      assert.ok(seconds < 2 && peakMiB < 300, `${name}: ${seconds} s, ${peakMiB} MiB`);
    }
  }),
);

testGdal("neither a name nor the source of a VRT reaches the network", () =>
  withFolder(async (folder) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.tif`;
    for (const prefix of ["/vsicurl/", "/vsicurl_streaming/", "/vsizip//vsicurl/", "", "/vsiwebhdfs/"]) {
      const path = join(folder, "a.vrt");
      writeVrt(path, `${prefix}${address}`);
      writeFileSync(path, readFileSync(path, "utf8").replace('relativeToVRT="1"', 'relativeToVRT="0"'));
      assert.match((await lookInChild(path)).error ?? "", "FormatError");
    }
    assert.is(connections, 0);
    server.close();
  }),
);

test("without the library the error names it, and what brings it", async () => {
  const { error } = await lookInChild(__filename, {
    ...process.env,
    PILA_GDAL_LIBRARY: "/nowhere/libgdal.so",
  });
  assert.match(error ?? "", `FormatError: ${__filename}: found no libgdal that loads; /nowhere/libgdal.so: `);
  assert.match(error ?? "", "correct or unset PILA_GDAL_LIBRARY");
});

test.run();
