import type { Configuration } from "./configurationTypes";
import type { Decomposition, ShareName } from "./decompositionTypes";
import type { Guarded, Refusal } from "./estimateTypes";
import { groupBy } from "./groupBy";
import type { BlockValues } from "./ratio";
import type { Scaling, ScalingPoint, SerialShare } from "./scalingTypes";
import { amdahlBound, measureSerialShare } from "./serialShare";
import { fitUniversalScalability } from "./universalScalability";

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
