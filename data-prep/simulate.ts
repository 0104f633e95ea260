// Simulates a stack of SLC images in the layout of ISCE2, drawn by threads, whole or not at all.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { fault, UsageError, WorkerError } from "../src/core/errors";
import { pixelCount, type Shape } from "../src/core/raster";
import { removeLeftovers, temporaryPath } from "../src/io/outputFile";
import { requireScene, type SceneParameters, simulatedDates } from "./scene";
import { sceneTruth } from "./truth";

interface SimulateOptions {
  /** Folder that receives DATE/DATE.slc, .slc.vrt, .slc.xml of each date, and truth.json. */
  readonly tree: string;
  /** How many dates; they are 16 days apart from 20230105 on. */
  readonly dates: number;
  readonly shape: Shape;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** Worker threads; left out: as many as the cores available. */
  readonly workers?: number | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** Ends the work early: no file of it remains, what stood there before stays. */
  readonly signal?: AbortSignal | undefined;
}

/** What was made. */
interface SimulatedStack {
  /** The `.slc` of each date, in order. */
  readonly files: readonly string[];
  readonly seconds: number;
  /** Bytes of all `.slc` together. */
  readonly bytes: number;
}

/**
 * Writes a stack of simulated SLC images in the layout of ISCE2, with what is known of it in truth.json: fields of
 * known backscatter under circular-Gaussian speckle, a patch that changes, point targets, and a border of exact
 * zeros that moves from date to date. The bytes depend on shape, seed and date alone: not on workers, on machine or
 * engine, nor on how many dates follow.
 * Files appear whole or not at all; truth.json comes last, so where it stands the stack is complete.
 * @param options tree, number of dates, lines and samples of each, seed, workers
 * @returns the files, their bytes, and the seconds it took
 * @throws ShapeError the image is smaller than 16 x 16
 * @throws UsageError dates, seed or workers out of range
 * @throws FormatError the tree holds dates that are not of this stack, or a folder cannot be made
 * @throws WorkerError a worker failed; FileError the disk is full
 * @throws the reason of the signal, when it was aborted
 */
export async function simulateStack(options: SimulateOptions): Promise<SimulatedStack> {
  const started = process.hrtime.bigint();
  const { shape, seed, workers = availableParallelism(), signal } = options;
  const tree = resolve(options.tree);
  const parameters = requireScene({ shape, seed, dates: simulatedDates(options.dates) });
  if (!Number.isInteger(workers) || workers < 1 || workers > 1024) {
    throw new UsageError(`found ${workers} workers, expected a whole number from 1 to 1024`);
  }
  requireFitting(tree, parameters.dates);
  signal?.throwIfAborted();

  const folders = parameters.dates.map((date) => join(tree, date));
  const made: string[] = [];
  /** Files that are written under another name and put in their places at the end. */
  const pending: { temporary: string; path: string }[] = [];
  const begin = (path: string, text: string) => {
    const file = { temporary: temporaryPath(dirname(path)), path };
    pending.push(file);
    writeFileSync(file.temporary, text, { flag: "wx", flush: true });
    return file;
  };
  const undo = () => {
    for (const { temporary } of pending) rmSync(temporary, { force: true });
    for (const folder of made.reverse()) removeIfEmpty(folder);
  };
  // Whoever ends the process without waiting for this promise still leaves nothing of it behind.
  process.once("exit", undo);
  try {
    for (const folder of [tree, ...folders]) {
      made.push(...makeFolder(folder));
      removeLeftovers(folder);
    }
    const images = parameters.dates.map((date, index) => begin(join(folders[index]!, `${date}.slc`), ""));
    const paths = images.map(({ temporary }) => temporary);
    await drawStack(parameters, paths, workers, options);
    for (const { path } of images) {
      begin(`${path}.vrt`, isceVrt(shape, basename(path)));
      begin(`${path}.xml`, isceXml(shape, basename(path)));
    }
    const truth = join(tree, "truth.json");
    begin(truth, `${JSON.stringify(sceneTruth(parameters), null, 2)}\n`);
    rmSync(truth, { force: true });
    for (const { temporary, path } of pending) renameSync(temporary, path);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const bytes = images.length * pixelCount(shape) * SAMPLE_BYTES;
    return { files: images.map(({ path }) => path), seconds, bytes };
  } catch (error) {
    undo();
    throw error;
  } finally {
    process.removeListener("exit", undo);
  }
}

/** A folder, if anything, without dates of another simulation: who reads the tree would take them for part of this one. */
function requireFitting(tree: string, dates: readonly string[]): void {
  if (!existsSync(tree)) return;
  if (!statSync(tree).isDirectory()) {
    throw fault(tree, "found a file, expected a folder; name another place");
  }
  const unknown = dates.map((date) => join(tree, date, `${date}.slc`)).find((path) => existsSync(path));
  if (unknown !== undefined && !existsSync(join(tree, "truth.json"))) {
    throw fault(
      unknown,
      "found an image beside no truth.json, expected none that a simulation did not make; name an empty folder or remove it",
    );
  }
  const other = readdirSync(tree).find((name) => /^\d{8}$/.test(name) && !dates.includes(name));
  if (other === undefined) return;
  const path = join(tree, other);
  throw fault(
    path,
    `found a date that is not of this stack, expected only ${dates[0]} to ${dates.at(-1)} (${dates.length} dates); name an empty folder or remove it`,
  );
}

/** Makes a folder with its parents; returns those that were not there before, outermost first. */
function makeFolder(folder: string): string[] {
  let outermost: string | undefined;
  try {
    outermost = mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw fault(
      folder,
      `found that it cannot be made (${(cause as Error).message}), expected a place for a folder; name another`,
      { cause },
    );
  }
  if (outermost === undefined) return [];
  const chain: string[] = [];
  for (let path = folder; path.length >= outermost.length; path = dirname(path)) chain.unshift(path);
  return chain;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Bytes a worker draws before it writes: large enough for the page cache, small enough to stay in its core's. */
const BLOCK_BYTES = 2 ** 20;

/** What a worker is started with. */
export interface SimulateTask {
  readonly parameters: SceneParameters;
  /** File of each date, as long as the date; lines are written in place. */
  readonly paths: readonly string[];
  readonly rowsPerBlock: number;
  /** Int32: the next block nobody has taken, and 1 when all shall stop. */
  readonly control: SharedArrayBuffer;
}

/** Sent after each block that is in its file. */
export interface BlockDone {
  readonly dateIndex: number;
  readonly bytes: number;
}

export const NEXT_BLOCK = 0;
export const STOP = 1;

/**
 * Draws all dates of a scene into their files by worker threads and brings them to the disk (fsync), each date while
 * the next is drawn. The bytes do not depend on the number of workers.
 * @param paths an existing empty file for each date
 * @returns when no worker is left, with every file whole
 * @throws WorkerError a worker failed, the disk is full; the files are then unfinished
 * @throws the reason of the signal, when it was aborted
 */
async function drawStack(
  parameters: SceneParameters,
  paths: readonly string[],
  workers: number,
  { onProgress, signal }: SimulateOptions,
): Promise<void> {
  const dateBytes = pixelCount(parameters.shape) * SAMPLE_BYTES;
  const rowBytes = parameters.shape.range * SAMPLE_BYTES;
  const rowsPerBlock = Math.min(parameters.shape.azimuth, Math.max(1, Math.floor(BLOCK_BYTES / rowBytes)));
  const blocks = paths.length * Math.ceil(parameters.shape.azimuth / rowsPerBlock);
  const task: SimulateTask = { parameters, paths, rowsPerBlock, control: new SharedArrayBuffer(8) };

  const stop = () => Atomics.store(new Int32Array(task.control), STOP, 1);
  signal?.addEventListener("abort", stop);
  const missing = paths.map(() => dateBytes);
  const syncs: Promise<void>[] = [];
  const failures: unknown[] = [];
  let doneBytes = 0;
  const onBlock = ({ dateIndex, bytes }: BlockDone) => {
    doneBytes += bytes;
    missing[dateIndex]! -= bytes;
    if (missing[dateIndex] === 0)
      syncs.push(sync(paths[dateIndex]!).catch((error) => void failures.push(error)));
    onProgress?.(doneBytes, paths.length * dateBytes);
  };
  const ends = Array.from({ length: Math.min(workers, blocks) }, () =>
    runWorker(task, onBlock).catch((error) => {
      failures.push(error);
      stop();
    }),
  );
  await Promise.all(ends);
  await Promise.all(syncs);
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  if (failures.length > 0) {
    const cause = failures[0];
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new WorkerError(`simulating stopped: ${found}; nothing was kept, mend this and run it again`, {
      cause,
    });
  }
  if (missing.some((bytes) => bytes !== 0)) {
    throw new WorkerError("simulating stopped: a worker ended before its work was done; run it again");
  }
}

function runWorker(task: SimulateTask, onBlock: (block: BlockDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "simulateWorker.js"), { workerData: task });
    worker.on("message", onBlock);
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Bytes of a complex64 sample. */
export const SAMPLE_BYTES = 8;

/** The `.slc.vrt` that ISCE2 writes beside a little-endian complex64 image. */
function isceVrt(shape: Shape, dataName: string): string {
  return `<VRTDataset rasterXSize="${shape.range}" rasterYSize="${shape.azimuth}">
    <VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">
        <SourceFilename relativeToVRT="1">${dataName}</SourceFilename>
        <ByteOrder>LSB</ByteOrder>
        <ImageOffset>0</ImageOffset>
        <PixelOffset>${SAMPLE_BYTES}</PixelOffset>
        <LineOffset>${SAMPLE_BYTES * shape.range}</LineOffset>
    </VRTRasterBand>
</VRTDataset>
`;
}

/** The `.slc.xml` that ISCE2 writes beside a little-endian complex64 image; file names are relative. */
export function isceXml(shape: Shape, dataName: string): string {
  return `<imageFile>
${property("access_mode", "read", "Image access mode.")}
${property("byte_order", "l", "Endianness of the image.")}
${coordinate(1, shape.range, "First coordinate of a 2D image (width).")}
${coordinate(2, shape.azimuth, "Second coordinate of a 2D image (length).")}
${property("data_type", "CFLOAT", "Image data type.")}
${property("extra_file_name", `${dataName}.vrt`, "For example name of vrt metadata.")}
${property("family", "slc", "Instance family name")}
${property("file_name", dataName, "Name of the image file.")}
${property("image_type", "slc", "Image type used for displaying.")}
${property("length", shape.azimuth, "Image length")}
${property("name", "slc_name", "Instance name")}
${property("number_bands", 1, "Number of image bands.")}
${property("scheme", "BIP", "Interleaving scheme of the image.")}
${property("width", shape.range, "Image width")}
${property("xmax", shape.range, "Maximum range value")}
${property("xmin", 0, "Minimum range value")}
</imageFile>
`;
}

function property(name: string, value: string | number, meaning: string): string {
  return `    <property name="${name}">
        <value>${value}</value>
        <doc>${meaning}</doc>
    </property>`;
}

function coordinate(axis: 1 | 2, size: number, meaning: string): string {
  const properties = [
    property("delta", 1, "Coordinate quantization."),
    property("endingvalue", size, "Ending value of the coordinate."),
    property("family", "imagecoordinate", "Instance family name"),
    property("name", "imagecoordinate_name", "Instance name"),
    property("size", size, "Coordinate size."),
    property("startingvalue", 0, "Starting value of the coordinate."),
  ].map((text) => text.replaceAll(/^/gm, "    "));
  return `    <component name="coordinate${axis}">
        <factorymodule>isceobj.Image</factorymodule>
        <factoryname>createCoordinate</factoryname>
        <doc>${meaning}</doc>
${properties.join("\n")}
    </component>`;
}
