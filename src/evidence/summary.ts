import { pixelCount } from "../core/raster";
import type { CacheState, EnvRecord, RunRecord, SpanRecord } from "../core/records";
import type { LevelKey, RunCounts } from "./configuration";
import { measureDrift } from "./drift";
import { type LevelTimes, summariseGrowth } from "./growth";
import { groupBy } from "./numbers";
import { compareCaches, measureTracingCost } from "./pairs";
import {
  type CacheEffect,
  countRuns,
  type Drift,
  formatLevelKey,
  type Growth,
  groupByLabel,
  isComparable,
  type Level,
  levelKeyOf,
  summariseLevel,
  type TracingCost,
  twinSeconds,
} from "./session";
import { type Interval, type NoiseFloor, pairedRatio, widerFloor } from "./verdict";

/** The least number of draws an interval is told with. */
const LEAST_DRAWS = 2000;
const CACHE_ORDER: readonly CacheState[] = ["warm", "cold", "uncontrolled"];

/** The seed of the session itself and 2000 draws. */
export function defaultOptions(session: Session): SummaryOptions {
  return { seed: session.env?.seed ?? 1, draws: LEAST_DRAWS };
}

/**
 * Everything that can be said of a session; equal records and options give equal summaries. Records of a session cut
 * short, with failed runs or without spans give what they can carry, and null or a refusal for the rest.
 */
export function summarise(session: Session, options: SummaryOptions = defaultOptions(session)): Summary {
  const spansByRun = groupBy(session.spans, (span) => span.runId);
  const groups = [...groupBy(session.runs, (run) => formatLevelKey(levelKeyOf(run))).values()];
  const levels = groups
    .map((runs) => summariseLevel(runs, spansByRun, session.env, options))
    .sort((a, b) => compareKeys(a.key, b.key, session));
  const configurations = levels.flatMap((level) => level.configurations);
  const floor = levels.reduce<NoiseFloor | null>(
    (widest, level) => widerFloor(widest, level.noiseFloor),
    null,
  );
  const times = groups.map(timesOf).sort((a, b) => compareKeys(a.key, b.key, session));
  return {
    env: session.env,
    options,
    counts: countRuns(session.runs),
    noiseFloor: floor,
    levels,
    growth: summariseGrowth(times),
    cacheEffects: compareCaches(times, floor, options),
    drift: measureDrift(configurations),
    tracingCost: measureTracingCost(groups.flatMap((runs) => groupByLabel(runs).map((group) => group.runs))),
    tracedLabels: [...new Set(configurations.filter((one) => one.tracedTimes).map((one) => one.label))],
    missing: listMissing(levels, session),
  };
}

function timesOf(runs: readonly RunRecord[]): LevelTimes {
  const comparable = groupByLabel(runs).filter(({ kind }) => isComparable(kind));
  return {
    key: levelKeyOf(runs[0]!),
    seconds: new Map(comparable.map((group) => [group.label, group.seconds])),
  };
}

function compareKeys(a: LevelKey, b: LevelKey, session: Session): number {
  return (
    Number(isMain(b, session)) - Number(isMain(a, session)) ||
    b.dates * pixelCount(b.shape) - a.dates * pixelCount(a.shape) ||
    CACHE_ORDER.indexOf(a.cache) - CACHE_ORDER.indexOf(b.cache)
  );
}

function isMain(key: LevelKey, session: Session): boolean {
  const dataset = session.env?.dataset;
  return dataset !== undefined && key.dates === dataset.dates.length && key.crop === dataset.crop;
}

function listMissing(levels: readonly Level[], session: Session): Summary["missing"] {
  const measured = levels.flatMap((level) =>
    level.configurations
      .filter((one) => one.counts.kept === 0)
      .map((one) => ({ label: one.label, reason: one.reasons.join("; ") || "no run was kept" })),
  );
  const all = [...(session.env?.skipped ?? []), ...measured];
  return [...new Map(all.map((one) => [`${one.label}|${one.reason}`, one])).values()];
}

export type * from "./configuration";
export type * from "./scaling";
export type * from "./session";
export type * from "./spans";
export type * from "./verdict";

/** The records of one run folder. A session cut short is a session too. */
export interface Session {
  readonly env: EnvRecord | null;
  readonly runs: readonly RunRecord[];
  readonly spans: readonly SpanRecord[];
}

/** Everything drawn at random is drawn from `seed`, so that equal records give equal summaries. */
export interface SummaryOptions {
  readonly seed: number;
  /** Bootstrap draws per interval; at least 2000. */
  readonly draws: number;
}

/** Everything tables, charts and sentences read. */
export interface Summary {
  readonly env: EnvRecord | null;
  readonly options: SummaryOptions;
  readonly counts: RunCounts;
  /** The widest of the levels' floors; null without any. */
  readonly noiseFloor: NoiseFloor | null;
  /** The dates and crop of env.dataset first, else the largest; warm before cold: levels[0] is the one to speak of. */
  readonly levels: readonly Level[];
  readonly growth: readonly Growth[];
  readonly cacheEffects: readonly CacheEffect[];
  readonly drift: Drift;
  /** null without a block that holds both. */
  readonly tracingCost: TracingCost | null;
  /** Labels whose times come from runs that recorded spans, because no other was kept. */
  readonly tracedLabels: readonly string[];
  /** Labels that were skipped or of which no run was kept, with reasons (records and env.json together). */
  readonly missing: readonly { readonly label: string; readonly reason: string }[];
}

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
