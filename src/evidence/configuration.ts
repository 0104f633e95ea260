import type { EnvRecord, RunRecord, SpanRecord } from "../core/records";
import type { Configuration, ConfigurationKind, Gantt } from "./configurationTypes";
import { decompose } from "./decomposition";
import type { Decomposition } from "./decompositionTypes";
import type { Comparison, Speedup, Yardstick } from "./estimateTypes";
import { blockSeconds, countRuns, isKept, selectTimed, selectWarmups, toTimedRun } from "./keptRuns";
import { estimateMedian, median } from "./median";
import { isComparable, programOf } from "./program";
import { type BlockValues, invertEstimate, pairedRatio } from "./ratio";
import type { SummaryOptions } from "./summary";
import { compare } from "./verdict";
import { alignSpans } from "./workerTimes";

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
