import {
  CONFIDENCE,
  createRandom,
  type Estimate,
  LEAST_BLOCKS,
  mean,
  median,
  medianOfSorted,
  quantileOfSorted,
  type Random,
  shuffle,
  sortFirst,
} from "./numbers";

/** Everything drawn at random is drawn from `seed`, so that equal records give equal summaries. */
export interface SummaryOptions {
  readonly seed: number;
  /** Bootstrap draws per interval; at least 2000. */
  readonly draws: number;
}

/** The values of one configuration by block; most have one a block, `sec` has two. */
export type BlockValues = ReadonlyMap<number, readonly number[]>;

/** `label` against `base`: ratio = seconds of label / seconds of base, so below 1 label is faster. */
export interface Comparison {
  readonly label: string;
  readonly base: string;
  readonly ratio: RatioEstimate;
  readonly verdict: Verdict;
}

/** A configuration's times under its name. */
export interface LabelledTimes {
  readonly label: string;
  readonly seconds: BlockValues;
}

/** `subject` against `base` over the blocks both have; null without one. */
export function compare(subject: LabelledTimes, base: LabelledTimes, criteria: Criteria): Comparison | null {
  const ratio = pairedRatio(subject.seconds, base.seconds, criteria.options);
  return ratio && { label: subject.label, base: base.label, ratio, verdict: judge(ratio, criteria) };
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

/** What a difference is measured by before it is called. */
export interface Threshold {
  readonly floor: NoiseFloor | null;
  /** null: no such test was made, so it stops nothing. */
  readonly omnibus: Omnibus | null;
}

/** A threshold, and how the intervals held against it are drawn. */
export interface Criteria extends Threshold {
  readonly options: SummaryOptions;
}

/** Differences below 5 % are not called, whatever their interval. */
export const LEAST_EFFECT = 1.05;

/**
 * "faster" or "slower" only when the interval of the ratio (seconds of it / seconds of the base) excludes 1 and the
 * effect, as a factor, is beyond both the A/A floor and 5 %, on a level where anything differs at all; everything else
 * is indistinguishable, with the first reason that applies.
 */
export function judge(ratio: RatioEstimate, threshold: Threshold): Verdict {
  const factor = threshold.floor?.factor ?? null;
  const thresholdFactor = factor === null ? null : Math.max(factor, LEAST_EFFECT);
  const reason = reasonAgainst(ratio, threshold);
  if (reason !== null) return { kind: "indistinguishable", reason, thresholdFactor };
  return { kind: ratio.value < 1 ? "faster" : "slower", reason: null, thresholdFactor };
}

function reasonAgainst(
  { interval, value }: RatioEstimate,
  { floor, omnibus }: Threshold,
): VerdictReason | null {
  if (interval === null) return "tooFewBlocks";
  if (floor === null || floor.factor === null) return "noFloor";
  if (omnibus?.differs === false) return "nothingDiffers";
  if (interval.low <= 1 && interval.high >= 1) return "intervalContainsOne";
  const effect = Math.max(value, 1 / value);
  if (effect <= floor.factor) return "belowFloor";
  return effect <= LEAST_EFFECT ? "belowMargin" : null;
}

/** The A/A pair: two identical configurations of `sec`, ratio a / b. */
export interface NoiseFloor {
  readonly ratio: RatioEstimate;
  /** Larger of high and 1/low of the ratio's interval (>= 1); null when there is no interval. */
  readonly factor: number | null;
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
  return ratio && { ratio, factor: ratio.interval && Math.max(ratio.interval.high, 1 / ratio.interval.low) };
}

/** The wider of two floors; one without an interval is wider than any. */
export function widerFloor(a: NoiseFloor | null, b: NoiseFloor | null): NoiseFloor | null {
  if (a === null || b === null) return a ?? b;
  return (b.factor ?? Number.POSITIVE_INFINITY) > (a.factor ?? Number.POSITIVE_INFINITY) ? b : a;
}

/** Whether anything differs on a level, asked once before any two configurations are compared. */
export interface Omnibus {
  /** Of the permutation test that nothing differs. */
  readonly pValue: number;
  /** pValue <= 0.05; when false, no verdict of the level calls a difference ("nothingDiffers"). */
  readonly differs: boolean;
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
  const observed = sumOfSquares(blocks, measured.length);
  let reached = 1;
  for (let draw = 0; draw < options.draws; draw++) {
    const shuffled = blocks.map(({ members, values }) => ({ members, values: shuffle(values, random) }));
    // A shuffle that puts everything back must count as reached in spite of rounding.
    if (sumOfSquares(shuffled, measured.length) >= observed * (1 - 1e-12)) reached++;
  }
  const pValue = reached / (options.draws + 1);
  return { pValue, differs: pValue <= SIGNIFICANCE };
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

/** n * mean^2 summed over the columns. */
function sumOfSquares(rows: readonly Row[], columns: number): number {
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns);
  for (const { members, values } of rows) {
    for (let i = 0; i < members.length; i++) {
      sums[members[i]!]! += values[i]!;
      counts[members[i]!]!++;
    }
  }
  return sums.reduce((total, sum, column) => total + sum ** 2 / counts[column]!, 0);
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

/** A ratio of medians with a 95 % bootstrap interval; below 6 blocks there is no interval. */
export interface RatioEstimate extends Estimate {
  /** Medians over the blocks both sides have, in seconds (or the unit of the values). */
  readonly numerator: number;
  readonly denominator: number;
  /** Blocks used: those in which both sides have a kept run (unpaired: the smaller side's runs). */
  readonly blocks: number;
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
  const listsOf = (values: BlockValues): (readonly number[])[] => blocks.map((block) => values.get(block)!);
  return bootstrapRatio(listsOf(numerator), listsOf(denominator), true, options);
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
  return bootstrapRatio([...numerator.values()], [...denominator.values()], false, options);
}

function bootstrapRatio(
  above: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
  paired: boolean,
  options: SummaryOptions,
): RatioEstimate | null {
  const blocks = Math.min(above.length, below.length);
  if (blocks === 0) return null;
  const [numerator, denominator] = [median(above.flat()), median(below.flat())];
  const known = { numerator, denominator, blocks, value: numerator / denominator };
  if (blocks < LEAST_BLOCKS) return { ...known, interval: null };
  const random = createRandom(options.seed);
  const [medianAbove, medianBelow] = [medianOver(above), medianOver(below)];
  const [chosenAbove, chosenBelow] = [new Uint32Array(above.length), new Uint32Array(below.length)];
  const ratios = Float64Array.from({ length: options.draws }, () => {
    chooseBlocks(chosenAbove, random);
    if (!paired) chooseBlocks(chosenBelow, random);
    return medianAbove(chosenAbove) / medianBelow(paired ? chosenAbove : chosenBelow);
  }).sort();
  const low = quantileOfSorted(ratios, (1 - CONFIDENCE) / 2);
  const high = quantileOfSorted(ratios, (1 + CONFIDENCE) / 2);
  return { ...known, interval: { low, high, coverage: CONFIDENCE } };
}

/** Fills in as many blocks as there are, with replacement. */
function chooseBlocks(chosen: Uint32Array, random: Random): void {
  for (let i = 0; i < chosen.length; i++) chosen[i] = random.below(chosen.length);
}

/** The median of all values of chosen blocks, whose buffer is used again from call to call. */
function medianOver(lists: readonly (readonly number[])[]): (chosen: Uint32Array) => number {
  const drawn = new Float64Array(lists.length * Math.max(...lists.map((list) => list.length)));
  return (chosen) => {
    let count = 0;
    for (const index of chosen) {
      for (const value of lists[index]!) drawn[count++] = value;
    }
    sortFirst(drawn, count);
    return medianOfSorted(drawn, count);
  };
}

/** All values of the given blocks. */
export function valuesOf(values: BlockValues, blocks: Iterable<number> = values.keys()): number[] {
  return [...blocks].flatMap((block) => values.get(block) ?? []);
}

/** Blocks that both sides have, ascending. */
export function sharedBlocks(a: BlockValues, b: BlockValues): number[] {
  return [...a.keys()].filter((block) => b.has(block)).sort((x, y) => x - y);
}
