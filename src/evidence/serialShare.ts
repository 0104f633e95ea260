import type { Span } from "../core/records";
import type { SerialShare } from "./scalingTypes";

/**
 * The serial share of a run as its spans show it: time in which at most one worker is busy (in any span but `wait`)
 * is serial, all worker-seconds while two or more are busy are parallel. Needs a run of two workers or more; no time
 * of any other run enters, so nothing is fitted.
 * @param spans of one run, aligned to its start
 */
export function measureSerialShare(
  run: { readonly runId: string; readonly workers: number; readonly wallSeconds: number },
  spans: readonly Span[],
): SerialShare {
  const busy = spans.filter((span) => span.phase !== "wait");
  const edges = busy
    .flatMap((span) => [
      { at: span.startSeconds, change: 1 },
      { at: span.endSeconds, change: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  let parallelWall = 0;
  let parallelSeconds = 0;
  let workersBusy = 0;
  let last = 0;
  for (const { at, change } of edges) {
    if (workersBusy >= 2) {
      parallelWall += at - last;
      parallelSeconds += (at - last) * workersBusy;
    }
    workersBusy += change;
    last = at;
  }
  const serialSeconds = Math.max(0, run.wallSeconds - parallelWall);
  const share = serialSeconds / (serialSeconds + parallelSeconds);
  const { runId, workers } = run;
  return { share, serialSeconds, parallelSeconds, runId, workers, limit: 1 / share };
}

/** Amdahl's law: the most p workers can gain when `serialShare` of the work of one cannot be divided. */
export function amdahlBound(serialShare: number, workers: number): number {
  return 1 / (serialShare + (1 - serialShare) / workers);
}
