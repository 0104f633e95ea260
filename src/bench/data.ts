import { createHash } from "node:crypto";
import { mkdirSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { linkStack } from "../../data-prep/link";
import { BackendError, UsageError } from "../core/errors";
import type { Finding } from "../core/findings";
import { filesOf, type Shape, sameShape } from "../core/raster";
import type { SlcChoice } from "../io/choose";
import { openIntensityStack, openSlcStack } from "../io/folders";
import { CROP_SUFFIX, readManifest } from "../io/manifest";
import { listFolder } from "../io/names";
import { searchImages } from "../io/search";
import { cropFiles, hashFiles } from "./gate";
import type { BenchWorld } from "./machine";
import type { BenchLevel, StoredProtocol } from "./plan";

/** One date of a stack: its name, the file that stands for it in the folder, and every file its samples are read from. */
interface DateFiles {
  readonly name: string;
  readonly path: string;
  /** What a run reads, so what is warmed or evicted; links are followed. */
  readonly files: readonly string[];
}

/** What a data folder holds. */
interface DataFolder {
  readonly folder: string;
  readonly kind: "slc" | "intensity";
  /** In the order in which the backends read them. */
  readonly dates: readonly DateFiles[];
  /** What opening it found. */
  readonly findings: readonly Finding[];
  /** Of one image: SLC samples, or intensity cells. */
  readonly shape: Shape;
  /** Of intensities, `4x4`, or that they are not known; of SLC, `1x1`. */
  readonly looks: string;
  /** Window the intensities were cut with, rows,cols,row0,col0; null is the whole image. */
  readonly crop: string | null;
  /** `zero`, `none`, or that it is not known. */
  readonly nodata: string;
  /** True of the crops of a simulated stack of which no SLC was written. */
  readonly simulated: boolean;
}

/** What is written where crops do not say how they were made. */
const UNKNOWN = "unknown";

/**
 * What a folder holds: SLC where there are SLC descriptions and no crops, else intensities, with the crop, looks and
 * no data of their pila-prep.json.
 * @throws FormatError, ShapeError it is no stack
 */
export async function describeFolder(folder: string, choice: SlcChoice = {}): Promise<DataFolder> {
  if (isSlcFolder(folder)) {
    const { scenes, shape, findings } = openSlcStack(folder, choice);
    const dates = scenes.map(({ date, path, source }) => ({ name: date, path, files: filesOf(source) }));
    return {
      folder,
      kind: "slc",
      dates,
      findings,
      shape,
      looks: "1x1",
      crop: null,
      nodata: UNKNOWN,
      simulated: false,
    };
  }
  const { scenes, shape, findings } = await openIntensityStack(folder, [], choice);
  const manifest = readManifest(folder);
  return {
    folder,
    kind: "intensity",
    dates: scenes.map(({ date, path }) => ({ name: date, path, files: [path] })),
    findings,
    shape,
    looks: manifest?.looks ?? UNKNOWN,
    crop: manifest?.crop ?? null,
    nodata: manifest?.nodata ?? UNKNOWN,
    simulated: manifest?.simulated ?? false,
  };
}

/** True where there are complex images, readable or not, and no crops. */
function isSlcFolder(folder: string): boolean {
  try {
    const isFolder = statSync(folder).isDirectory();
    if (isFolder && listFolder(folder).some((name) => name.endsWith(CROP_SUFFIX))) return false;
    return searchImages(folder, false).some(({ isReal }) => !isReal);
  } catch {
    // Opening it as a stack says what is wrong with it.
    return false;
  }
}

/** Of names, sizes and modification times (whole milliseconds) of all files, in their order; contents are not read. */
export function hashDataset(dates: readonly DateFiles[]): string {
  const hash = createHash("sha256");
  for (const path of dates.flatMap((date) => date.files)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${basename(path)}\0${size}\0${Math.floor(mtimeMs)}\n`);
  }
  return hash.digest("hex");
}

/** How SLC are reduced to intensities; null leaves an option to pila's default. */
interface PrepOptions {
  readonly crop: string | null;
  readonly looks: string | null;
  readonly nodata: string | null;
  readonly choice: SlcChoice;
}

/** `--crop … --looks … --nodata …`, those that are set. */
export function prepArguments({ crop, looks, nodata, choice }: PrepOptions): readonly string[] {
  const { polarisation, subdataset, band, allowSurplus } = choice;
  const options = { crop, looks, nodata, pol: polarisation, subdataset, band };
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`--${name}`, String(value)],
  );
  return allowSurplus === true ? [...words, "--allow-surplus"] : words;
}

/** Outputs of `sec` that every other run of a level is held against. */
interface Reference {
  readonly mean: string;
  readonly std: string;
  readonly count: string;
  readonly sha256: string;
  /** Of the crops in name order; what prep must write again. */
  readonly cropsSha256: string;
}

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

/** What levels are made from, and with. */
interface LevelsRequest {
  /** Crops and references stand in `levels/` below it. */
  readonly runFolder: string;
  /** The folder named. */
  readonly data: DataFolder;
  /** The SLC of a folder of intensities, from --slc. */
  readonly slc: DataFolder | null;
  readonly protocol: StoredProtocol;
  readonly world: BenchWorld;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes every level ready: its crops (prepared once from the SLC, or linked for fewer dates), its SLC, and the
 * outputs of `sec` as reference. What a resumed run folder holds already is made again: it must be what is run on.
 * Levels of more dates than --slc names have no SLC: prep and fused are not measured there.
 * @returns dates by crops, the most dates and the first crop first
 * @throws UsageError more dates than there are, crops of intensities, or two crops of one shape
 * @throws BackendError the preparation failed
 */
export async function prepareLevels(request: LevelsRequest): Promise<readonly PreparedLevel[]> {
  const { data, protocol } = request;
  if (data.kind === "intensity" && protocol.crops.length > 1) {
    throw new UsageError(
      `--crops: found intensities in ${data.folder}, expected SLC to cut several crops from; name the SLC folder`,
    );
  }
  const counts = numbersOfDates(protocol.dates, data.dates.length);
  rmSync(join(request.runFolder, "levels"), { recursive: true, force: true });
  const levels: PreparedLevel[] = [];
  for (const crop of protocol.crops) {
    const { looks, nodata, choice = {} } = protocol;
    const prep = { crop, looks, nodata, choice };
    const whole = data.kind === "slc" ? await prepareCrops(request, prep) : data;
    if (levels.some((level) => sameShape(level.shape, whole.shape))) {
      throw new UsageError(
        `--crops: found two crops of one shape, expected different sizes; records tell crops apart by their shape`,
      );
    }
    for (const dates of counts) levels.push(await prepareLevel(request, dates, whole, prep));
  }
  if (request.slc !== null && levels.every(({ slc }) => slc === null)) {
    throw new BackendError(
      `${request.slc.folder}: found ${request.slc.dates.length} dates, expected ${counts.at(-1)} at least as --dates has; use folders of one stack, or measure fewer dates too`,
    );
  }
  return levels;
}

/** The most first. @param asked null is all there are */
function numbersOfDates(asked: readonly number[] | null, available: number): readonly number[] {
  const counts = [...new Set(asked ?? [available])].sort((a, b) => b - a);
  const wrong = counts.find((count) => count > available || count < 1);
  if (wrong === undefined) return counts;
  throw new UsageError(
    `--dates: found ${wrong}, expected 1 to ${available}; the stack has ${available} dates`,
  );
}

function levelFolder({ runFolder }: LevelsRequest, what: number | "crops", crop: string | null): string {
  return join(runFolder, "levels", `${what}-${crop?.replaceAll(",", "-") ?? "whole"}`);
}

async function prepareCrops(request: LevelsRequest, prep: PrepOptions): Promise<DataFolder> {
  const folder = levelFolder(request, "crops", prep.crop);
  mkdirSync(dirname(folder), { recursive: true });
  await runPila(request, ["prep", request.data.folder, folder, ...prepArguments(prep), "--quiet"]);
  return describeFolder(folder);
}

async function prepareLevel(
  request: LevelsRequest,
  dates: number,
  whole: DataFolder,
  prep: PrepOptions,
): Promise<PreparedLevel> {
  const folder = levelFolder(request, dates, prep.crop);
  mkdirSync(folder, { recursive: true });
  const named = request.data.kind === "slc" ? request.data : request.slc;
  const slc = named !== null && named.dates.length >= dates ? named : null;
  const intensities = firstDates(whole, dates, join(folder, "intensities"), {});
  const images = slc === null ? null : firstDates(slc, dates, join(folder, "slc"), prep.choice);
  const { azimuth, range } = whole.shape;
  return {
    dates,
    crop: whole.crop ?? prep.crop,
    shape: { azimuth, range },
    looks: whole.looks,
    nodata: whole.nodata,
    intens: intensities.folder,
    slc: images?.folder ?? null,
    prep,
    intensityFiles: intensities.files,
    slcFiles: images?.files ?? [],
    reference: await measureReference(request, intensities.folder, folder),
  };
}

/** The folder itself where all its dates are wanted, else a folder of links to the first ones. */
function firstDates(
  source: DataFolder,
  count: number,
  target: string,
  choice: SlcChoice,
): { readonly folder: string; readonly files: readonly string[] } {
  const chosen = source.dates.slice(0, count);
  const files = [...new Set(chosen.flatMap((date) => date.files))];
  if (count === source.dates.length) return { folder: source.folder, files };
  if (new Set(source.dates.map(({ path }) => path)).size < source.dates.length) {
    throw new BackendError(
      `${source.folder}: found several dates in one file, expected a file a date to measure ${count} of ${source.dates.length}; write each date to a file, or leave --dates out`,
    );
  }
  if (source.kind === "slc") {
    linkStack(source.folder, target, choice, count);
    return { folder: target, files };
  }
  mkdirSync(target, { recursive: true });
  for (const { path } of chosen) symlinkSync(realpathSync(path), join(target, basename(path)));
  return { folder: target, files };
}

async function measureReference(request: LevelsRequest, intens: string, folder: string): Promise<Reference> {
  const path = (name: string): string => join(folder, `${name}.tif`);
  const [mean, std, count] = [path("mean"), path("std"), path("count")];
  await runPila(request, ["stats", "sec", intens, mean, std, "--count", count, "--quiet"]);
  return { mean, std, count, sha256: hashFiles([mean, std]), cropsSha256: hashFiles(cropFiles(intens)) };
}

/** Runs pila; not timed, not recorded. */
async function runPila({ protocol, world, signal }: LevelsRequest, words: readonly string[]): Promise<void> {
  const { environment } = world;
  const { timeoutSeconds } = protocol;
  const command = [...world.pila, ...words];
  const execution = { command, folder: process.cwd(), environment, timeoutSeconds, watchMemory: false };
  const done = await world.execute(execution, signal);
  if (done.exitCode === 0) return;
  const why = done.spawnError ?? (done.timedOut ? "it took too long" : done.stderr.trim());
  throw new BackendError(
    `pila ${words.join(" ")}: found exit ${done.exitCode ?? done.signal}, expected 0 before anything is measured: ${why}`,
  );
}
