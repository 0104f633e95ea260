// Simulates a stack: SLC images in the layout of ISCE2, or the intensities of such; drawn by threads, whole or not at all.
import { existsSync, readdirSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { fault, UsageError, WorkerError } from "../src/core/errors";
import {
  formatWindow,
  type Looks,
  lookedShape,
  PIXEL_BYTES,
  type Shape,
  wholeWindow,
} from "../src/core/raster";
import { CROP_SUFFIX, writeManifest } from "../src/io/manifest";
import { OutputFile, placeTogether } from "../src/io/outputFile";
import { productHeader } from "../src/io/products";
import { findLeftovers, lockFolder, makeFolder, removeIfEmpty } from "../src/io/workFolder";
import { usableCores } from "../src/parallel/limits";
import { isceVrt, isceXml, SAMPLE_BYTES } from "./isce";
import { requireScene, type SceneParameters, simulatedDates } from "./scene";
import { sceneTruth } from "./truth";

interface SceneOptions {
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

interface SimulateOptions extends SceneOptions {
  /** Folder that receives DATE/DATE.slc, .slc.vrt, .slc.xml of each date, and truth.json. */
  readonly tree: string;
}

/** What was made. */
export interface SimulatedStack {
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
  const tree = resolve(options.tree);
  const parameters = requireParameters(options);
  const { shape, dates } = parameters;
  requireFitting(tree, dates);
  options.signal?.throwIfAborted();
  const layout = {
    looks: null,
    header: Buffer.alloc(0),
    rows: shape.azimuth,
    rowBytes: SAMPLE_BYTES * shape.range,
  };
  const paths = dates.map((date) => join(tree, date, `${date}.slc`));
  const truth = join(tree, "truth.json");
  const folders = [tree, ...paths.map((path) => dirname(path))];
  // Between the old stack and the new there is no truth: an interrupted change is not taken for either.
  await writeTogether(folders, [truth], async (begin) => {
    requireFitting(tree, dates);
    await drawStack(
      parameters,
      paths.map((path) => begin(path, "")),
      layout,
      options,
    );
    for (const path of paths) {
      begin(`${path}.vrt`, isceVrt(shape, basename(path)));
      begin(`${path}.xml`, isceXml(shape, basename(path)));
    }
    begin(truth, `${JSON.stringify(sceneTruth(parameters), null, 2)}\n`);
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { files: paths, seconds, bytes: paths.length * layout.rows * layout.rowBytes };
}

const LOOKS: Looks = { azimuth: 4, range: 4 };

/**
 * Writes the intensity crops of a simulated stack without its SLC: the very bytes that `pila prep` makes of the images of
 * `simulateStack` (4x4 looks, whole image). pila-prep.json says so and comes last: where it stands the crops are complete.
 * @param options folder of the crops, number of dates, lines and samples of each SLC, seed, workers
 * @throws as simulateStack
 */
export async function simulateIntensities(
  options: SceneOptions & { readonly folder: string },
): Promise<void> {
  const folder = resolve(options.folder);
  const parameters = requireParameters(options);
  const { dates } = parameters;
  const shape = lookedShape(parameters.shape, LOOKS);
  const rowBytes = PIXEL_BYTES.float32 * shape.range;
  const header = productHeader(shape).bytes;
  const layout = { looks: LOOKS, header, rows: shape.azimuth, rowBytes };
  await writeTogether([folder], [], async (begin) => {
    const paths = dates.map((date) => begin(join(folder, `${date}${CROP_SUFFIX}`), header));
    await drawStack(parameters, paths, layout, options);
  });
  const crop = formatWindow(wholeWindow(shape));
  writeManifest(folder, { schema: 1, crop, looks: "4x4", nodata: "zero", sources: [], simulated: true });
}

/** @throws ShapeError, UsageError */
function requireParameters({ shape, seed, dates, workers = 1 }: SceneOptions): SceneParameters {
  if (!Number.isInteger(workers) || workers < 1 || workers > 1024) {
    throw new UsageError(`found ${workers} workers, expected a whole number from 1 to 1024`);
  }
  return requireScene({ shape, seed, dates: simulatedDates(dates) });
}

/** Begins a file of this path and content under another name, which it returns; it is put in its place with all others. */
type BeginFile = (path: string, content: string | Uint8Array) => string;

/**
 * Makes folders, and the files that `write` begins: all of them or, where it fails or the process ends, nothing.
 * @param folders the first is kept for this run
 * @param gone files that go when the others come
 */
async function writeTogether(
  folders: readonly string[],
  gone: readonly string[],
  write: (begin: BeginFile) => Promise<void>,
): Promise<void> {
  const made: string[] = [];
  const pending: OutputFile[] = [];
  const begin: BeginFile = (path, content) => {
    const output = new OutputFile(path);
    pending.push(output);
    output.write(Buffer.from(content), 0);
    output.release();
    return output.temporaryPath;
  };
  let unlock: (() => void) | undefined;
  const undo = () => {
    for (const output of pending) output.discard();
    unlock?.();
    for (const folder of made.reverse()) removeIfEmpty(folder);
  };
  // Whoever ends the process without waiting for this promise still leaves nothing of it behind.
  process.once("exit", undo);
  try {
    for (const folder of folders) {
      made.push(...makeFolders(folder));
      unlock ??= lockFolder(folder);
    }
    await write(begin);
    for (const output of pending) await output.flush();
    await placeTogether(pending, gone);
    unlock?.();
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
  const isInterrupted = findLeftovers(tree).length > 0;
  if (unknown !== undefined && !isInterrupted && !existsSync(join(tree, "truth.json"))) {
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
function makeFolders(folder: string): string[] {
  const outermost = makeFolder(folder);
  if (outermost === undefined) return [];
  const chain: string[] = [];
  for (let path = folder; path.length >= outermost.length; path = dirname(path)) chain.unshift(path);
  return chain;
}

/** Bytes a worker draws before it writes: large enough for the page cache, small enough to stay in its core's. */
const BLOCK_BYTES = 2 ** 20;

/** What the file of a date holds. */
interface DateLayout {
  /** null: the samples themselves; else the mean intensity of so many. */
  readonly looks: Looks | null;
  readonly header: Uint8Array;
  readonly rows: number;
  readonly rowBytes: number;
}

/** What a worker is started with. */
export interface SimulateTask {
  readonly parameters: SceneParameters;
  /** File of each date, which begins with the header of `layout`; rows are written in place. */
  readonly paths: readonly string[];
  readonly layout: DateLayout;
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
 * @param paths a file for each date that holds the header of `layout`
 * @returns when no worker is left, with every file whole
 * @throws WorkerError a worker failed, the disk is full; the files are then unfinished
 * @throws the reason of the signal, when it was aborted
 */
async function drawStack(
  parameters: SceneParameters,
  paths: readonly string[],
  layout: DateLayout,
  { workers = usableCores(), onProgress, signal }: SceneOptions,
): Promise<void> {
  const { rows, rowBytes, looks } = layout;
  const dateBytes = rows * rowBytes;
  const drawnBytes = parameters.shape.range * SAMPLE_BYTES * (looks?.azimuth ?? 1);
  const rowsPerBlock = Math.min(rows, Math.max(1, Math.floor(BLOCK_BYTES / drawnBytes)));
  const blocks = paths.length * Math.ceil(rows / rowsPerBlock);
  const task: SimulateTask = { parameters, paths, layout, rowsPerBlock, control: new SharedArrayBuffer(8) };

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
