import { createHash } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BackendError, UsageError } from "../core/errors";
import { type Raster, type Shape, sameShape } from "../core/raster";
import { CROP_SUFFIX, openIntensityStack, openSlcStack, readManifest } from "../io/folders";
import { listFolder, searchImages } from "../io/search";
import { cropFiles, hashFiles, type Reference } from "./gate";
import type { BenchLevel } from "./plan";
import type { Execution, Executor } from "./protocol";
import { type PrepOptions, prepArguments } from "./run";

/** A level with the folders its runs read and the outputs they are held against. */
export interface PreparedLevel extends BenchLevel {
  readonly looks: string;
  readonly nodata: string;
  readonly intens: string;
  readonly slc: string | null;
  readonly prep: PrepOptions;
  readonly intensityFiles: readonly string[];
  readonly slcFiles: readonly string[];
  readonly reference: Reference;
}

/** What the levels are made from. */
interface BenchDataOptions {
  /** The run folder; crops and references stand in `levels/` below it. */
  readonly out: string;
  /** The folder named: SLC or intensities. */
  readonly data: DataDescription & { readonly folder: string };
  /** The SLC of an intensity folder, from --slc. */
  readonly slc: (DataDescription & { readonly folder: string }) | null;
  /** Numbers of dates, each from the first one on; null is all. */
  readonly dates: readonly number[] | null;
  readonly crops: readonly (string | null)[];
  readonly looks: string | null;
  readonly nodata: string | null;
}

/** How the preparation runs pila: not timed, not recorded. */
interface Preparation {
  readonly executor: Executor;
  readonly describe: DescribeData;
  readonly pila: readonly string[];
  readonly run: Omit<Execution, "command" | "watchMemory">;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes every level ready: its crops (prepared once from the SLC, or linked for fewer dates), its SLC, and the
 * outputs of `sec` as reference. What a resumed run folder holds already is made again: it must be what is run on.
 * @returns dates by crops, the most dates and the first crop first
 * @throws UsageError more dates than there are, crops of intensities, or two crops of one shape
 * @throws BackendError the preparation failed
 */
export async function prepareLevels(
  options: BenchDataOptions,
  preparation: Preparation,
): Promise<readonly PreparedLevel[]> {
  const { data } = options;
  const slc = data.kind === "slc" ? data : options.slc;
  if (data.kind === "intensity" && options.crops.length > 1) {
    throw new UsageError(
      `--crops: found intensities in ${data.folder}, expected SLC to cut several crops from; name the SLC folder`,
    );
  }
  const counts = datesOf(options.dates, data.dates.length);
  rmSync(join(options.out, "levels"), { recursive: true, force: true });
  const levels: PreparedLevel[] = [];
  for (const crop of options.crops) {
    const prep = { crop, looks: options.looks, nodata: options.nodata };
    const whole = data.kind === "slc" ? await prepareCrops(options, prep, preparation) : data;
    if (levels.some((level) => sameShape(level.shape, whole.shape))) {
      throw new UsageError(
        `--crops: found two crops of one shape, expected different sizes; records tell crops apart by their shape`,
      );
    }
    for (const dates of counts)
      levels.push(await prepareLevel(options.out, dates, whole, slc, prep, preparation));
  }
  return levels;
}

function datesOf(asked: readonly number[] | null, available: number): readonly number[] {
  const counts = [...new Set(asked ?? [available])].sort((a, b) => b - a);
  const wrong = counts.find((count) => count > available || count < 1);
  if (wrong !== undefined) {
    throw new UsageError(
      `--dates: found ${wrong}, expected 1 to ${available}; the stack has ${available} dates`,
    );
  }
  return counts;
}

type Folder = DataDescription & { readonly folder: string };

async function prepareCrops(
  options: BenchDataOptions,
  prep: PrepOptions,
  preparation: Preparation,
): Promise<Folder> {
  const folder = join(options.out, "levels", `crops-${prep.crop?.replaceAll(",", "-") ?? "whole"}`);
  mkdirSync(dirname(folder), { recursive: true });
  await run(preparation, ["prep", options.data.folder, folder, ...prepArguments(prep), "--quiet"]);
  return { ...(await preparation.describe(folder)), folder };
}

async function prepareLevel(
  out: string,
  dates: number,
  whole: Folder,
  slc: Folder | null,
  prep: PrepOptions,
  preparation: Preparation,
): Promise<PreparedLevel> {
  const folder = join(out, "levels", `${dates}-${prep.crop?.replaceAll(",", "-") ?? "whole"}`);
  mkdirSync(folder, { recursive: true });
  const intensities = await firstDates(whole, dates, join(folder, "intensities"));
  const images = slc === null ? null : await firstDates(slc, dates, join(folder, "slc"));
  const reference = await measureReference(intensities.folder, folder, preparation);
  return {
    dates,
    crop: whole.crop ?? prep.crop,
    shape: shapeOf(whole),
    looks: whole.looks,
    nodata: whole.nodata,
    intens: intensities.folder,
    slc: images?.folder ?? null,
    prep,
    intensityFiles: intensities.files,
    slcFiles: images?.files ?? [],
    reference,
  };
}

function shapeOf({ shape }: Folder): Shape {
  return { azimuth: shape.azimuth, range: shape.range };
}

/** The folder itself where all its dates are wanted, else a folder of links to the first ones. */
async function firstDates(
  source: Folder,
  count: number,
  target: string,
): Promise<{ readonly folder: string; readonly files: readonly string[] }> {
  const chosen = source.dates.slice(0, count);
  if (chosen.length < count) {
    throw new BackendError(
      `${source.folder}: found ${chosen.length} dates, expected ${count} as the other folder has; use folders of one stack`,
    );
  }
  const files = chosen.flatMap((date) => date.files);
  if (count === source.dates.length) return { folder: source.folder, files };
  mkdirSync(target, { recursive: true });
  for (const date of chosen) link(date, target);
  return { folder: target, files };
}

function link(date: DateFiles, target: string): void {
  symlinkSync(realpathSync(date.path), join(target, basename(date.path)));
}

async function measureReference(
  intens: string,
  folder: string,
  preparation: Preparation,
): Promise<Reference> {
  const [mean, std, count] = ["mean", "std", "count"].map((name) => join(folder, `${name}.tif`)) as [
    string,
    string,
    string,
  ];
  await run(preparation, ["stats", "sec", intens, mean, std, "--count", count, "--quiet"]);
  return { mean, std, count, sha256: hashFiles([mean, std]), cropsSha256: hashFiles(cropFiles(intens)) };
}

async function run(preparation: Preparation, words: readonly string[]): Promise<void> {
  const command = [...preparation.pila, ...words];
  const done = await preparation.executor.execute(
    { ...preparation.run, command, watchMemory: false },
    preparation.signal,
  );
  if (done.exitCode === 0) return;
  const why = done.spawnError ?? (done.timedOut ? "it took too long" : done.stderr.trim());
  throw new BackendError(
    `pila ${words.join(" ")}: found exit ${done.exitCode ?? done.signal}, expected 0 before anything is measured: ${why}`,
  );
}

/** Removes what only the measuring needed: outputs of single runs, not the references and crops. */
export function removeScratch(scratch: string): void {
  if (existsSync(scratch)) rmSync(scratch, { recursive: true, force: true });
}

/** One date of a stack: its name, the file that stands for it in the folder, and every file its samples are read from. */
interface DateFiles {
  readonly name: string;
  readonly path: string;
  /** What a run reads, so what is warmed or evicted; links are followed. */
  readonly files: readonly string[];
}

/** What a data folder holds. */
export interface DataDescription {
  readonly kind: "slc" | "intensity";
  /** In the order in which the backends read them. */
  readonly dates: readonly DateFiles[];
  /** Of one image: SLC samples, or intensity cells. */
  readonly shape: Shape;
  /** Of intensities, `4x4`, or that they are not known; of SLC, `1x1`. */
  readonly looks: string;
  /** Window the intensities were cut with, rows,cols,row0,col0; null is the whole image. */
  readonly crop: string | null;
  /** `zero`, `none`, or that it is not known. */
  readonly nodata: string;
}

/** Says what a folder holds; throws a PilaError where it is no stack. */
export type DescribeData = (folder: string) => Promise<DataDescription> | DataDescription;

/** Reads a float32 plane of any of the rasters a run or a peer writes. */
export type ReadPlane = (path: string) => Promise<Raster> | Raster;

/** Of names, sizes and modification times (whole milliseconds) of all files, in their order; contents are not read. */
export function hashDataset(dates: readonly DateFiles[]): string {
  const hash = createHash("sha256");
  for (const path of dates.flatMap((date) => date.files)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${basename(path)}\0${size}\0${Math.floor(mtimeMs)}\n`);
  }
  return hash.digest("hex");
}

/** What is written where crops do not say how they were made. */
const UNKNOWN = "unknown";

/**
 * What a folder holds: SLC where there are complex images and no crops, else intensities, with the crop, looks and
 * no data of their pila-prep.json.
 * @throws FormatError, ShapeError it is no stack
 */
export async function describeFolder(folder: string): Promise<DataDescription> {
  return isSlcFolder(folder) ? describeSlcFolder(folder) : describeIntensities(folder);
}

function isSlcFolder(folder: string): boolean {
  try {
    if (statSync(folder).isDirectory() && listFolder(folder).some((name) => name.endsWith(CROP_SUFFIX)))
      return false;
    return searchImages(folder, false).some(({ isReal }) => !isReal);
  } catch {
    // Opening it as a stack says what is wrong with it.
    return false;
  }
}

function describeSlcFolder(folder: string): DataDescription {
  const { scenes, shape } = openSlcStack(folder);
  return {
    kind: "slc",
    dates: scenes.map(({ date, path, source }) => ({ name: date, path, files: [source.path] })),
    shape,
    looks: "1x1",
    crop: null,
    nodata: UNKNOWN,
  };
}

async function describeIntensities(folder: string): Promise<DataDescription> {
  const { scenes, shape } = await openIntensityStack(folder);
  const manifest = readManifest(folder);
  return {
    kind: "intensity",
    dates: scenes.map(({ date, path }) => ({ name: date, path, files: [path] })),
    shape,
    looks: manifest?.looks ?? UNKNOWN,
    crop: manifest?.crop ?? null,
    nodata: manifest?.nodata ?? UNKNOWN,
  };
}
