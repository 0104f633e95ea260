import type { Comparison, Omnibus, RatioEstimate, Verdict, VerdictReason, Yardstick } from "./estimateTypes";
import { type BlockValues, pairedRatio } from "./ratio";
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
