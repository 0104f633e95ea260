import { createRandom, mean, median, medianOfSorted, type Random, shuffle, sortFirst } from "./numbers";
import type { SummaryOptions } from "./summary";

/** Differences below 5 % are not called, whatever their interval. */
export const LEAST_EFFECT = 1.05;

/**
 * "faster" or "slower" only when the interval of the ratio (seconds of it / seconds of the base) excludes 1 and the
 * effect, as a factor, is beyond both the A/A floor and 5 %, on a level where anything differs at all; everything else
 * is indistinguishable, with the first reason that applies.
 */
export function judge(ratio: RatioEstimate, { floor, omnibus }: Yardstick): Verdict {
  const factor = floor?.factor ?? null;
  const thresholdFactor = factor === null ? null : Math.max(factor, LEAST_EFFECT);
  const reason = reasonAgainst(ratio, factor, omnibus);
  if (reason !== null) return { kind: "indistinguishable", reason, thresholdFactor };
  return { kind: ratio.value < 1 ? "faster" : "slower", reason: null, thresholdFactor };
}

function reasonAgainst(
  ratio: RatioEstimate,
  floor: number | null,
  omnibus: Omnibus | null,
): VerdictReason | null {
  const { interval, value } = ratio;
  if (interval === null) return "tooFewBlocks";
  if (floor === null) return "noFloor";
  if (omnibus?.differs === false) return "nothingDiffers";
  if (interval.low <= 1 && interval.high >= 1) return "intervalContainsOne";
  const effect = Math.max(value, 1 / value);
  if (effect <= floor) return "belowFloor";
  return effect <= LEAST_EFFECT ? "belowMargin" : null;
}

/** A configuration's times under its name. */
export interface LabelledBlocks {
  readonly label: string;
  readonly values: BlockValues;
}

/** `subject` against `base` over the blocks both have; null without one. */
export function compare(
  subject: LabelledBlocks,
  base: LabelledBlocks,
  yardstick: Yardstick,
  options: SummaryOptions,
): Comparison | null {
  const ratio = pairedRatio(subject.values, base.values, options);
  if (ratio === null) return null;
  return { label: subject.label, base: base.label, ratio, verdict: judge(ratio, yardstick) };
}

/**
 * What two identical configurations differ by in this session: the ratio a / b of the A/A pair. Its interval's end
 * farther from 1 (as a factor) is what any other difference must exceed.
 * @returns null when no block holds both
 */
export function measureNoiseFloor(
  a: BlockValues,
  b: BlockValues,
  options: SummaryOptions,
): NoiseFloor | null {
  const ratio = pairedRatio(a, b, options);
  if (ratio === null) return null;
  const { interval } = ratio;
  return { ratio, factor: interval === null ? null : Math.max(interval.high, 1 / interval.low) };
}

/** The wider of two floors; one without an interval is wider than any. */
export function widerFloor(a: NoiseFloor | null, b: NoiseFloor | null): NoiseFloor | null {
  if (a === null || b === null) return a ?? b;
  return (b.factor ?? Number.POSITIVE_INFINITY) > (a.factor ?? Number.POSITIVE_INFINITY) ? b : a;
}

const SIGNIFICANCE = 0.05;
const CLIP_DEVIATIONS = 4;

/**
 * Does anything differ at all on this level? Without this gate a session of twenty equal configurations makes hundreds
 * of comparisons, some of which look like differences by chance; with it such a session calls any in at most 5 %.
 *
 * A permutation test: under "nothing differs" the labels within a block are interchangeable, because their order was
 * drawn at random. The statistic is the sum over configurations of n * mean^2, the mean being that of ln(seconds) less
 * its block's median over the configuration's n blocks; p is the share of shuffles (within blocks) that reach it. Exact
 * for any distribution and for incomplete blocks.
 * @param columns times of each configuration, the twins of `sec` apart
 * @returns null with fewer than two configurations or 6 blocks
 */
export function testAnyDifference(columns: readonly BlockValues[], options: SummaryOptions): Omnibus | null {
  const measured = columns.filter((column) => column.size > 0);
  const numbers = [...new Set(measured.flatMap((column) => [...column.keys()]))];
  const blocks = clip(numbers.map((block) => rowOf(measured, block)).filter((row) => row.members.length > 1));
  if (measured.length < 2 || blocks.length < LEAST_BLOCKS) return null;
  const random = createRandom(options.seed);
  const sum = statisticOf(measured.length);
  const observed = sum(blocks);
  let reached = 1;
  for (let draw = 0; draw < options.draws; draw++) {
    const shuffled = blocks.map(({ members, values }) => ({ members, values: shuffle(values, random) }));
    // A shuffle that puts everything back must count as reached in spite of rounding.
    if (sum(shuffled) >= observed * (1 - 1e-12)) reached++;
  }
  const pValue = reached / (options.draws + 1);
  return {
    pValue,
    configurations: measured.length,
    blocks: blocks.length,
    differs: pValue <= SIGNIFICANCE,
  };
}

/** One block: which columns it holds and ln of their times, less the block's median. */
interface Row {
  readonly members: readonly number[];
  readonly values: readonly number[];
}

function rowOf(columns: readonly BlockValues[], block: number): Row {
  const members = columns.flatMap((column, index) => (column.has(block) ? [index] : []));
  const logs = members.map((index) => Math.log(mean(columns[index]!.get(block)!)));
  const middle = median(logs);
  return { members, values: logs.map((value) => value - middle) };
}

/** A function of rows that reuses its buffers from call to call. */
function statisticOf(columns: number): (rows: readonly Row[]) => number {
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns);
  return (rows) => {
    sums.fill(0);
    counts.fill(0);
    for (const { members, values } of rows) {
      for (let i = 0; i < members.length; i++) {
        sums[members[i]!]! += values[i]!;
        counts[members[i]!]!++;
      }
    }
    return sums.reduce((total, sum, column) => total + sum ** 2 / counts[column]!, 0);
  };
}

/** Deviations beyond 4 median absolute deviations are cut off there: a spike must not outweigh ten quiet runs. */
function clip(rows: readonly Row[]): readonly Row[] {
  const deviation = median(rows.flatMap((row) => row.values.map(Math.abs)));
  const limit = deviation > 0 ? CLIP_DEVIATIONS * deviation : Number.POSITIVE_INFINITY;
  return rows.map(({ members, values }) => ({
    members,
    values: values.map((value) => Math.max(-limit, Math.min(limit, value))),
  }));
}

/** The values of one configuration by block; most have one a block, `sec` has two. */
export type BlockValues = ReadonlyMap<number, readonly number[]>;

/** Fewer blocks than this carry no interval, hence no verdict. */
export const LEAST_BLOCKS = 6;
const CONFIDENCE = 0.95;

/** All values of the given blocks. */
export function valuesOf(values: BlockValues, blocks: Iterable<number> = values.keys()): number[] {
  return [...blocks].flatMap((block) => values.get(block) ?? []);
}

/** Blocks that both sides have, ascending. */
export function sharedBlocks(a: BlockValues, b: BlockValues): number[] {
  return [...a.keys()].filter((block) => b.has(block)).sort((x, y) => x - y);
}

/** Quantile of sorted values, linear between neighbours (type 7, NumPy's default). */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const place = (sorted.length - 1) * probability;
  const below = Math.floor(place);
  const low = sorted[below]!;
  return below + 1 < sorted.length ? low + (place - below) * (sorted[below + 1]! - low) : low;
}

/** The values of chosen blocks laid into one reused array. */
class Resampler {
  readonly #lists: readonly (readonly number[])[];
  readonly #drawn: Float64Array;

  constructor(lists: readonly (readonly number[])[]) {
    this.#lists = lists;
    this.#drawn = new Float64Array(lists.length * Math.max(...lists.map((list) => list.length)));
  }

  median(chosen: Uint32Array): number {
    let count = 0;
    for (const index of chosen) {
      for (const value of this.#lists[index]!) this.#drawn[count++] = value;
    }
    sortFirst(this.#drawn, count);
    return medianOfSorted(this.#drawn, count);
  }
}

function chooseBlocks(chosen: Uint32Array, random: Random): void {
  for (let i = 0; i < chosen.length; i++) chosen[i] = random.below(chosen.length);
}

function percentileEstimate(value: number, draws: Float64Array): Estimate {
  draws.sort();
  const low = quantileOfSorted(draws, (1 - CONFIDENCE) / 2);
  const high = quantileOfSorted(draws, (1 + CONFIDENCE) / 2);
  return { value, interval: { low, high, coverage: CONFIDENCE } };
}

/**
 * Median of the numerator over median of the denominator, both over the blocks they share, with the 95 % percentile
 * interval of a paired bootstrap: each draw takes as many blocks as there are, with replacement, the same on both
 * sides. Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. Measured coverage
 * (reports/coverage.md): 94 to 98 % at 10 blocks, down to 91.9 % at 6, up to 99 % where blocks scatter five times as
 * much as runs.
 * @returns null without a shared block; an estimate without interval below 6 blocks
 */
export function pairedRatio(
  numerator: BlockValues,
  denominator: BlockValues,
  options: SummaryOptions,
): RatioEstimate | null {
  const blocks = sharedBlocks(numerator, denominator);
  if (blocks.length === 0) return null;
  const top = median(valuesOf(numerator, blocks));
  const bottom = median(valuesOf(denominator, blocks));
  const known = { numerator: top, denominator: bottom, blocks: blocks.length };
  if (blocks.length < LEAST_BLOCKS) return { ...known, value: top / bottom, interval: null };
  const random = createRandom(options.seed);
  const above = new Resampler(blocks.map((block) => numerator.get(block)!));
  const below = new Resampler(blocks.map((block) => denominator.get(block)!));
  const chosen = new Uint32Array(blocks.length);
  const draws = new Float64Array(options.draws);
  for (let draw = 0; draw < draws.length; draw++) {
    chooseBlocks(chosen, random);
    draws[draw] = above.median(chosen) / below.median(chosen);
  }
  return { ...known, ...percentileEstimate(top / bottom, draws) };
}

/**
 * As pairedRatio for values of two sessions, whose blocks have nothing to do with each other: each side's blocks are
 * drawn on their own.
 * @returns null when a side is empty; an estimate without interval when a side has fewer than 6 blocks
 */
export function unpairedRatio(
  numerator: BlockValues,
  denominator: BlockValues,
  options: SummaryOptions,
): RatioEstimate | null {
  const blocks = Math.min(numerator.size, denominator.size);
  if (blocks === 0) return null;
  const top = median(valuesOf(numerator));
  const bottom = median(valuesOf(denominator));
  const known = { numerator: top, denominator: bottom, blocks };
  if (blocks < LEAST_BLOCKS) return { ...known, value: top / bottom, interval: null };
  const random = createRandom(options.seed);
  const above = new Resampler([...numerator.values()]);
  const below = new Resampler([...denominator.values()]);
  const aboveChosen = new Uint32Array(numerator.size);
  const belowChosen = new Uint32Array(denominator.size);
  const draws = new Float64Array(options.draws);
  for (let draw = 0; draw < draws.length; draw++) {
    chooseBlocks(aboveChosen, random);
    chooseBlocks(belowChosen, random);
    draws[draw] = above.median(aboveChosen) / below.median(belowChosen);
  }
  return { ...known, ...percentileEstimate(top / bottom, draws) };
}

/** 1 / ratio: the interval's ends swap. */
export function invertEstimate(estimate: Estimate): Estimate {
  const { value, interval } = estimate;
  const inverted =
    interval === null
      ? null
      : { low: 1 / interval.high, high: 1 / interval.low, coverage: interval.coverage };
  return { value: 1 / value, interval: inverted };
}

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
  /** Ranks of the interval's ends among the sorted values, from 1; null when n < 6. */
  readonly ranks: readonly [number, number] | null;
}

/** A ratio of medians with a 95 % bootstrap interval; below 6 blocks there is no interval. */
export interface RatioEstimate extends Estimate {
  /** Medians over the blocks both sides have, in seconds (or the unit of the values). */
  readonly numerator: number;
  readonly denominator: number;
  /** Blocks used: those in which both sides have a kept run (unpaired: the smaller side's runs). */
  readonly blocks: number;
}

export type VerdictKind = "faster" | "slower" | "indistinguishable";

/** Why no difference is called; null when one is. */
export type VerdictReason =
  | "tooFewBlocks"
  | "nothingDiffers"
  | "noFloor"
  | "intervalContainsOne"
  | "belowFloor"
  | "belowMargin";

export interface Verdict {
  readonly kind: VerdictKind;
  readonly reason: VerdictReason | null;
  /** The smallest factor that counted as a difference: the larger of the A/A floor and 1.05; null without A/A pair. */
  readonly thresholdFactor: number | null;
}

/** `label` against `base`: ratio = seconds of label / seconds of base, so below 1 label is faster. */
export interface Comparison {
  readonly label: string;
  readonly base: string;
  readonly ratio: RatioEstimate;
  readonly verdict: Verdict;
}

/** The A/A pair: two identical configurations of `sec`, ratio a / b. */
export interface NoiseFloor {
  readonly ratio: RatioEstimate;
  /** Larger of high and 1/low of the ratio's interval (>= 1); null when there is no interval. */
  readonly factor: number | null;
}

/** Speedup over a base, which is always told in seconds. */
export interface Speedup extends Estimate {
  readonly baseLabel: string;
  /** Median of the base in seconds. */
  readonly baseSeconds: number;
  readonly seconds: number;
  readonly blocks: number;
}

/** A number that is only told when the data carry it; `reason` says what is missing. */
export type Guarded<T> =
  | { readonly value: T; readonly reason: null }
  | { readonly value: null; readonly reason: Refusal };

export type Refusal =
  | "noSec"
  | "noOneWorkerRun"
  | "fewerThanThreeWorkerCountsWithinCores"
  | "fewerThanSixWorkerCountsWithinCores"
  | "noSpans"
  | "noParallelSpansWithinCores"
  | "slopesDoNotDiffer"
  | "noCrossingAtPositiveSize"
  | "tooFewBlocks"
  | "singular";

/** Whether anything differs on a level, asked once before any two configurations are compared. */
export interface Omnibus {
  /** Of the permutation test that nothing differs. */
  readonly pValue: number;
  readonly configurations: number;
  readonly blocks: number;
  /** pValue <= 0.05; when false, no verdict of the level calls a difference ("nothingDiffers"). */
  readonly differs: boolean;
}

/** What a difference is measured by before it is called. */
export interface Yardstick {
  readonly floor: NoiseFloor | null;
  /** null: no such test was made, so it stops nothing. */
  readonly omnibus: Omnibus | null;
}
