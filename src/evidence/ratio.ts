import type { Estimate, RatioEstimate } from "./estimateTypes";
import { median, medianOfSorted, sortFirst } from "./median";
import { createRandom, type Random } from "./random";
import type { SummaryOptions } from "./summary";

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
