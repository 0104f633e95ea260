import type { Phase } from "../core/records";
import type { Configuration, Speedup } from "./configuration";
import type { Decomposition } from "./decomposition";
import { type Guarded, groupBy, type Refusal } from "./numbers";
import { amdahlBound, cutIntoStretches, measureSerialShare, type SerialShare } from "./spans";

/** One backend over its numbers of workers. */
export interface Scaling {
  readonly backend: string;
  readonly cores: number;
  readonly points: readonly ScalingPoint[];
  /** Why there is no Karp-Flatt value anywhere; null when there is. */
  readonly karpFlattRefused: Refusal | null;
  readonly serialShare: Guarded<SerialShare>;
}

/** One entry a parallel backend, peers with several numbers of workers too; `sec` scales nothing. */
export function summariseScaling(configurations: readonly Configuration[]): readonly Scaling[] {
  const sec = configurations.find((one) => one.label === "sec")?.decomposition ?? null;
  const measured = configurations.filter((one) => one.label !== "sec" && one.seconds !== null);
  return [...groupBy(measured, (one) => one.program)]
    .filter(([, group]) => group[0]!.kind !== "peer" || group.length > 1)
    .map(([backend, group]) => scalingOf(backend, group, sec));
}

function scalingOf(backend: string, group: readonly Configuration[], sec: Decomposition | null): Scaling {
  const points = [...group].sort((a, b) => a.workers - b.workers);
  const within = points.filter((point) => !point.oversubscribed);
  const karpFlattRefused = refuseKarpFlatt(within);
  const serialShare = shareOf(within);
  return {
    backend,
    cores: points[0]!.cores,
    points: points.map((point) => pointOf(point, karpFlattRefused, serialShare.value, sec)),
    karpFlattRefused,
    serialShare,
  };
}

/** Fewer worker counts (1 among them) within the cores do not tell a serial fraction from an accident. */
const LEAST_COUNTS = 3;

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
  const run = { runId, workers: traced.workers, wallSeconds };
  return { value: measureSerialShare(run, cutIntoStretches(spans, wallSeconds)), reason: null };
}

export interface ScalingPoint {
  readonly label: string;
  readonly workers: number;
  /** More workers than cores: drawn apart, not a scaling point. */
  readonly oversubscribed: boolean;
  readonly absolute: Speedup | null;
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
}

function pointOf(
  point: Configuration,
  refused: Refusal | null,
  share: SerialShare | null,
  sec: Decomposition | null,
): ScalingPoint {
  const { label, workers, oversubscribed, relativeSpeedup, decomposition, kind, cores } = point;
  const hasFraction = refused === null && !oversubscribed && workers > 1 && relativeSpeedup !== null;
  const comparable = kind === "statistics" && decomposition !== null && sec !== null;
  return {
    label,
    workers,
    oversubscribed,
    absolute: point.absoluteSpeedup,
    karpFlatt: hasFraction ? karpFlatt(relativeSpeedup.value, workers) : null,
    amdahlBound: share === null ? null : amdahlBound(share.share, workers),
    overheadBound: comparable ? overheadBound(decomposition, sec, cores) : null,
  };
}

/**
 * Karp and Flatt's experimentally determined serial fraction (CACM 33(5), 1990).
 * @param workers above 1
 */
export function karpFlatt(speedup: number, workers: number): number {
  return (1 / speedup - 1 / workers) / (1 - 1 / workers);
}

/** What running in parallel adds to the work itself. Waiting is left out: it is a consequence, not a cost. */
const OVERHEAD: readonly Phase[] = ["spawn", "init", "serialize", "send", "receive", "merge", "teardown"];

/** The absolute speedup that is left when only the measured overhead beyond sec's is charged to the work of `sec`. */
export function overheadBound(run: Decomposition, sec: Decomposition, cores: number): number {
  const excess = OVERHEAD.reduce((sum, name) => sum + run.seconds[name] - sec.seconds[name], 0);
  const lanes = Math.min(run.processes, cores);
  return (lanes * sec.wallSeconds) / (sec.wallSeconds + Math.max(0, excess));
}
