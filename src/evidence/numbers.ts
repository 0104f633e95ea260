import { studentQuantile } from "../statistics/distributions";

/** Two ends and the probability with which they hold the true value. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** 0..1: exact for rank intervals, nominal (0.95) for the others. */
  readonly coverage: number;
}

/** A number with its interval; `interval` is null where the data are too few for one. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
}

/** Median of n values with the exact binomial rank interval, which needs n >= 6. */
export interface MedianEstimate extends Estimate {
  readonly n: number;
}

/** Fewer values or blocks than this carry no interval, hence no verdict. */
export const LEAST_BLOCKS = 6;
/** Of every interval. */
export const CONFIDENCE = 0.95;

/** A number that is only told when the data carry it; `reason` says what is missing. */
export type Guarded<T> =
  | { readonly value: T; readonly reason: null }
  | { readonly value: null; readonly reason: Refusal };

export type Refusal =
  | "noOneWorkerRun"
  | "fewerThanThreeWorkerCountsWithinCores"
  | "noSpans"
  | "noParallelSpansWithinCores"
  | "slopesDoNotDiffer"
  | "noCrossingAtPositiveSize"
  | "tooFewBlocks";

/**
 * Median with its exact rank interval; the interval is null below 6 values.
 * @param values at least one
 */
export function estimateMedian(values: readonly number[]): MedianEstimate {
  const sorted = Float64Array.from(values).sort();
  const ranks = rankInterval(sorted.length);
  const interval = ranks && { ...ranks, low: sorted[ranks.low - 1]!, high: sorted[ranks.high - 1]! };
  return { n: sorted.length, value: medianOfSorted(sorted, sorted.length), interval };
}

/**
 * Ranks, from 1, of the narrowest interval k, n+1-k of the median whose coverage 1 - 2 P(Bin(n, 1/2) < k) is at least
 * `confidence`. n = 6: 1..6, 96.9 %; n = 10: 2..9, 97.9 %. Exact for independent values of any continuous distribution.
 * @param n number of values, up to 1000
 * @returns null when even minimum to maximum covers less (n < 6 at 95 %)
 */
export function rankInterval(n: number, confidence = CONFIDENCE): Interval | null {
  let probability = 0.5 ** n;
  let below = probability;
  let found: Interval | null = null;
  for (let k = 1; k <= n / 2; k++) {
    const coverage = 1 - 2 * below;
    if (coverage < confidence) break;
    found = { low: k, high: n + 1 - k, coverage };
    probability *= (n - k + 1) / k;
    below += probability;
  }
  return found;
}

/** Mean of independent values with the 95 % t interval, which is null below 6 values. */
export function estimateMean(values: readonly number[]): Estimate {
  const value = mean(values);
  const n = values.length;
  if (n < LEAST_BLOCKS) return { value, interval: null };
  const half = studentQuantile(CONFIDENCE, n - 1) * Math.sqrt(covariance(values, values) / n);
  return { value, interval: { low: value - half, high: value + half, coverage: CONFIDENCE } };
}

/** The estimate of a rising function of the number. */
export function mapEstimate({ value, interval }: Estimate, rising: (x: number) => number): Estimate {
  const mapped = interval && { ...interval, low: rising(interval.low), high: rising(interval.high) };
  return { value: rising(value), interval: mapped };
}

/** 1 / number: the interval's ends swap. */
export function invertEstimate({ value, interval }: Estimate): Estimate {
  const inverted = interval && { ...interval, low: 1 / interval.high, high: 1 / interval.low };
  return { value: 1 / value, interval: inverted };
}

/** Middle value, or the mean of the two middle values; NaN for none. */
export function median(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  return medianOfSorted(sorted, sorted.length);
}

/** Median of the first `count` values once sorted. */
export function medianOfSorted(values: ArrayLike<number>, count: number): number {
  const middle = count >> 1;
  return count % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** Quantile of sorted values, linear between neighbours (type 7, NumPy's default). */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const place = (sorted.length - 1) * probability;
  const below = Math.floor(place);
  const low = sorted[below]!;
  return below + 1 < sorted.length ? low + (place - below) * (sorted[below + 1]! - low) : low;
}

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

/** Arithmetic mean; NaN for none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Covariance of two equally long lists, divided by n - 1. */
export function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0) / (a.length - 1);
}

/** A stream of pseudo-random numbers that one seed fixes on every machine. */
export interface Random {
  /** Whole number 0 .. 2^32 - 1. */
  uint32(): number;
  /** 0 <= x < 1, a multiple of 2^-32. */
  uniform(): number;
  /** Whole number 0 .. count - 1, each equally likely; count is 1 .. 2^32. */
  below(count: number): number;
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** splitmix32: turns any whole number into well-mixed words of state. */
function splitMix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** xoshiro128** 1.1 (Blackman and Vigna, 2018; public domain) on four words of state, not all zero; period 2^128 - 1. */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;
  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  }
  function below(count: number): number {
    // Words past the last whole multiple of count would favour the small numbers.
    const limit = 2 ** 32 - (2 ** 32 % count);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % count;
  }
  return { uint32, uniform: () => uint32() / 2 ** 32, below };
}

/**
 * The stream of a seed: xoshiro128** whose four words are the first four of splitmix32.
 * @param seed whole number; only its low 32 bits count
 */
export function createRandom(seed: number): Random {
  const next = splitMix(seed);
  return randomFromState([next(), next(), next(), next()]);
}

/** A copy in random order, every order equally likely (Fisher-Yates from the last place down). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    [result[last], result[chosen]] = [result[chosen]!, result[last]!];
  }
  return result;
}
