import type { EnvRecord, RunRecord, SpanRecord } from "../core/records";
import { type ConfigurationRuns, decomposeRuns, summariseConfiguration } from "./configuration";
import type { LevelKey } from "./configurationTypes";
import { comparePairs, findFastest } from "./fastest";
import { compareFused } from "./fusedComparison";
import { groupBy } from "./groupBy";
import { compareIpc } from "./ipcCost";
import { blockSeconds, countRuns, isKept, selectTimed } from "./keptRuns";
import type { Level } from "./levelTypes";
import { measureNoiseFloor } from "./noiseFloor";
import { testAnyDifference } from "./omnibus";
import { isComparable, kindOf, programOf } from "./program";
import { summariseScaling } from "./scaling";
import type { SummaryOptions } from "./summary";

/** Where a run stands; bench records of a crop carry its window. */
export function levelKeyOf(run: RunRecord): LevelKey {
  const { crop } = run as RunRecord & { readonly crop?: string | null };
  return { dates: run.dates, shape: run.shape, crop: crop ?? null, cache: run.cache };
}

/** One text a level, to group by. */
export function formatLevelKey(key: LevelKey): string {
  return [key.dates, key.shape.azimuth, key.shape.range, key.crop ?? "whole", key.cache].join("|");
}

/** The runs of one level by label, `sec` first, then by backend and workers as they were met. */
export function groupByLabel(runs: readonly RunRecord[]): readonly ConfigurationRuns[] {
  const labels = [...groupBy(runs, (run) => run.label)];
  return labels
    .map(([label, own]) => ({
      label,
      kind: kindOf(own[0]!.backend),
      runs: own,
      seconds: blockSeconds(selectTimed(own).timed),
    }))
    .sort((a, b) => Number(b.label === "sec") - Number(a.label === "sec") || compareLabels(a.label, b.label));
}

function compareLabels(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Times of the A/A twins of `sec`, by block. */
export function twinSeconds(runs: readonly RunRecord[], twin: "a" | "b"): ReturnType<typeof blockSeconds> {
  return blockSeconds(selectTimed(runs.filter((run) => run.twin === twin)).timed);
}

/**
 * Everything that can be said of the runs of one level.
 * @param runs at least one, all of one level
 * @param spansByRun by runId
 */
export function summariseLevel(
  runs: readonly RunRecord[],
  spansByRun: ReadonlyMap<string, readonly SpanRecord[]>,
  env: EnvRecord | null,
  options: SummaryOptions,
): Level {
  const key = levelKeyOf(runs[0]!);
  const groups = groupByLabel(runs);
  const floor = measureNoiseFloor(twinSeconds(runs, "a"), twinSeconds(runs, "b"), options);
  const comparableRuns = runs.filter(({ backend }) => isComparable(kindOf(backend)));
  const columns = [...groupBy(comparableRuns, (run) => `${run.label}|${run.twin ?? ""}`).values()];
  const omnibus = testAnyDifference(
    columns.map((own) => blockSeconds(selectTimed(own).timed)),
    options,
  );
  const yardstick = { floor, omnibus };
  const sec = groups.find((group) => group.label === "sec") ?? null;
  const secDecomposition = sec === null ? null : decomposeRuns(sec, "self", spansByRun).decomposition;
  const ones = groups.filter((group) => group.runs[0]!.workers === 1 && group.runs.some(isKept));
  const configurations = groups.map((group) => {
    const one = ones.find(({ runs: [run] }) => programOf(run!) === programOf(group.runs[0]!)) ?? null;
    const ground = { sec, secDecomposition, one, yardstick, crop: key.crop, env, spansByRun, options };
    return summariseConfiguration(group, ground);
  });
  const seconds = new Map(groups.map((group) => [group.label, group.seconds]));
  const comparable = configurations.filter((one) => isComparable(one.kind));
  return {
    key,
    counts: countRuns(runs),
    noiseFloor: floor,
    omnibus,
    configurations,
    scaling: summariseScaling(configurations, seconds),
    fastest: findFastest(comparable, seconds, yardstick, options),
    pairs: comparePairs(comparable, seconds, yardstick, options),
    fused: compareFused(configurations, seconds, floor, options),
    ipc: compareIpc(configurations, seconds, yardstick, options),
  };
}
