import { setImmediate as letSignalsIn } from "node:timers/promises";
import type { EnlEstimate, SpeckleHistogram } from "../core/maps";
import { pixelCount, type Window } from "../core/raster";
import type { StackRows } from "../pipeline/rowReader";
import { scanRows } from "../pipeline/scanRows";
import { fitGamma } from "../statistics/gamma";
import { estimateEnl } from "../statistics/spatialEnl";
import { WindowCollector, type WindowMoments } from "../statistics/windowMoments";

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

export interface Speckle {
  readonly side: number;
  readonly overall: EnlEstimate | null;
  readonly regions: readonly { readonly window: Window; readonly estimate: EnlEstimate | null }[];
  readonly histogram: SpeckleHistogram | null;
}

/** ENL of the single dates of a stack of intensities, of the whole and by parts, and the histogram of a homogeneous region. */
export async function measureSpeckle(rows: StackRows, signal?: AbortSignal): Promise<Speckle> {
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
  return {
    side,
    overall,
    regions,
    histogram: overall === null ? null : drawHistogram(rows, side, overall.enl),
  };
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
