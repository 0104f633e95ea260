/** What the first and the last level stand for. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/** Level 0 is no data. */
const LEVELS = 255;
/** Where all values are equal, they stand in the middle of a stretch of this width. */
const WIDTH_OF_ONE = 1;

/** 10 log10 of linear power: -Infinity of 0, NaN of NaN and of negative values. */
export function toDecibels(power: Float32Array): Float32Array {
  return power.map((value) => 10 * Math.log10(value));
}

/**
 * The stretch between two percentiles of the finite values, by linear interpolation between order statistics (numpy's
 * default).
 * @returns null where no value is finite
 */
export function percentileStretch(
  values: Float32Array,
  percentiles: readonly [number, number],
): Stretch | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0) return null;
  const [low, high] = percentiles.map((percent) => {
    const place = (percent / 100) * (sorted.length - 1);
    const below = Math.floor(place);
    const lower = sorted[below]!;
    return lower + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - lower);
  }) as [number, number];
  return low < high ? { low, high } : { low: low - WIDTH_OF_ONE / 2, high: low + WIDTH_OF_ONE / 2 };
}

/** NaN becomes 0; else 1 (low and below) to 255 (high and above), evenly spaced, rounded to the nearest. */
export function toLevels(values: Float32Array, { low, high }: Stretch): Uint8Array {
  return Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    return 1 + Math.round(share * (LEVELS - 1));
  });
}
