import { type FusedComparison, findConfiguration, type Level, type Summary } from "../../evidence/summary";
import { criticalPath, type Piece } from "./criticalPath";

/** A piece of the bar of `prep` and `sec` one after the other, or of `fused`. */
export interface FusedRow {
  /** `prep2 + sec` or `fused2`. */
  readonly label: string;
  /** What is running: `prep2`, `sec`, `fused2`. */
  readonly stage: string;
  /** Median of the whole bar, and its interval [s]. */
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  /** T / (T_prep + T_sec) of the same blocks; NaN for these themselves. */
  readonly timesSeparate: number;
  readonly piece: Piece | "whole";
  /** Where the piece lies on the bar [s]. */
  readonly from: number;
  readonly to: number;
  /** Blocks that hold all three. */
  readonly runs: number;
  readonly dates: number;
  readonly azimuth: number;
  readonly range: number;
  readonly cache: Level["key"]["cache"];
}

/** The first level on which the way from the SLC was measured: where SLC are fewer than crops it is not the main one. */
function slcLevel({ levels }: Summary): Level | undefined {
  return levels.find(({ fused }) => fused.length > 0);
}

/** Whether one pass over the SLC is worth it, of the fused configuration of least time. */
export type FusedAnswer =
  | { readonly kind: "notMeasured" }
  | { readonly kind: "cannotTell" }
  | { readonly kind: "same" }
  | { readonly kind: "differs"; readonly label: string; readonly ratio: number };

export function findFusedAnswer(summary: Summary): FusedAnswer {
  const [best] = [...(slcLevel(summary)?.fused ?? [])].sort((a, b) => a.seconds.value - b.seconds.value);
  if (best === undefined) return { kind: "notMeasured" };
  const { kind, reason } = best.verdict;
  if (kind !== "indistinguishable") return { kind: "differs", label: best.fused, ratio: best.ratio.value };
  return { kind: reason === "tooFewBlocks" || reason === "noFloor" ? "cannotTell" : "same" };
}

/**
 * A bar for each `prep` with the `sec` after it and one for each `fused`, by rising time. The pieces of a bar sum to its
 * median: those of `prep` and `sec` are scaled together to the median of their sums.
 */
export function fusedRows(summary: Summary): readonly FusedRow[] {
  const level = slcLevel(summary);
  if (level === undefined) return [];
  const bars = level.fused.flatMap((comparison) => [
    barOf(level, comparison, [comparison.prepare, "sec"]),
    barOf(level, comparison, [comparison.fused]),
  ]);
  const first = bars.filter((bar, i) => bars.findIndex(([row]) => row!.label === bar[0]!.label) === i);
  return first.sort((a, b) => a[0]!.seconds - b[0]!.seconds).flat();
}

function barOf(level: Level, comparison: FusedComparison, stages: readonly string[]): readonly FusedRow[] {
  const isFused = stages.length === 1;
  const { value: seconds, interval } = isFused ? comparison.seconds : comparison.separateSeconds;
  const parts = stages.flatMap((stage) => {
    const one = findConfiguration(level, stage)!;
    const path = criticalPath(one) ?? [{ piece: "whole" as const, seconds: one.seconds!.value }];
    return path.map((part) => ({ ...part, stage }));
  });
  const scale = seconds / parts.reduce((sum, part) => sum + part.seconds, 0);
  let to = 0;
  return parts.map(({ stage, piece, seconds: own }) => {
    const from = to;
    to += own * scale;
    return {
      label: stages.join(" + "),
      stage,
      seconds,
      low: interval?.low ?? Number.NaN,
      high: interval?.high ?? Number.NaN,
      timesSeparate: isFused ? comparison.ratio.value : Number.NaN,
      piece,
      from,
      to,
      runs: comparison.ratio.blocks,
      dates: level.key.dates,
      azimuth: level.key.shape.azimuth,
      range: level.key.shape.range,
      cache: level.key.cache,
    };
  });
}
