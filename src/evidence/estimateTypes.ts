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
