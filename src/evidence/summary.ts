import type { EnvRecord, RunRecord, SpanRecord } from "../core/records";
import type { RunCounts } from "./configurationTypes";
import type { NoiseFloor } from "./estimateTypes";
import type { CacheEffect, Drift, Growth, Level, TracingCost } from "./levelTypes";

export type * from "./configurationTypes";
export type * from "./decompositionTypes";
export type * from "./estimateTypes";
export type * from "./levelTypes";
export type * from "./scalingTypes";

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
