import type { RunRecord, Span, SpanRecord } from "../core/records";
import { type Decomposition, decompose } from "./decomposition";
import {
  type Estimate,
  estimateMedian,
  invertEstimate,
  type MedianEstimate,
  mapEstimate,
  median,
} from "./numbers";
import {
  type ConfigurationKind,
  type ConfigurationRuns,
  countRuns,
  inOrder,
  isComparable,
  isKept,
  programOf,
  type RunCounts,
  selectTimed,
  selectWarmups,
} from "./session";
import { alignSpans } from "./spans";
import {
  type Comparison,
  type Criteria,
  compare,
  pairedRatio,
  type RatioEstimate,
  type SummaryOptions,
  valuesOf,
} from "./verdict";

/** What every run of one label on one level has alike. */
type Shared = Pick<RunRecord, "backend" | "workers" | "cores" | "oversubscribed" | "shape" | "cache">;

/** What the runs of one label on one level say. */
export interface Configuration extends Shared {
  readonly label: string;
  readonly kind: ConfigurationKind;
  /** What its numbers of workers have in common: the backend, or a peer's name without the number. */
  readonly program: string;
  /** False for a peer that is not told how many workers to use: `workers` is 1 then and means nothing. */
  readonly knowsWorkers: boolean;
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
  /** null when nothing was kept; then every number below is null. */
  readonly seconds: MedianEstimate | null;
  /** Medians over the timed runs. */
  readonly cpuSeconds: number | null;
  readonly peakRssBytes: number | null;
  readonly sumRssBytes: number | null;
  /** Pixels over which a peer was held against `sec`: those valid in all dates; null for pila's own, compared whole. */
  readonly comparedPixels: number | null;
  readonly ipcMessages: number | null;
  readonly ipcBytes: number | null;
  /** Bytes read / seconds / 1e6; null where bytes are not known (peers). */
  readonly megabytesPerSecond: number | null;
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

/** What a configuration is held against: `sec` and its program's own run at 1 worker, null where missing. */
export interface Reference extends Criteria {
  readonly sec: ConfigurationRuns | null;
  readonly secDecomposition: Decomposition | null;
  readonly one: ConfigurationRuns | null;
  readonly spansByRun: ReadonlyMap<string, readonly SpanRecord[]>;
}

/** The configuration of a label's runs; times and speedups are null when no run was kept. */
export function summariseConfiguration(own: ConfigurationRuns, reference: Reference): Configuration {
  const { label, kind, runs } = own;
  const { sec, secDecomposition, one, spansByRun, options } = reference;
  const { backend, program, workers, cores, oversubscribed, shape, cache } = runs[0]!;
  const shared = { backend, workers, cores, oversubscribed, shape, cache };
  const timed = selectTimed(runs);
  const isSec = label === "sec";
  const comparable = isComparable(kind);
  const versusSec = isSec || !comparable || sec === null ? null : compare(own, sec, reference);
  const absoluteSpeedup = isSec ? unitSpeedup(own) : versusSec && speedupOf("sec", versusSec.ratio);
  const relativeSpeedup = one && speedupOver(one, own, options);
  const leading = comparable ? absoluteSpeedup : relativeSpeedup;
  const knowsWorkers = backend !== "peer" || typeof program === "string";
  const troubled = runs.filter((run) => run.outcome !== "ok");
  const seconds = timed.length === 0 ? null : estimateMedian(timed.map((run) => run.wallSeconds!));
  const bytesRead = medianOf(timed, (run) => run.bytesRead);
  return {
    label,
    kind,
    ...shared,
    program: programOf(runs[0]!),
    knowsWorkers,
    counts: countRuns(runs),
    reasons: [...new Set(troubled.map((run) => run.reason ?? run.outcome))],
    troubledRunIds: troubled.map((run) => run.runId),
    runs: timed.map(toTimedRun),
    warmups: selectWarmups(runs).map(toTimedRun),
    tracedTimes: timed.some((run) => run.traced),
    seconds,
    cpuSeconds: medianOf(timed, ({ userSeconds: user, systemSeconds: system }) =>
      user === null || system === null ? null : user + system,
    ),
    peakRssBytes: medianOfSampled(runs, (run) => run.peakRssBytes),
    sumRssBytes: medianOfSampled(runs, (run) => run.sumRssBytes),
    comparedPixels: medianOf(timed, (run) => run.comparedPixels ?? null),
    ipcMessages: medianOf(timed, (run) => run.ipcMessages),
    ipcBytes: medianOf(timed, (run) => run.ipcBytes),
    megabytesPerSecond: bytesRead === null || seconds === null ? null : bytesRead / seconds.value / 1e6,
    versusSec,
    absoluteSpeedup,
    relativeSpeedup,
    efficiency: leading && knowsWorkers ? mapEstimate(leading, (speedup) => speedup / workers) : null,
    ...decomposeRuns(own, comparable ? secDecomposition : null, spansByRun),
  };
}

/** One run as charts draw it. */
interface TimedRun extends Pick<RunRecord, "runId" | "block" | "order" | "twin" | "noisy"> {
  readonly seconds: number;
}

/** @param run a measured one */
function toTimedRun({ runId, block, order, twin, noisy, wallSeconds }: RunRecord): TimedRun {
  return { runId, block, order, seconds: wallSeconds!, twin, noisy };
}

/** Speedup over a base, which is always told in seconds. */
export interface Speedup extends Estimate {
  readonly baseLabel: string;
  /** Median of the base in seconds. */
  readonly baseSeconds: number;
  readonly seconds: number;
  readonly blocks: number;
}

function speedupOf(baseLabel: string, ratio: RatioEstimate): Speedup {
  const { denominator: baseSeconds, numerator: seconds, blocks } = ratio;
  return { ...invertEstimate(ratio), baseLabel, baseSeconds, seconds, blocks };
}

function unitSpeedup({ label: baseLabel, seconds: own }: ConfigurationRuns): Speedup | null {
  if (own.size === 0) return null;
  const seconds = median(valuesOf(own));
  return { value: 1, interval: null, baseLabel, baseSeconds: seconds, seconds, blocks: own.size };
}

function speedupOver(
  one: ConfigurationRuns,
  own: ConfigurationRuns,
  options: SummaryOptions,
): Speedup | null {
  if (one.label === own.label) return unitSpeedup(own);
  const ratio = pairedRatio(own.seconds, one.seconds, options);
  return ratio && speedupOf(one.label, ratio);
}

/** The spans of one run, times counted from its start, by worker and start. */
export interface Gantt {
  readonly runId: string;
  readonly wallSeconds: number;
  readonly spans: readonly Span[];
}

/**
 * Decompositions of the kept traced runs, and the median one.
 * @param sec the decomposition they are held against; null for none
 */
export function decomposeRuns(
  own: ConfigurationRuns,
  sec: Decomposition | null,
  spansByRun: ReadonlyMap<string, readonly SpanRecord[]>,
): Pick<Configuration, "decomposition" | "decompositions" | "gantt"> {
  const traced = inOrder(own.runs.filter((run) => isKept(run) && run.traced && spansByRun.has(run.runId)));
  const byTime = [...traced].sort((a, b) => a.wallSeconds! - b.wallSeconds!);
  const middle = byTime[(byTime.length - 1) >> 1];
  if (middle === undefined) return { decomposition: null, decompositions: [], gantt: null };
  const { runId } = middle;
  const decompositions = traced.flatMap((run) => decompose(run, spansByRun.get(run.runId)!, sec) ?? []);
  return {
    decomposition: decompositions.find((one) => one.runId === runId)!,
    decompositions,
    gantt: { runId, wallSeconds: middle.wallSeconds!, spans: alignSpans(middle, spansByRun.get(runId)!) },
  };
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
