import { pixelCount } from "../core/raster";
import type { CacheState, RunRecord } from "../core/records";
import { compareCaches } from "./cacheEffect";
import type { LevelKey } from "./configurationTypes";
import { measureDrift } from "./drift";
import type { NoiseFloor } from "./estimateTypes";
import { groupBy } from "./groupBy";
import { type LevelTimes, summariseGrowth } from "./growth";
import { countRuns } from "./keptRuns";
import { formatLevelKey, groupByLabel, levelKeyOf, summariseLevel } from "./level";
import type { Level } from "./levelTypes";
import { widerFloor } from "./noiseFloor";
import { isComparable } from "./program";
import type { Session, Summary, SummaryOptions } from "./summary";
import { measureTracingCost } from "./tracingCost";

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
