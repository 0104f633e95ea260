import type { Shape } from "../core/raster";
import type { CacheState, EnvRecord, RunRecord, SpanRecord } from "../core/records";
import {
  type Configuration,
  type ConfigurationKind,
  type ConfigurationRuns,
  decomposeRuns,
  type LevelKey,
  type RunCounts,
  summariseConfiguration,
  type TimedRun,
} from "./configuration";
import { groupBy } from "./numbers";
import { compareFused, compareIpc, comparePairs, findFastest } from "./pairs";
import { type Scaling, summariseScaling } from "./scaling";
import type { SummaryOptions } from "./summary";
import {
  type BlockValues,
  type Comparison,
  type Estimate,
  type Guarded,
  type MedianEstimate,
  measureNoiseFloor,
  type NoiseFloor,
  type Omnibus,
  type RatioEstimate,
  testAnyDifference,
  type Verdict,
} from "./verdict";

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

export interface Fastest {
  readonly label: string;
  readonly seconds: MedianEstimate;
  /** Labels whose time cannot be told from the fastest's, the fastest itself left out. */
  readonly indistinguishable: readonly string[];
  /** The nearest configuration that is distinguishably slower, against the fastest; null where there is none. */
  readonly runnerUp: Comparison | null;
}

/** fused against prep + sec, summed block by block. */
export interface FusedComparison {
  readonly fused: string;
  readonly prepare: string;
  readonly seconds: MedianEstimate;
  /** Median of the sums; ratio below 1: fused is faster. */
  readonly separateSeconds: MedianEstimate;
  readonly ratio: RatioEstimate;
  readonly verdict: Verdict;
  /** Median over blocks of prep + sec - fused. */
  readonly savedSeconds: MedianEstimate;
}

/** mp against mp_v2 at the same workers: the same work with pixels or with partial states over the border. */
export interface IpcCost {
  readonly workers: number;
  readonly oversubscribed: boolean;
  readonly pixels: string;
  readonly states: string;
  readonly comparison: Comparison;
  /** Median over blocks of T_mp - T_mp_v2. */
  readonly extraSeconds: MedianEstimate;
  /** Medians of mp less medians of mp_v2; null where not counted. */
  readonly extraMessages: number | null;
  readonly extraBytes: number | null;
  /** extraSeconds per 1e6 extra bytes, per extra message; null where there is no extra. */
  readonly secondsPerMegabyte: number | null;
  readonly secondsPerMessage: number | null;
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

/** T(n) = a + c n of one configuration; means over blocks of the lines fitted in each block, t intervals (95 %). */
export interface GrowthLine {
  readonly label: string;
  readonly interceptSeconds: Estimate;
  /** Seconds per date, or per million pixels. */
  readonly slopeSeconds: Estimate;
  readonly blocks: number;
  /** Medians of the levels, to be drawn. */
  readonly points: readonly { readonly size: number; readonly seconds: MedianEstimate }[];
}

export interface BreakEven {
  /** The line that starts higher and grows slower: from `size` on it is the faster one. */
  readonly label: string;
  readonly than: string;
  /** n* with its Fieller interval (95 %). */
  readonly size: Estimate;
  /** Outside the sizes measured. */
  readonly extrapolated: boolean;
}

/** How time grows with the number of dates or pixels, everything else equal. */
export interface Growth {
  readonly variable: "dates" | "megapixels";
  /** What is held: the other size (`dates` is null when it varies, `shape` likewise) and the cache state. */
  readonly dates: number | null;
  readonly shape: Shape | null;
  readonly cache: CacheState;
  /** The sizes measured, ascending, at least 2. With 2 a line fits always: it is no test of straightness. */
  readonly sizes: readonly number[];
  readonly lines: readonly GrowthLine[];
  readonly breakEven: readonly {
    readonly a: string;
    readonly b: string;
    readonly result: Guarded<BreakEven>;
  }[];
}

/** The same configuration cold and warm. */
export interface CacheEffect {
  readonly label: string;
  readonly dates: number;
  readonly shape: Shape;
  /** cold / warm. */
  readonly comparison: Comparison;
}

/** How times moved over the session. */
export interface Drift {
  /** Every timed run in order of measurement: seconds over the median of its configuration. */
  readonly points: readonly {
    readonly runId: string;
    readonly label: string;
    readonly block: number;
    readonly order: number;
    readonly sequence: number;
    readonly relative: number;
  }[];
  /** Change of the block mean of ln(relative) from first to last block, as a factor; t interval (95 %), >= 6 blocks. */
  readonly factor: Estimate | null;
  /** The interval of `factor` leaves out 1 and the factor is beyond 5 %. */
  readonly drifting: boolean;
}

/** What recording spans costs over all configurations: geometric mean of traced / untraced within a block. */
export interface TracingCost {
  readonly factor: Estimate;
  /** Pairs (configuration, block) behind it. */
  readonly pairs: number;
  /** Both sides of the pairs. */
  readonly runIds: readonly string[];
}

/** A run that ended well outside the warm-up: noisy and traced ones too. */
export function isKept(run: RunRecord): boolean {
  return isMeasured(run) && !run.warmup;
}

function isMeasured(run: RunRecord): boolean {
  return run.outcome === "ok" && run.wallSeconds !== null;
}

/** Every run once: skipped, else failed, else warm-up, else kept. */
export function countRuns(runs: readonly RunRecord[]): RunCounts {
  const kept = runs.filter(isKept);
  const skipped = runs.filter((run) => run.outcome === "skipped").length;
  const warmup = runs.filter((run) => isMeasured(run) && run.warmup).length;
  return {
    total: runs.length,
    kept: kept.length,
    flagged: kept.filter((run) => run.noisy).length,
    traced: kept.filter((run) => run.traced).length,
    warmup,
    failed: runs.length - kept.length - warmup - skipped,
    skipped,
  };
}

/** Runs that times are taken from: kept ones without spans, or, where there is none such, those with spans. */
export function selectTimed(runs: readonly RunRecord[]): {
  readonly timed: readonly RunRecord[];
  readonly traced: boolean;
} {
  const kept = runs.filter(isKept);
  const untraced = kept.filter((run) => !run.traced);
  const traced = untraced.length === 0 && kept.length > 0;
  return { timed: inOrder(traced ? kept : untraced), traced };
}

/** Warm-up runs that ended well, by place in their block. */
export function selectWarmups(runs: readonly RunRecord[]): readonly RunRecord[] {
  return inOrder(runs.filter((run) => isMeasured(run) && run.warmup));
}

function inOrder(runs: readonly RunRecord[]): RunRecord[] {
  return [...runs].sort((a, b) => a.block - b.block || a.order - b.order);
}

/** Wall seconds by block. @param runs measured ones (`wallSeconds` not null) */
export function blockSeconds(runs: readonly RunRecord[]): BlockValues {
  const seconds = new Map<number, number[]>();
  for (const run of runs) {
    const list = seconds.get(run.block);
    if (list === undefined) seconds.set(run.block, [run.wallSeconds!]);
    else list.push(run.wallSeconds!);
  }
  return seconds;
}

/** @param run a measured one */
export function toTimedRun(run: RunRecord): TimedRun {
  const { runId, block, order, twin, noisy, traced } = run;
  return { runId, block, order, seconds: run.wallSeconds!, twin, noisy, traced };
}

export function kindOf(backend: string): ConfigurationKind {
  if (backend === "prep") return "prepare";
  return backend === "fused" || backend === "peer" ? backend : "statistics";
}

/** What the numbers of workers of one program have in common. */
export function programOf({ backend, program, label }: RunRecord): string {
  return backend === "peer" ? (program ?? label) : backend;
}

/** Does the work of `sec`, so that its time may be held against it. */
export function isComparable(kind: ConfigurationKind): boolean {
  return kind === "statistics" || kind === "peer";
}
