import type { CacheState, Phase, RunRecord, Session, SpanRecord } from "../../src/core/records";
import { createRandom, type Random } from "../../src/evidence/numbers";
import { envOf, runOf } from "../records/records.fixture";

/** One configuration of an invented session, with the true median of its times. */
export interface Invented {
  readonly label: string;
  readonly backend: string;
  readonly workers: number;
  readonly seconds: number;
  readonly twin?: "a" | "b";
  readonly dates?: number;
  readonly cache?: CacheState;
  readonly changes?: Partial<RunRecord>;
}

/** ln of a time = what its block shares + what is its own; one in `spikeEvery` is up to 40 % longer. */
export interface Scatter {
  readonly block: number;
  readonly run: number;
  readonly spikeShare: number;
}

export const QUIET: Scatter = { block: 0.01, run: 0.01, spikeShare: 0 };

/** `sec` twice, as a session measures it. */
export function twinsOf(seconds: number): readonly Invented[] {
  return (["a", "b"] as const).map((twin) => ({ label: "sec", backend: "sec", workers: 1, seconds, twin }));
}

export function other(label: string, backend: string, workers: number, seconds: number): Invented {
  return { label, backend, workers, seconds };
}

/** A block's common deviation and one run's own, times `seconds`. */
export function scatteredSeconds(
  seconds: number,
  blockDeviation: number,
  scatter: Scatter,
  random: Random,
): number {
  const spike = random.uniform() < scatter.spikeShare ? 0.4 * random.uniform() : 0;
  return seconds * Math.exp(blockDeviation + scatter.run * random.normal() + spike);
}

/** A warm-up block (slower by half) and `blocks` more; spans are given apart. */
export function inventSession(
  configurations: readonly Invented[],
  blocks: number,
  scatter: Scatter,
  seed: number,
): Session {
  const random = createRandom(seed);
  const runs: RunRecord[] = [];
  for (let block = 0; block <= blocks; block++) {
    const deviation = scatter.block * random.normal();
    for (const [order, one] of configurations.entries()) {
      const { label, backend, workers, twin, dates, cache, changes } = one;
      const wallSeconds = scatteredSeconds(one.seconds, deviation, scatter, random) * (block === 0 ? 1.5 : 1);
      runs.push(
        runOf({
          runId: `s-b${block}-o${order}`,
          block,
          order,
          warmup: block === 0,
          label,
          backend,
          workers,
          cores: 4,
          oversubscribed: workers > 4,
          twin: twin ?? null,
          dates: dates ?? 4,
          cache: cache ?? "warm",
          wallSeconds,
          ...changes,
        }),
      );
    }
  }
  return { env: envOf(), runs, spans: [] };
}

/** `[worker, phase, start, end]` to a span record. */
export function spanOf(
  runId: string,
  [worker, phase, startSeconds, endSeconds]: readonly [number, Phase, number, number],
  bytes = 0,
): SpanRecord {
  return { runId, worker, phase, item: "a", startSeconds, endSeconds, bytes };
}
