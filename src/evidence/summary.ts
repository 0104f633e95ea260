import { groupBy } from "../core/groups";
import { pixelCount } from "../core/raster";
import type { CacheState, EnvRecord, RunRecord, Session, SpanRecord } from "../core/records";
import { type Configuration, decomposeRuns, summariseConfiguration } from "./configuration";
import { type Drift, type Growth, measureDrift, summariseGrowth } from "./growth";
import type { Estimate } from "./numbers";
import {
  type CacheEffect,
  compareCaches,
  compareFused,
  compareIpc,
  comparePairs,
  type Fastest,
  type FusedComparison,
  findFastest,
  type IpcCost,
  measureTracingCost,
  type TracingCost,
} from "./pairs";
import { type Scaling, summariseScaling } from "./scaling";
import {
  comparableTimes,
  countRuns,
  groupByLabel,
  groupByLevel,
  isComparable,
  isKept,
  kindOf,
  type LevelKey,
  levelKeyOf,
  programOf,
  type RunCounts,
  timedSeconds,
  twinSeconds,
} from "./session";
import {
  type Comparison,
  measureNoiseFloor,
  type NoiseFloor,
  type Omnibus,
  pairedRatio,
  type SummaryOptions,
  testAnyDifference,
  widerFloor,
} from "./verdict";

export type * from "./configuration";
export type * from "./decomposition";
export type * from "./growth";
export type * from "./numbers";
export type * from "./pairs";
export type * from "./scaling";
export type * from "./session";
export type * from "./spans";
export type * from "./verdict";

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
  /** Labels that were skipped or of which no run was kept, with reasons (records and env.json together). */
  readonly missing: readonly { readonly label: string; readonly reason: string }[];
}

/**
 * Everything that can be said of a session; equal records and options give equal summaries. Records of a session cut
 * short, with failed runs or without spans give what they can carry, and null or a refusal for the rest.
 */
export function summarise(session: Session, options: SummaryOptions = defaultOptions(session)): Summary {
  const { env, runs, spans } = session;
  const spansByRun = groupBy(spans, (span) => span.runId);
  const groups = [...groupByLevel(runs).values()].sort((a, b) =>
    compareKeys(levelKeyOf(a[0]!), levelKeyOf(b[0]!), env?.dataset),
  );
  const levels = groups.map((own) => summariseLevel(own, spansByRun, options));
  const configurations = levels.flatMap((level) => level.configurations);
  const floor = levels.map((level) => level.noiseFloor).reduce(widerFloor, null);
  const times = groups.map(comparableTimes);
  return {
    env,
    options,
    counts: countRuns(runs),
    noiseFloor: floor,
    levels,
    growth: summariseGrowth(times),
    cacheEffects: compareCaches(times, { floor, omnibus: null, options }),
    drift: measureDrift(configurations),
    tracingCost: measureTracingCost(groups.flatMap((own) => groupByLabel(own).map((group) => group.runs))),
    missing: listMissing(levels, session),
  };
}

/** The seed of the session itself and 2000 draws. */
export function defaultOptions(session: Session): SummaryOptions {
  return { seed: session.env?.seed ?? 1, draws: 2000 };
}

const CACHE_ORDER: readonly CacheState[] = ["warm", "cold", "uncontrolled"];

function compareKeys(a: LevelKey, b: LevelKey, main: EnvRecord["dataset"] | undefined): number {
  const isMain = ({ dates, crop }: LevelKey): boolean => dates === main?.dates.length && crop === main.crop;
  return (
    Number(isMain(b)) - Number(isMain(a)) ||
    b.dates * pixelCount(b.shape) - a.dates * pixelCount(a.shape) ||
    CACHE_ORDER.indexOf(a.cache) - CACHE_ORDER.indexOf(b.cache)
  );
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

/** All configurations measured on one size of data in one cache state. */
export interface Level {
  readonly key: LevelKey;
  readonly counts: RunCounts;
  /** null without an A/A pair. */
  readonly noiseFloor: NoiseFloor | null;
  /** Whether anything differs among `statistics` and `peer`; null below 6 blocks. */
  readonly omnibus: Omnibus | null;
  /** `sec` first, then in order of label. */
  readonly configurations: readonly Configuration[];
  readonly scaling: readonly Scaling[];
  /** Among `statistics` and `peer`; null when nothing was kept. */
  readonly fastest: Fastest | null;
  /** Every pair among `statistics` and `peer`, each once. */
  readonly pairs: readonly Comparison[];
  readonly fused: readonly FusedComparison[];
  readonly ipc: readonly IpcCost[];
}

export function findConfiguration(level: Level | null, label: string): Configuration | undefined {
  return level?.configurations.find((one) => one.label === label);
}

/**
 * Everything that can be said of the runs of one level.
 * @param runs at least one, all of one level
 * @param spansByRun by runId
 */
function summariseLevel(
  runs: readonly RunRecord[],
  spansByRun: ReadonlyMap<string, readonly SpanRecord[]>,
  options: SummaryOptions,
): Level {
  const groups = groupByLabel(runs);
  const floor = measureNoiseFloor(...twinSeconds(runs), options);
  const comparable = runs.filter(({ backend }) => isComparable(kindOf(backend)));
  const columns = [...groupBy(comparable, (run) => `${run.label}|${run.twin ?? ""}`).values()];
  const omnibus = testAnyDifference(columns.map(timedSeconds), options);
  const criteria = { floor, omnibus, options };
  const sec = groups.find((group) => group.label === "sec") ?? null;
  const secDecomposition = sec && decomposeRuns(sec, null, spansByRun).decomposition;
  const ones = groups.filter((group) => group.runs[0]!.workers === 1 && group.runs.some(isKept));
  const sides = groups.map((group) => {
    const one = ones.find(({ runs: [run] }) => programOf(run!) === programOf(group.runs[0]!)) ?? null;
    const own = summariseConfiguration(group, { ...criteria, sec, secDecomposition, one, spansByRun });
    return { ...group, own };
  });
  const configurations = sides.map(({ own }) => own);
  return {
    key: levelKeyOf(runs[0]!),
    counts: countRuns(runs),
    noiseFloor: floor,
    omnibus,
    configurations,
    scaling: summariseScaling(configurations),
    fastest: findFastest(sides, criteria),
    pairs: comparePairs(sides, criteria),
    fused: compareFused(sides, criteria),
    ipc: compareIpc(sides, criteria),
  };
}

/**
 * Whether measuring may stop before its last block: on every level, the A/A ratio and the ratio to `sec` of every
 * configuration that has kept runs (those of fused and prep too: their medians need the same care) lie within the
 * margin. A configuration without kept runs does not hold the session up; a level without `sec` does, and so does a
 * session without runs.
 * @param margin what an interval may reach beyond its value on both sides: 0.05 is 5 %
 */
export function isPrecise(
  runs: readonly RunRecord[],
  options: SummaryOptions,
  margin: number = 0.05,
): boolean {
  const factors = [...groupByLevel(runs).values()].flatMap((level) => {
    const groups = groupByLabel(level).filter((group) => group.seconds.size > 0);
    const sec = groups.find((group) => group.label === "sec");
    if (sec === undefined) return [Number.POSITIVE_INFINITY];
    const twins = pairedRatio(...twinSeconds(level), options);
    const others = groups.filter((group) => group !== sec);
    const ratios = others.map((group) => pairedRatio(group.seconds, sec.seconds, options));
    return [...(twins === null ? [] : [twins]), ...ratios].map(widestFactor);
  });
  return factors.length > 0 && factors.every((factor) => factor <= 1 + margin);
}

/** The end of the interval that is farther from the value, as a factor; infinite without one. */
function widestFactor(ratio: Estimate | null): number {
  if (ratio === null || ratio.interval === null) return Number.POSITIVE_INFINITY;
  const { value, interval } = ratio;
  return Math.max(interval.high / value, value / interval.low);
}
