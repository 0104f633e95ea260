import type { Shape } from "../core/raster";
import type { CacheState, Span } from "../core/records";
import type { Decomposition } from "./decompositionTypes";
import type { Comparison, Estimate, MedianEstimate, RatioEstimate, Speedup } from "./estimateTypes";

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
