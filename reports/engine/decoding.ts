import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PIXEL_BYTES, pixelCount } from "../../src/core/raster";
import { median } from "../../src/evidence/numbers";
import { openSlcStack } from "../../src/io/folders";
import { PlaneReader } from "../../src/io/rows";
import type { Result } from "./report";
import { runProcess, type Workbench } from "./workbench";

/** The row of the bench that says how fast images are read that are no plain bytes. */
export const DECODING_ROW = 14;

/** Complex images of speckle by the name of their folder, with the least rate [MB/s of complex64]. */
const IMAGES = {
  "plain strips": { goal: null, options: "" },
  "tiles, plain": { goal: 2000, options: "tiled=True, blockxsize=256, blockysize=256" },
  "tiles, deflate": { goal: 400, options: "tiled=True, blockxsize=256, blockysize=256, compress='deflate'" },
  "tiles, zstd": { goal: null, options: "tiled=True, blockxsize=256, blockysize=256, compress='zstd'" },
  "HDF5, gzip": { goal: 400, options: null },
} as const;

const LZW_GOAL_SECONDS = 1;

/** Speckle in steps of 1/16, as calibrated products store it: noise of all bits would not be compressed by anyone. */
const WRITE = `
import sys, numpy, warnings
warnings.simplefilter("ignore")
kind, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
rng = numpy.random.default_rng(1)
values = rng.normal(0, 30, (size, size, 2)).astype("float32")
samples = (numpy.round(values * 16) / 16).view("complex64")[..., 0]
if kind == "h5":
    import h5py
    with h5py.File(path, "w") as file:
        file.create_dataset("data/VV", data=samples, chunks=(256, 256), compression="gzip", shuffle=True)
else:
    import rasterio
    real = kind == "lzw"
    options = dict(compress="lzw") if real else eval(f"dict({sys.argv[4]})")
    dtype = "float32" if real else "complex64"
    with rasterio.open(path, "w", driver="GTiff", width=size, height=size, count=1, dtype=dtype, **options) as image:
        image.write(numpy.abs(samples) ** 2 if real else samples, 1)
`;

/**
 * Reads each image whole by one thread of this process, from a warm page cache, and reduces two crops of LZW by
 * `stats sec` as a process: medians of `runs`, after one that does not count.
 * @param python an interpreter with rasterio; HDF5 is left out where it has no h5py
 */
export async function measureDecoding(
  bench: Workbench,
  python: string,
  runs: number,
): Promise<readonly Result[]> {
  const row = DECODING_ROW;
  const write = async (kind: string, folder: string, name: string, options = ""): Promise<string> => {
    mkdirSync(folder, { recursive: true });
    const words = [kind, join(folder, name), String(bench.size), options];
    await runProcess([python, "-c", WRITE, ...words], bench.root, bench.signal);
    return folder;
  };
  const results: Result[] = [];
  for (const [name, { goal, options }] of Object.entries(IMAGES)) {
    const figure = `reading complex64, ${name}`;
    const folder = join(bench.build, `decoding-${bench.size}`, name.replaceAll(/\W+/g, "-"));
    try {
      if (options === null) await write("h5", folder, "20200101.h5");
      else await write("tiff", folder, "20200101.tif", options);
    } catch (error) {
      // Of what Python says the last line tells.
      const reason = (error as Error).message.trim().split("\n").at(-1)!;
      const missing = /No module named '(\w+)'/.exec(reason)?.[1];
      if (missing === undefined) results.push({ kind: "failed", row, figure, reason });
      else {
        const next = `nothing writes the file; ${python} -m pip install ${missing}`;
        results.push({ kind: "left out", row, figure, reason: next });
      }
      continue;
    }
    const rates = Array.from({ length: runs + 1 }, () => readWhole(folder)).slice(1);
    results.push({
      kind: "amount",
      row,
      figure,
      goal,
      isFloor: true,
      value: median(rates),
      unit: "MB/s",
      runs,
    });
  }
  const crops = join(bench.build, `decoding-${bench.size}`, "lzw");
  for (const date of ["20200101", "20200113"]) await write("lzw", crops, `${date}.tif`);
  const out = ["mean", "std"].map((name) => join(crops, "out", `${name}.tif`));
  const seconds: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const command = [...bench.pila, "stats", "sec", crops, ...out, "--quiet"];
    seconds.push((await runProcess(command, bench.root, bench.signal)).seconds);
  }
  const figure = "sec, 2 crops of LZW as large as an image";
  const value = median(seconds.slice(1));
  results.push({
    kind: "amount",
    row,
    figure,
    goal: LZW_GOAL_SECONDS,
    isFloor: false,
    value,
    unit: "s",
    runs,
  });
  return results;
}

/** Rows at a time where none are decoded together. */
const ROWS = 64;

/** Reads all rows of the one image of a folder in order. @returns megabytes a second */
function readWhole(folder: string): number {
  const { source } = openSlcStack(folder).scenes[0]!;
  const { azimuth, range } = source.shape;
  const height = source.by === "gdal" ? Math.max(ROWS, source.blockShape.azimuth) : ROWS;
  const into = Buffer.alloc(height * range * PIXEL_BYTES[source.kind]);
  const reader = new PlaneReader([source]);
  const start = performance.now();
  for (let row = 0; row < azimuth; row += height) {
    reader.read(0, { row, rows: Math.min(height, azimuth - row), column: 0, columns: range }, into, 0);
  }
  const seconds = (performance.now() - start) / 1000;
  reader.close();
  return (pixelCount(source.shape) * PIXEL_BYTES.complex64) / 1e6 / seconds;
}
