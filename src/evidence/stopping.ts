import type { RunRecord } from "../core/records";
import type { Interval } from "./estimateTypes";
import { groupBy } from "./groupBy";
import { formatLevelKey, groupByLabel, levelKeyOf, twinSeconds } from "./level";
import { pairedRatio } from "./ratio";
import type { SummaryOptions } from "./summary";

/** How far the worst known ratio still is from being known. */
export interface Precision {
  /** Every ratio has an interval that stays within the margin around its value. */
  readonly precise: boolean;
  /** The widest interval's farther end over its value, as a factor; null when a ratio has no interval yet. */
  readonly widestFactor: number | null;
  /** Whose interval that is (`sec` for the A/A pair); null when there is no ratio at all. */
  readonly label: string | null;
}

/** An interval within 5 % of its value on both sides is narrow enough to stop. */
export const PRECISION_MARGIN = 0.05;

/**
 * Whether measuring may stop before its last block: on every level, the A/A ratio and the ratio to `sec` of every
 * configuration that has kept runs (those of fused and prep too: their medians need the same care) lie within the
 * margin. A configuration without kept runs does not hold the session up; a level without `sec` does.
 */
export function judgePrecision(
  runs: readonly RunRecord[],
  options: SummaryOptions,
  margin: number = PRECISION_MARGIN,
): Precision {
  const levels = [...groupBy(runs, (run) => formatLevelKey(levelKeyOf(run))).values()];
  const ratios = levels.flatMap((level) => {
    const groups = groupByLabel(level).filter((group) => group.seconds.size > 0);
    const sec = groups.find((group) => group.label === "sec");
    if (sec === undefined) return [{ label: "sec", factor: null }];
    const twins = pairedRatio(twinSeconds(level, "a"), twinSeconds(level, "b"), options);
    const others = groups.filter((group) => group !== sec);
    return [
      ...(twins === null ? [] : [{ label: "sec", factor: widthOf(twins.value, twins.interval) }]),
      ...others.map((group) => {
        const ratio = pairedRatio(group.seconds, sec.seconds, options);
        return { label: group.label, factor: ratio === null ? null : widthOf(ratio.value, ratio.interval) };
      }),
    ];
  });
  const width = (one: (typeof ratios)[number]): number => one.factor ?? Number.POSITIVE_INFINITY;
  const [first, ...rest] = ratios;
  if (first === undefined) return { precise: false, widestFactor: null, label: null };
  const widest = rest.reduce((worst, one) => (width(one) > width(worst) ? one : worst), first);
  return { precise: width(widest) <= 1 + margin, widestFactor: widest.factor, label: widest.label };
}

function widthOf(value: number, interval: Interval | null): number | null {
  return interval === null ? null : Math.max(interval.high / value, value / interval.low);
}
