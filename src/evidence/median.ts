import type { MedianEstimate } from "./summary";

/** Sorts the first `count` values in place; short lists are the rule here, where insertion beats the library's sort. */
export function sortFirst(values: Float64Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let place = i;
    while (place > 0 && values[place - 1]! > value) {
      values[place] = values[place - 1]!;
      place--;
    }
    values[place] = value;
  }
}

/** Median of the first `count` values once sorted. */
export function medianOfSorted(values: ArrayLike<number>, count: number): number {
  const middle = count >> 1;
  return count % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** Middle value, or the mean of the two middle values; NaN for none. */
export function median(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  return medianOfSorted(sorted, sorted.length);
}

/** Ranks (from 1) of a symmetric interval of the median and the probability that it holds the true one. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
  readonly coverage: number;
}

/**
 * The narrowest symmetric pair of ranks k, n+1-k whose coverage 1 - 2 P(Bin(n, 1/2) < k) is at least `confidence`.
 * n = 6: 1..6, 96.9 %; n = 10: 2..9, 97.9 %. Exact for independent values of any continuous distribution.
 * @param n number of values, up to 1000
 * @returns null when even minimum to maximum covers less (n < 6 at 95 %)
 */
export function rankInterval(n: number, confidence = 0.95): RankInterval | null {
  let probability = 0.5 ** n;
  let below = probability;
  let found: RankInterval | null = null;
  for (let k = 1; k <= n / 2; k++) {
    const coverage = 1 - 2 * below;
    if (coverage < confidence) break;
    found = { low: k, high: n + 1 - k, coverage };
    probability *= (n - k + 1) / k;
    below += probability;
  }
  return found;
}

/**
 * Median with its exact rank interval; the interval is null below 6 values.
 * @param values at least one
 */
export function estimateMedian(values: readonly number[]): MedianEstimate {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const ranks = rankInterval(n);
  const interval =
    ranks === null
      ? null
      : { low: sorted[ranks.low - 1]!, high: sorted[ranks.high - 1]!, coverage: ranks.coverage };
  return {
    n,
    value: median(sorted),
    interval,
    ranks: ranks === null ? null : [ranks.low, ranks.high],
  };
}
