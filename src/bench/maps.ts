import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as letSignalsIn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { DateCube, MapRecord, MapsRecord, SpeckleHistogram } from "../core/maps";
import { type Looks, pixelCount, type Shape, type Window } from "../core/raster";
import { readManifest } from "../io/manifest";
import { writeWholeFile } from "../io/outputFile";
import {
  BoxMeans,
  boxedShape,
  boxFor,
  drawPicture,
  PERCENTILES,
  toDecibels,
  toLevels,
} from "../pipeline/picture";
import { scanRows } from "../pipeline/rowReader";
import { openIntensityRows, openPlaneRows, type StackRows } from "../pipeline/stackRows";
import { fitGamma } from "../statistics/distributions";
import { estimateEnl, WindowCollector, type WindowMoments } from "../statistics/speckle";
import { type Folded, STATISTICS, type Statistic } from "../statistics/temporal";
import type { BenchResult } from "./session";

/** Pixels of the longer side of a map, at most: two on a screen are about as wide. */
const LONGEST_MAP = 768;
/** Bytes of the cube before gzip, which never adds more than a hundredth. */
const CUBE_BYTES = 480_000;
const CUBE_FILE = "cube.u8.gz";
const MAPS_FOLDER = "maps";

interface MapsRequest {
  /** Products of one reduction. */
  readonly mean: string;
  readonly std: string;
  readonly count: string;
  /** The crops they were made of. */
  readonly intensityFolder: string;
  readonly signal?: AbortSignal | undefined;
}

/** Keeps what the report shows of the rasters of a finished session, and lets its crops go: they can be prepared again. */
export async function keepMaps(
  { folder, levels: [level] }: Pick<BenchResult, "folder" | "levels">,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (level !== undefined && signal?.aborted !== true) {
    await writeMaps(folder, { ...level.reference, intensityFolder: level.intens, signal });
  }
  rmSync(join(folder, "levels"), { recursive: true, force: true });
}

/**
 * Writes what the report shows of the rasters into RUN/maps: a PNG of every statistic that is drawn, the histogram of a
 * homogeneous region, ENL, a small cube of the dates, and maps.json, which describes them and comes last.
 * Memory: some rows of each image (of all at once for a statistic that folds over the dates), and the small ones.
 * @throws FormatError, ShapeError a file cannot be read, or the products do not have one shape
 */
export async function writeMaps(
  runFolder: string,
  request: MapsRequest,
  statistics: readonly Statistic[] = STATISTICS,
): Promise<MapsRecord> {
  const { mean, std, count, intensityFolder, signal } = request;
  const folder = join(runFolder, MAPS_FOLDER);
  // A run folder that somebody else made could have the pictures written elsewhere.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(folder);
  mkdirSync(folder, { recursive: true });
  const rows = await openIntensityRows(intensityFolder, []);
  const shape: Shape = { azimuth: rows.window.azimuth, range: rows.window.range };
  const box = boxFor(shape, LONGEST_MAP);
  const products = await openPlaneRows([mean, std, count]);
  const drawn = drawStatistics(runFolder, statistics, products, rows, box);
  signal?.throwIfAborted();
  const cube = await writeCube(runFolder, rows, signal);
  const speckle = await measureSpeckle(rows, signal);
  const manifest = readManifest(intensityFolder);
  const [crop, looks] = [manifest?.crop ?? null, manifest?.looks ?? null];
  const record: MapsRecord = { schema: 1, shape, crop, looks, dates: rows.dates, ...drawn, ...speckle, cube };
  writeWholeFile(join(runFolder, MAPS_FOLDER, "maps.json"), `${JSON.stringify(record, null, 1)}\n`);
  return record;
}

/** Statistics are computed cell by cell and averaged over boxes afterwards. */
function drawStatistics(
  runFolder: string,
  statistics: readonly Statistic[],
  products: StackRows,
  rows: StackRows,
  box: Looks,
): Pick<MapsRecord, "mapShape" | "box" | "maps"> {
  const { window } = products;
  const drawn = statistics.flatMap((statistic) =>
    statistic.map === null ? [] : [new StatisticMap(statistic, statistic.map, new BoxMeans(window, box))],
  );
  scanRows(products, [0, 1, 2], ([mean, std, count], row) => {
    const values = new Float64Array(mean!.length);
    for (const one of drawn) {
      const { statistic } = one;
      if ("add" in statistic) continue;
      for (let i = 0; i < values.length; i++) values[i] = statistic.derive(mean![i]!, std![i]!, count![i]!);
      one.addRows(values, row);
    }
  });
  if (drawn.some(({ statistic }) => "add" in statistic)) {
    scanRows(rows, [...rows.sources.keys()], (planes, row) => {
      for (const one of drawn) {
        if ("add" in one.statistic) one.addRows(foldDates(one.statistic, planes), row);
      }
    });
  }
  const maps = drawn.map(({ statistic, map, means, missing }): MapRecord => {
    const { id, title, unit } = statistic;
    const picture = drawPicture(means.finish(), {
      ...map,
      ...(id === "count" ? { stretch: { low: 0, high: rows.dates.length } } : {}),
      description: `${title.en}${unit === "" ? "" : " of |S|^2, not calibrated"}, averaged over ${box.azimuth}x${box.range} cells`,
    });
    const file = `${id}.png`;
    writeWholeFile(join(runFolder, MAPS_FOLDER, file), picture.png);
    return {
      id,
      file,
      title,
      scale: map.scale,
      ...picture.stretch,
      percentiles: picture.byPercentiles ? PERCENTILES : null,
      noDataShare: missing / pixelCount(window),
      colours: picture.colourStops,
    };
  });
  return { mapShape: drawn[0]!.means.shape, box, maps };
}

/** A statistic on its way to a picture. */
class StatisticMap {
  missing = 0;

  constructor(
    readonly statistic: Statistic,
    readonly map: NonNullable<Statistic["map"]>,
    readonly means: BoxMeans,
  ) {}

  addRows(values: Float64Array, row: number): void {
    for (const value of values) if (Number.isNaN(value)) this.missing += 1;
    this.means.add(values, row);
  }
}

/** @param planes the same rows of every date */
function foldDates({ start, add }: Folded, planes: readonly Float32Array[]): Float64Array {
  return Float64Array.from({ length: planes[0]!.length }, (_, i) => {
    let kept = start;
    let valid = false;
    for (const plane of planes) {
      const value = plane[i]!;
      if (Number.isNaN(value)) continue;
      kept = add(kept, value);
      valid = true;
    }
    return valid ? kept : Number.NaN;
  });
}

async function writeCube(
  runFolder: string,
  rows: StackRows,
  signal: AbortSignal | undefined,
): Promise<DateCube> {
  const dates = rows.sources.length;
  const box = cubeBox(rows.window, dates);
  const planes: Float32Array[] = [];
  for (let date = 0; date < dates; date++) {
    await letSignalsIn();
    signal?.throwIfAborted();
    const means = new BoxMeans(rows.window, box);
    scanRows(rows, [date], ([plane], row) => means.add(plane!, row));
    planes.push(toDecibels(means.finish().values));
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const plane of planes) {
    for (const value of plane) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const stretch =
    low < high ? { low, high } : { low: low === high ? low - 0.5 : 0, high: low === high ? low + 0.5 : 1 };
  const levels = planes.map((plane) => toLevels(plane, stretch));
  writeWholeFile(join(runFolder, MAPS_FOLDER, CUBE_FILE), gzipSync(Buffer.concat(levels), { level: 9 }));
  return { file: CUBE_FILE, shape: boxedShape(rows.window, box), box, ...stretch };
}

/** The smallest box that keeps the cube within its bytes. */
function cubeBox(shape: Shape, dates: number): Looks {
  let box = boxFor(shape, Math.max(shape.azimuth, shape.range));
  while (pixelCount(boxedShape(shape, box)) * dates > CUBE_BYTES) {
    box = { azimuth: box.azimuth + 1, range: box.range + 1 };
  }
  return box;
}

/** Sides of windows for ENL: the larger where the image holds enough of them. */
const SIDES = { wide: 16, narrow: 8, leastWide: 100 } as const;
/** The image is told in this many parts along each axis. */
const PARTS = 3;
/** Sides of the histogram's region, in windows: the largest of which one is as homogeneous as the mode. */
const REGION_SIDES = [4, 2, 1] as const;
/** How far the ENL of that region may lie from the mode before a smaller one is tried. */
const REGION_TOLERANCE = 0.1;
const BINS = 40;
/** The bins reach this many standard deviations to each side of the mean. */
const REACH = 4;

/** ENL of the single dates of a stack of intensities, of the whole and by parts, and the histogram of a homogeneous region. */
async function measureSpeckle(
  rows: StackRows,
  signal: AbortSignal | undefined,
): Promise<Pick<MapsRecord, "enl" | "histogram">> {
  const { azimuth, range } = rows.window;
  const wide = Math.floor(azimuth / SIDES.wide) * Math.floor(range / SIDES.wide) >= SIDES.leastWide;
  const side = wide ? SIDES.wide : SIDES.narrow;
  const windows: WindowMoments[] = [];
  for (let date = 0; date < rows.sources.length; date++) {
    await letSignalsIn();
    signal?.throwIfAborted();
    for (const one of collectWindows(rows, date, side)) windows.push(one);
  }
  const overall = estimateEnl(windows, side ** 2);
  const regions = partsOf(rows.window).map((window) => {
    const own = windows.filter((one) => isCentredIn(one.window, window));
    return { window, estimate: estimateEnl(own, side ** 2) };
  });
  const histogram = overall === null ? null : drawHistogram(rows, side, overall.enl);
  return { enl: { side, overall, regions }, histogram };
}

function collectWindows(rows: StackRows, date: number, side: number): readonly WindowMoments[] {
  const collector = new WindowCollector(rows.window.range, side);
  scanRows(rows, [date], ([plane], row) => collector.add(plane!, row));
  return collector.windows;
}

function partsOf(image: Window): readonly Window[] {
  const edges = (length: number): number[] =>
    Array.from({ length: PARTS + 1 }, (_, i) => Math.floor((length * i) / PARTS));
  const [lines, samples] = [edges(image.azimuth), edges(image.range)];
  return lines.slice(0, PARTS).flatMap((azimuthOffset, i) =>
    samples.slice(0, PARTS).map((rangeOffset, j) => ({
      azimuth: lines[i + 1]! - azimuthOffset,
      range: samples[j + 1]! - rangeOffset,
      azimuthOffset,
      rangeOffset,
    })),
  );
}

function isCentredIn(inner: Window, outer: Window): boolean {
  const line = inner.azimuthOffset + inner.azimuth / 2 - outer.azimuthOffset;
  const sample = inner.rangeOffset + inner.range / 2 - outer.rangeOffset;
  return line >= 0 && line < outer.azimuth && sample >= 0 && sample < outer.range;
}

/** Of the first date; of the next ones where it has no region without gaps. */
function drawHistogram(rows: StackRows, side: number, enl: number): SpeckleHistogram | null {
  for (let date = 0; date < rows.sources.length; date++) {
    const window = findRegion(rows, date, side, enl);
    const histogram = window === null ? null : countRegion(rows, date, window);
    if (histogram !== null) return histogram;
  }
  return null;
}

/** The region whose own mean² / variance is nearest to the ENL of the stack: homogeneous, and not the smoothest by chance. */
function findRegion(rows: StackRows, date: number, side: number, enl: number): Window | null {
  let best: Window | null = null;
  for (const times of REGION_SIDES) {
    const distance = ({ mean, variance }: WindowMoments): number =>
      Math.abs(Math.log(mean ** 2 / variance / enl));
    const ranked = collectWindows(rows, date, side * times)
      .filter(({ mean, variance }) => mean > 0 && variance > 0)
      .sort((a, b) => distance(a) - distance(b));
    const first = ranked[0];
    if (first === undefined) continue;
    best = first.window;
    if (distance(first) <= REGION_TOLERANCE) return best;
  }
  return best;
}

function countRegion(rows: StackRows, date: number, window: Window): SpeckleHistogram | null {
  const { range } = rows.window;
  const band = { ...rows.window, azimuth: window.azimuth, azimuthOffset: window.azimuthOffset };
  const values: number[] = [];
  scanRows({ ...rows, window: band }, [date], ([plane], _row, count) => {
    for (let r = 0; r < count; r++) {
      const start = r * range + window.rangeOffset;
      for (let i = start; i < start + window.range; i++) values.push(plane![i]!);
    }
  });
  const gamma = fitGamma(values);
  if (gamma === null) return null;
  const mean = gamma.shape * gamma.scale;
  const reach = REACH * Math.sqrt(gamma.shape) * gamma.scale;
  const low = Math.max(0, mean - reach);
  const width = (mean + reach - low) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  let outside = 0;
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    if (bin >= 0 && bin < BINS) counts[bin]! += 1;
    else outside += 1;
  }
  const edges = Array.from({ length: BINS + 1 }, (_, i) => low + i * width);
  return { date: rows.dates[date]!, window, samples: pixelCount(window), outside, edges, counts, gamma };
}
