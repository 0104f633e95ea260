import type { Shape } from "../core/raster";
import type { CacheState, EnvRecord, RunRecord, Span, SpanRecord } from "../core/records";
import { estimateMedian, median } from "./numbers";
import {
  blockSeconds,
  countRuns,
  isComparable,
  isKept,
  programOf,
  selectTimed,
  selectWarmups,
  toTimedRun,
} from "./session";
import { alignSpans, type Decomposition, decompose } from "./spans";
import type { SummaryOptions } from "./summary";
import {
  type BlockValues,
  type Comparison,
  compare,
  type Estimate,
  invertEstimate,
  type MedianEstimate,
  pairedRatio,
  type RatioEstimate,
  type Speedup,
  type Yardstick,
} from "./verdict";

/** Runs of one label on one level, with what they are held against. */
export interface ConfigurationRuns {
  readonly label: string;
  readonly kind: ConfigurationKind;
  /** All of them, failed and skipped too; at least one. */
  readonly runs: readonly RunRecord[];
  readonly seconds: BlockValues;
}

/** The ground a configuration stands on: `sec` and the backend's own run at 1 worker, null where missing. */
export interface Ground {
  readonly sec: ConfigurationRuns | null;
  readonly secDecomposition: Decomposition | null;
  readonly one: ConfigurationRuns | null;
  readonly yardstick: Yardstick;
  readonly crop: string | null;
  readonly env: EnvRecord | null;
  readonly spansByRun: ReadonlyMap<string, readonly SpanRecord[]>;
  readonly options: SummaryOptions;
}

/** The configuration of a label's runs; times and speedups are null when no run was kept. */
export function summariseConfiguration(own: ConfigurationRuns, ground: Ground): Configuration {
  const { label, kind, runs } = own;
  const first = runs[0]!;
  const { timed, traced } = selectTimed(runs);
  const isSec = label === "sec";
  const comparable = isComparable(kind);
  const versusSec =
    isSec || !comparable || ground.sec === null
      ? null
      : compare(
          { label, values: own.seconds },
          { label: "sec", values: ground.sec.seconds },
          ground.yardstick,
          ground.options,
        );
  const absoluteSpeedup = isSec ? unitSpeedup(own) : versusSec === null ? null : speedupOf(versusSec);
  const relativeSpeedup = relativeTo(ground.one, own, ground);
  const leading = comparable ? absoluteSpeedup : relativeSpeedup;
  const knowsWorkers = first.backend !== "peer" || typeof first.program === "string";
  const troubled = runs.filter((run) => run.outcome !== "ok");
  const wall = timed.map((run) => run.wallSeconds!);
  const seconds = wall.length === 0 ? null : estimateMedian(wall);
  const bytesRead = medianOf(timed, (run) => run.bytesRead);
  const rate = bytesRead === null || seconds === null ? null : bytesRead / seconds.value / 1e6;
  const roof = roofOf(ground.env, first);
  return {
    label,
    kind,
    backend: first.backend,
    program: programOf(first),
    workers: first.workers,
    knowsWorkers,
    cores: first.cores,
    oversubscribed: first.oversubscribed,
    dates: first.dates,
    shape: first.shape,
    crop: ground.crop,
    looks: first.looks,
    cache: first.cache,
    counts: countRuns(runs),
    reasons: [...new Set(troubled.map((run) => run.reason ?? run.outcome))],
    troubledRunIds: troubled.map((run) => run.runId),
    runs: timed.map(toTimedRun),
    warmups: selectWarmups(runs).map(toTimedRun),
    tracedTimes: traced,
    tracingCost: traced ? null : tracingCost(runs, ground.options),
    seconds,
    cpuSeconds: medianOf(timed, cpuSeconds),
    userSeconds: medianOf(timed, (run) => run.userSeconds),
    systemSeconds: medianOf(timed, (run) => run.systemSeconds),
    peakRssBytes: medianOfSampled(runs, (run) => run.peakRssBytes),
    sumRssBytes: medianOfSampled(runs, (run) => run.sumRssBytes),
    comparedPixels: medianOf(timed, (run) => run.comparedPixels ?? null),
    bytesRead,
    bytesWritten: medianOf(timed, (run) => run.bytesWritten),
    ipcMessages: medianOf(timed, (run) => run.ipcMessages),
    ipcBytes: medianOf(timed, (run) => run.ipcBytes),
    megabytesPerSecond: rate,
    roofShare: rate === null || roof === null ? null : rate / roof,
    versusSec,
    absoluteSpeedup,
    relativeSpeedup,
    efficiency: leading === null || !knowsWorkers ? null : divide(leading, first.workers),
    ...decomposeRuns(own, isSec ? "self" : comparable ? ground.secDecomposition : null, ground.spansByRun),
  };
}

/** Decompositions of the kept traced runs, and the median one; `self` holds `sec` against its own median run. */
export function decomposeRuns(
  own: ConfigurationRuns,
  sec: Decomposition | "self" | null,
  spansByRun: ReadonlyMap<string, readonly SpanRecord[]>,
): Pick<Configuration, "decomposition" | "decompositions" | "gantt"> {
  const traced = own.runs
    .filter((run) => isKept(run) && run.traced && spansByRun.has(run.runId))
    .sort((a, b) => a.wallSeconds! - b.wallSeconds!);
  const middle = traced[(traced.length - 1) >> 1];
  if (middle === undefined) return { decomposition: null, decompositions: [], gantt: null };
  const spans = spansByRun.get(middle.runId)!;
  const base = sec === "self" ? decompose(middle, spans, null) : sec;
  const decompositions = traced
    .sort((a, b) => a.block - b.block || a.order - b.order)
    .flatMap((run) => decompose(run, spansByRun.get(run.runId)!, base) ?? []);
  const gantt: Gantt = {
    runId: middle.runId,
    wallSeconds: middle.wallSeconds!,
    spans: alignSpans(middle, spans),
  };
  return { decomposition: decompositions.find((one) => one.runId === middle.runId)!, decompositions, gantt };
}

function speedupOf(comparison: Comparison): Speedup {
  const { base, ratio } = comparison;
  return {
    ...invertEstimate(ratio),
    baseLabel: base,
    baseSeconds: ratio.denominator,
    seconds: ratio.numerator,
    blocks: ratio.blocks,
  };
}

function unitSpeedup(own: ConfigurationRuns): Speedup | null {
  if (own.seconds.size === 0) return null;
  const seconds = median([...own.seconds.values()].flat());
  return {
    value: 1,
    interval: null,
    baseLabel: own.label,
    baseSeconds: seconds,
    seconds,
    blocks: own.seconds.size,
  };
}

function relativeTo(one: ConfigurationRuns | null, own: ConfigurationRuns, ground: Ground): Speedup | null {
  if (one === null) return null;
  if (one.label === own.label) return unitSpeedup(own);
  const ratio = pairedRatio(own.seconds, one.seconds, ground.options);
  if (ratio === null) return null;
  return {
    ...invertEstimate(ratio),
    baseLabel: one.label,
    baseSeconds: ratio.denominator,
    seconds: ratio.numerator,
    blocks: ratio.blocks,
  };
}

function divide(speedup: Speedup, workers: number): Configuration["efficiency"] {
  const { value, interval } = speedup;
  const divided =
    interval === null ? null : { ...interval, low: interval.low / workers, high: interval.high / workers };
  return { value: value / workers, interval: divided };
}

function tracingCost(runs: readonly RunRecord[], options: SummaryOptions): Configuration["tracingCost"] {
  const kept = runs.filter(isKept);
  return pairedRatio(
    blockSeconds(kept.filter((run) => run.traced)),
    blockSeconds(kept.filter((run) => !run.traced)),
    options,
  );
}

function cpuSeconds(run: RunRecord): number | null {
  return run.userSeconds === null || run.systemSeconds === null ? null : run.userSeconds + run.systemSeconds;
}

/** Median over the runs that tell; null when none does. */
function medianOf(runs: readonly RunRecord[], read: (run: RunRecord) => number | null): number | null {
  const values = runs.flatMap((run) => read(run) ?? []);
  return values.length === 0 ? null : median(values);
}

/** Memory is sampled in runs that carry no time: kept ones first, else the warm-up. */
function medianOfSampled(runs: readonly RunRecord[], read: (run: RunRecord) => number | null): number | null {
  return medianOf(runs.filter(isKept), read) ?? medianOf(selectWarmups(runs), read);
}

function roofOf(env: EnvRecord | null, run: RunRecord): number | null {
  if (env === null || run.cache === "uncontrolled") return null;
  const { readWarmMegabytesPerSecond, readColdMegabytesPerSecond } = env.microbenchmarks;
  return run.cache === "warm" ? readWarmMegabytesPerSecond : readColdMegabytesPerSecond;
}

/** One level of the factors that are varied between sets of configurations. */
export interface LevelKey {
  readonly dates: number;
  readonly shape: Shape;
  /** rows,cols,row0,col0 in looked pixels; null is the whole image (or the records do not tell). */
  readonly crop: string | null;
  readonly cache: CacheState;
}

/** Every run is in exactly one of kept, warmup, failed and skipped. */
export interface RunCounts {
  readonly total: number;
  /** In the statistics or the decompositions: ok and not warm-up. */
  readonly kept: number;
  /** Part of `kept`: the machine was busy. */
  readonly flagged: number;
  /** Part of `kept`: recorded spans. */
  readonly traced: number;
  readonly warmup: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One run as charts draw it. */
export interface TimedRun {
  readonly runId: string;
  readonly block: number;
  readonly order: number;
  readonly seconds: number;
  readonly twin: "a" | "b" | null;
  readonly noisy: boolean;
  readonly traced: boolean;
}

/** What a configuration's time can be compared with: `fused` and `prep` do other work than `sec`. */
export type ConfigurationKind = "statistics" | "prepare" | "fused" | "peer";

export interface Configuration {
  readonly label: string;
  readonly kind: ConfigurationKind;
  readonly backend: string;
  /** What its numbers of workers have in common: the backend, or a peer's name without the number. */
  readonly program: string;
  readonly workers: number;
  /** False for a peer that is not told how many workers to use: `workers` is 1 then and means nothing. */
  readonly knowsWorkers: boolean;
  readonly cores: number;
  readonly oversubscribed: boolean;
  readonly dates: number;
  readonly shape: Shape;
  readonly crop: string | null;
  readonly looks: string;
  readonly cache: CacheState;
  readonly counts: RunCounts;
  /** Reasons of failed and skipped runs, each once. */
  readonly reasons: readonly string[];
  /** Ids of those runs. */
  readonly troubledRunIds: readonly string[];
  /** Timed runs: kept and untraced (or traced where `tracedTimes`), by block and order; `sec` pools its twins. */
  readonly runs: readonly TimedRun[];
  /** The warm-up runs, drawn apart and in no statistic. */
  readonly warmups: readonly TimedRun[];
  /** True when no untraced run was kept, so that the times are of runs that recorded spans. */
  readonly tracedTimes: boolean;
  /** Ratio traced / untraced of the same blocks: what recording spans costs; null where one side is missing. */
  readonly tracingCost: RatioEstimate | null;
  /** null when nothing was kept; then every number below is null. */
  readonly seconds: MedianEstimate | null;
  /** Medians over the timed runs. */
  readonly cpuSeconds: number | null;
  readonly userSeconds: number | null;
  readonly systemSeconds: number | null;
  readonly peakRssBytes: number | null;
  readonly sumRssBytes: number | null;
  /** Pixels over which a peer was held against `sec`: those valid in all dates; null for pila's own, compared whole. */
  readonly comparedPixels: number | null;
  readonly bytesRead: number | null;
  readonly bytesWritten: number | null;
  readonly ipcMessages: number | null;
  readonly ipcBytes: number | null;
  /** bytesRead / seconds / 1e6; null where bytes are not known (peers). */
  readonly megabytesPerSecond: number | null;
  /** megabytesPerSecond over the machine's measured read rate for this cache state; null where not known. */
  readonly roofShare: number | null;
  /** Against `sec` of this level; null for `sec` itself, `prepare` and `fused`. */
  readonly versusSec: Comparison | null;
  /** T_sec / T; null where versusSec is, but 1 for `sec`. */
  readonly absoluteSpeedup: Speedup | null;
  /** T_b(1) / T_b(p); null where the backend was not run at 1 worker. */
  readonly relativeSpeedup: Speedup | null;
  /** absoluteSpeedup / workers; for `prepare` and `fused` relativeSpeedup / workers. */
  readonly efficiency: Estimate | null;
  /** Of the median traced run, the one of `gantt`; null without spans. */
  readonly decomposition: Decomposition | null;
  /** Of every kept traced run that has spans, by block: the spread behind `decomposition`. */
  readonly decompositions: readonly Decomposition[];
  /** The kept traced run of median wall time (of an even number the lower middle one); null without spans. */
  readonly gantt: Gantt | null;
}

/** The spans of one run, times counted from its start, by worker and start. */
export interface Gantt {
  readonly runId: string;
  readonly wallSeconds: number;
  readonly spans: readonly Span[];
}
