import type { EnlEstimate } from "../core/maps";
import type { WindowMoments } from "./windowMoments";

/** Fewer windows have no mode to speak of. */
const LEAST_WINDOWS = 12;
/** Windows within this many sampling errors of the mode count as homogeneous. */
const CORE_ERRORS = 2.5;
const REFINEMENTS = 4;

/**
 * Equivalent number of looks of an image from its windows. Edges, texture and targets only ever lower mean² / variance of
 * a window, so the pure speckle is the mode of all windows: the peak of the density of ln ENL, smoothed by the sampling
 * error of one window. The estimate is 1 / (mean of variance / mean²) over the windows within 2.5 sampling errors of it.
 * That mean is 1 / (ENL + 1/n) for windows of n independent Gamma cells, exactly, and is corrected so.
 * Sampling error of one window of n independent cells: sqrt(2 (1 + 1/ENL) / n), that of the moment estimator of a Gamma
 * shape. Oversampled data (neighbouring cells alike) give an ENL below the number of looks, with larger errors than said.
 * Texture or edges too faint to tell from speckle (below 6 dB in single-look images) lower the estimate by some per cent,
 * which the standard error does not hold.
 * @param cells cells a window
 * @returns null of fewer than 12 windows in which anything varies
 */
export function estimateEnl(windows: readonly WindowMoments[], cells: number): EnlEstimate | null {
  const logs = Float64Array.from(
    windows.filter(({ mean, variance }) => mean > 0 && variance > 0),
    ({ mean, variance }) => Math.log(mean ** 2 / variance),
  );
  if (logs.length < LEAST_WINDOWS) return null;
  let center = densestPoint(logs, Math.sqrt(2 / cells));
  let homogeneous = 0;
  for (let i = 0; i < REFINEMENTS; i++) {
    const reach = CORE_ERRORS * Math.sqrt((2 * (1 + Math.exp(-center))) / cells);
    const core = logs.filter((value) => Math.abs(value - center) <= reach);
    if (core.length === 0) break;
    homogeneous = core.length;
    const variation = core.reduce((sum, value) => sum + Math.exp(-value), 0) / core.length;
    center = Math.log(1 / variation - 1 / cells);
  }
  const enl = Math.exp(center);
  const relativeError = Math.sqrt((2 * (1 + 1 / enl)) / cells / Math.max(1, homogeneous));
  return { enl, standardError: enl * relativeError, windows: logs.length, homogeneous };
}

/** The peak of a Gaussian kernel density, to an eighth of the kernel's width. */
function densestPoint(values: Float64Array, width: number): number {
  const step = width / 8;
  const reach = 4 * 8;
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const counts = new Float64Array(Math.floor((high - low) / step) + 1);
  for (const value of values) counts[Math.floor((value - low) / step)]! += 1;
  const kernel = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-0.5 * (i / 8) ** 2));
  let best = 0;
  let densest = -1;
  for (let at = 0; at < counts.length; at++) {
    let density = 0;
    const last = Math.min(counts.length - 1, at + reach);
    for (let i = Math.max(0, at - reach); i <= last; i++) density += counts[i]! * kernel[Math.abs(i - at)]!;
    if (density > densest) [densest, best] = [density, at];
  }
  return low + (best + 0.5) * step;
}
