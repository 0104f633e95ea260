import type { EnlEstimate } from "../core/maps";
import type { Window } from "../core/raster";

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

/** Mean and variance (ddof 1) of the cells of one window of an image. */
export interface WindowMoments {
  readonly window: Window;
  readonly mean: number;
  readonly variance: number;
}

/** Collects the moments of the side x side windows of an image that comes row by row. Memory: one row of windows. */
export class WindowCollector {
  /** Windows without a NaN or infinite cell; incomplete ones at the far edges are left out. */
  readonly windows: WindowMoments[] = [];
  readonly #side: number;
  readonly #columns: number;
  readonly #width: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(width: number, side: number) {
    this.#side = side;
    this.#width = width;
    this.#columns = Math.floor(width / side);
    this.#sums = new Float64Array(this.#columns);
    this.#squares = new Float64Array(this.#columns);
  }

  /** @param values whole rows, one after the other @param row the first of them; rows come in order, from 0 */
  add(values: Float32Array, row: number): void {
    const rows = values.length / this.#width;
    for (let r = 0; r < rows; r++) {
      this.#addRow(values, r * this.#width);
      if ((row + r + 1) % this.#side === 0) this.#finishRow(row + r + 1 - this.#side);
    }
  }

  #addRow(values: Float32Array, start: number): void {
    let at = start;
    for (let column = 0; column < this.#columns; column++) {
      let [sum, squares] = [0, 0];
      for (const end = at + this.#side; at < end; at++) {
        const value = values[at]!;
        sum += value;
        squares += value * value;
      }
      this.#sums[column]! += sum;
      this.#squares[column]! += squares;
    }
  }

  #finishRow(row: number): void {
    const side = this.#side;
    const n = side * side;
    for (let column = 0; column < this.#columns; column++) {
      const mean = this.#sums[column]! / n;
      // A NaN or infinite cell makes the squares so too.
      if (Number.isFinite(this.#squares[column]!)) {
        const variance = Math.max(0, (this.#squares[column]! - mean * this.#sums[column]!) / (n - 1));
        const window = { azimuth: side, range: side, azimuthOffset: row, rangeOffset: column * side };
        this.windows.push({ window, mean, variance });
      }
    }
    this.#sums.fill(0);
    this.#squares.fill(0);
  }
}
