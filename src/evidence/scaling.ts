import type { Configuration } from "./configuration";
import { estimateMean, groupBy, mean } from "./numbers";
import { amdahlBound, type Decomposition, measureSerialShare, type ShareName } from "./spans";
import {
  type BlockValues,
  type Estimate,
  type Guarded,
  LEAST_BLOCKS,
  type Refusal,
  type Speedup,
} from "./verdict";

/** Fewer worker counts (1 among them) within the cores do not tell a serial fraction from an accident. */
const LEAST_COUNTS = 3;

/** What running in parallel adds to the work itself. Waiting is left out: it is a consequence, not a cost. */
const OVERHEAD_PHASES: readonly ShareName[] = [
  "spawn",
  "init",
  "serialize",
  "send",
  "receive",
  "merge",
  "teardown",
];

/**
 * Karp and Flatt's experimentally determined serial fraction (CACM 33(5), 1990).
 * @param workers above 1
 */
export function karpFlatt(speedup: number, workers: number): number {
  return (1 / speedup - 1 / workers) / (1 - 1 / workers);
}

/**
 * The absolute speedup that is left when only the measured overhead is charged to the work of `sec`.
 * @returns the bound, and the overhead in worker-seconds beyond sec's (at least 0)
 */
export function overheadBound(
  run: Decomposition,
  sec: Decomposition,
  cores: number,
): { readonly bound: number; readonly overheadSeconds: number } {
  const excess = OVERHEAD_PHASES.reduce((sum, name) => sum + run.seconds[name] - sec.seconds[name], 0);
  const overheadSeconds = Math.max(0, excess);
  const lanes = Math.min(run.processes, cores);
  return { bound: (lanes * sec.wallSeconds) / (sec.wallSeconds + overheadSeconds), overheadSeconds };
}

/**
 * One entry a parallel backend, peers with several numbers of workers too; `sec` scales nothing.
 * @param seconds kept times by label
 */
export function summariseScaling(
  configurations: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
): readonly Scaling[] {
  const sec = configurations.find((one) => one.label === "sec")?.decomposition ?? null;
  const measured = configurations.filter((one) => one.label !== "sec" && one.seconds !== null);
  return [...groupBy(measured, (one) => one.program)]
    .filter(([, group]) => group[0]!.kind !== "peer" || group.length > 1)
    .map(([backend, group]) => scalingOf(backend, group, seconds, sec));
}

function scalingOf(
  backend: string,
  group: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  sec: Decomposition | null,
): Scaling {
  const points = [...group].sort((a, b) => a.workers - b.workers);
  const within = points.filter((point) => !point.oversubscribed);
  const refused = refuseKarpFlatt(within);
  const share = shareOf(within);
  const times = new Map(within.map((point) => [point.workers, seconds.get(point.label)!]));
  return {
    backend,
    cores: points[0]!.cores,
    points: points.map((point) => pointOf(point, refused, share.value, sec)),
    karpFlattRefused: refused,
    serialShare: share,
    universalScalability: fitUniversalScalability(times),
  };
}

function refuseKarpFlatt(within: readonly Configuration[]): Refusal | null {
  if (!within.some((point) => point.workers === 1)) return "noOneWorkerRun";
  return within.length < LEAST_COUNTS ? "fewerThanThreeWorkerCountsWithinCores" : null;
}

/** From the run of most workers within the cores: the fewer the workers, the less their spans can show. */
function shareOf(within: readonly Configuration[]): Guarded<SerialShare> {
  const parallel = within.filter((point) => point.workers > 1);
  if (parallel.length === 0) return { value: null, reason: "noParallelSpansWithinCores" };
  const traced = parallel.findLast((point) => point.gantt !== null);
  if (traced === undefined) return { value: null, reason: "noSpans" };
  const { runId, wallSeconds, spans } = traced.gantt!;
  const share = measureSerialShare({ runId, workers: traced.workers, wallSeconds }, spans);
  return { value: share, reason: null };
}

function pointOf(
  point: Configuration,
  refused: Refusal | null,
  share: SerialShare | null,
  sec: Decomposition | null,
): ScalingPoint {
  const { label, workers, oversubscribed, relativeSpeedup, decomposition, kind, cores } = point;
  const comparable = kind === "statistics" && decomposition !== null && sec !== null;
  const overhead = comparable ? overheadBound(decomposition, sec, cores) : null;
  const fraction =
    refused === null && !oversubscribed && workers > 1 && relativeSpeedup !== null
      ? karpFlatt(relativeSpeedup.value, workers)
      : null;
  return {
    label,
    workers,
    oversubscribed,
    absolute: point.absoluteSpeedup,
    relative: relativeSpeedup,
    efficiency: point.efficiency,
    karpFlatt: fraction,
    amdahlBound: share === null ? null : amdahlBound(share.share, workers),
    overheadBound: overhead?.bound ?? null,
    overheadSeconds: overhead?.overheadSeconds ?? null,
  };
}

export interface ScalingPoint {
  readonly label: string;
  readonly workers: number;
  /** More workers than cores: drawn apart, not a scaling point. */
  readonly oversubscribed: boolean;
  readonly absolute: Speedup | null;
  readonly relative: Speedup | null;
  readonly efficiency: Estimate | null;
  /** (1/S - 1/p) / (1 - 1/p) of the relative speedup; null at p = 1, when oversubscribed or where refused. */
  readonly karpFlatt: number | null;
  /** Amdahl's bound at this p from the measured serial share; null where refused. */
  readonly amdahlBound: number | null;
  /**
   * min(P, cores) * T_sec / (T_sec + overhead): the absolute speedup left when waiting, imbalance and slower work
   * are forgiven and only the measured overhead (spawn, init, serialize, send, receive, merge, teardown beyond sec's)
   * is charged; null without spans.
   */
  readonly overheadBound: number | null;
  readonly overheadSeconds: number | null;
}

/** The serial share as spans show it: never fitted from times. */
export interface SerialShare {
  /** serialSeconds / (serialSeconds + worker-seconds worked while two or more were busy), 0..1. */
  readonly share: number;
  /** Wall seconds in which at most one worker was busy (in any span but wait). */
  readonly serialSeconds: number;
  readonly parallelSeconds: number;
  readonly runId: string;
  readonly workers: number;
  /** 1 / share. */
  readonly limit: number;
}

/** Universal scalability law 1/S = (1 + sigma (p-1) + kappa p (p-1)) / p. */
export interface UniversalScalability {
  readonly contention: Estimate;
  readonly coherency: Estimate;
  readonly levels: number;
}

/** One backend over its numbers of workers. */
export interface Scaling {
  readonly backend: string;
  readonly cores: number;
  readonly points: readonly ScalingPoint[];
  /** Why there is no Karp-Flatt value anywhere; null when there is. */
  readonly karpFlattRefused: Refusal | null;
  readonly serialShare: Guarded<SerialShare>;
  readonly universalScalability: Guarded<UniversalScalability>;
}

/** Numbers of workers, 1 among them, below which the law is not fitted: two parameters follow any fewer points. */
export const LEAST_LEVELS = 6;

/**
 * Gunther's universal scalability law, p/S - 1 = sigma (p-1) + kappa p (p-1), by least squares within each block (S =
 * T(1)/T(p) of that block); the estimates are means over blocks with t intervals.
 * @param times by number of workers, those within the cores only
 */
export function fitUniversalScalability(
  times: ReadonlyMap<number, BlockValues>,
): Guarded<UniversalScalability> {
  const counts = [...times.keys()].sort((a, b) => a - b);
  if (counts.length < LEAST_LEVELS) {
    return { value: null, reason: "fewerThanSixWorkerCountsWithinCores" };
  }
  const one = times.get(1);
  if (one === undefined) return { value: null, reason: "noOneWorkerRun" };
  const blocks = [...one.keys()].filter((block) => counts.every((p) => times.get(p)!.has(block)));
  if (blocks.length < LEAST_BLOCKS) return { value: null, reason: "tooFewBlocks" };
  const seconds = (p: number, block: number): number => mean(times.get(p)!.get(block)!);
  const fits = blocks.map((block) =>
    fitBlock(
      counts
        .filter((p) => p > 1)
        .map((p) => ({ p, excess: (p * seconds(p, block)) / seconds(1, block) - 1 })),
    ),
  );
  const contention = estimateMean(fits.map((fit) => fit.sigma));
  const coherency = estimateMean(fits.map((fit) => fit.kappa));
  return { value: { contention, coherency, levels: counts.length }, reason: null };
}

function fitBlock(points: readonly { readonly p: number; readonly excess: number }[]): {
  readonly sigma: number;
  readonly kappa: number;
} {
  let [xx, xz, zz, xy, zy] = [0, 0, 0, 0, 0];
  for (const { p, excess } of points) {
    const x = p - 1;
    const z = p * x;
    xx += x * x;
    xz += x * z;
    zz += z * z;
    xy += x * excess;
    zy += z * excess;
  }
  const determinant = xx * zz - xz * xz;
  return { sigma: (xy * zz - zy * xz) / determinant, kappa: (zy * xx - xy * xz) / determinant };
}
