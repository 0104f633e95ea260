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
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { FormatError, UsageError } from "../src/core/errors";
import { pixelCount, type Shape } from "../src/core/raster";
import { removeLeftovers, temporaryPath } from "../src/io/temporaryFile";
import { drawStack } from "./drawStack";
import { isceVrt, isceXml, SAMPLE_BYTES } from "./isceHeaders";
import { requireScene, simulatedDates } from "./scene";
import { sceneTruth } from "./truth";

export interface SimulateOptions {
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

export interface SimulatedStack {
  /** The `.slc` of each date, in order. */
  readonly files: readonly string[];
  readonly seconds: number;
  /** Bytes of all `.slc` together. */
  readonly bytes: number;
}

/** A file that is written under another name and put in its place at the end. */
interface PendingFile {
  readonly temporary: string;
  readonly path: string;
}

/**
 * Writes a stack of simulated SLC images in the layout of ISCE2, with what is known of it in truth.json: fields of
 * known backscatter under circular-Gaussian speckle, a patch that changes, point targets, and a border of exact
 * zeros that moves from date to date. The bytes depend on shape, seed and date alone: not on workers, on machine or
 * engine, nor on how many dates follow.
 * Files appear whole or not at all; truth.json comes last, so where it stands the stack is complete.
 * @throws ShapeError the image is smaller than 16 x 16
 * @throws UsageError dates, seed or workers out of range
 * @throws FormatError the tree holds dates that are not of this stack, or a folder cannot be made
 * @throws WorkerError a worker failed or the disk is full
 * @throws the reason of the signal, when it was aborted
 */
export async function simulateStack(options: SimulateOptions): Promise<SimulatedStack> {
  const started = process.hrtime.bigint();
  const { shape, seed, onProgress, signal } = options;
  const tree = resolve(options.tree);
  const parameters = requireScene({ shape, seed, dates: simulatedDates(options.dates) });
  const workers = requireWorkers(options.workers ?? availableParallelism());
  requireFitting(tree, parameters.dates);
  signal?.throwIfAborted();

  const folders = parameters.dates.map((date) => join(tree, date));
  const made: string[] = [];
  const pending: PendingFile[] = [];
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
    await drawStack({ parameters, paths, workers, onProgress, signal });
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

function requireWorkers(workers: number): number {
  if (!Number.isInteger(workers) || workers < 1 || workers > 1024) {
    throw new UsageError(`found ${workers} workers, expected a whole number from 1 to 1024`);
  }
  return workers;
}

/** A folder, if anything, without dates of another simulation: who reads the tree would take them for part of this one. */
function requireFitting(tree: string, dates: readonly string[]): void {
  if (!existsSync(tree)) return;
  if (!statSync(tree).isDirectory()) {
    throw new FormatError(`${tree}: found a file, expected a folder; name another place`, { path: tree });
  }
  const other = readdirSync(tree).find((name) => /^\d{8}$/.test(name) && !dates.includes(name));
  if (other === undefined) return;
  const path = join(tree, other);
  throw new FormatError(
    `${path}: found a date that is not of this stack, expected only ${dates[0]} to ${dates.at(-1)} (${dates.length} dates); name an empty folder or remove it`,
    { path },
  );
}

/** Makes a folder with its parents; returns those that were not there before, outermost first. */
function makeFolder(folder: string): string[] {
  let outermost: string | undefined;
  try {
    outermost = mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new FormatError(
      `${folder}: found that it cannot be made (${(cause as Error).message}), expected a place for a folder; name another`,
      { path: folder, cause },
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
