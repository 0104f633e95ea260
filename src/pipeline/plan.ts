import { availableParallelism } from "node:os";
import { pixelCount } from "../core/raster";
import type { StackRows } from "./rowReader";

/** How workers come to exist; each costs its own start. */
export type WorkerKind = "thread" | "process" | "rank";

/**
 * Seconds, measured on two cores of a 2.6 GHz AMD EPYC with a warm page cache; the choice between one and several workers
 * only needs them to be right within a factor of two.
 */
const COST = {
  readSecondsPerByte: 0.11 / 2 ** 30,
  looksSecondsPerByte: 0.04 / 2 ** 30,
  momentsSecondsPerCell: 3e-9,
  startSeconds: { thread: 0.02, process: 0.06, rank: 0.35 },
} as const;

/** What a reduction is predicted to cost. */
export interface WorkPrediction {
  /** Seconds of one worker, and of `workers`, starting them included. */
  readonly secondsAlone: number;
  readonly seconds: number;
  readonly workers: number;
}

/**
 * Predicts the work on the rows of a stack and, where `workers` is left open, chooses their number: as many as cores are
 * available (cgroup and affinity aware) when that is quicker than one worker in spite of starting them, else one.
 */
export function predictWork(rows: StackRows, kind: WorkerKind, workers: number | null): WorkPrediction {
  const secondsAlone = workSeconds(rows);
  const cost = (count: number): number =>
    count === 1 && kind === "thread"
      ? secondsAlone
      : secondsAlone / Math.min(count, cores()) + COST.startSeconds[kind];
  const chosen = workers ?? (cost(cores()) < cost(1) ? cores() : 1);
  return { secondsAlone, seconds: cost(chosen), workers: chosen };
}

/** Cores available to this process. */
function cores(): number {
  return availableParallelism();
}

function workSeconds({ sources, window, looks }: StackRows): number {
  const cells = pixelCount(window) * sources.length;
  const bytes = looks === null ? cells * 4 : cells * looks.azimuth * looks.range * 8;
  const looking = looks === null ? 0 : bytes * COST.looksSecondsPerByte;
  return bytes * COST.readSecondsPerByte + looking + cells * COST.momentsSecondsPerCell;
}
