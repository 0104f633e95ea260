import type { RunRecord } from "../core/records";
import type { RunCounts, TimedRun } from "./configurationTypes";
import type { BlockValues } from "./ratio";

/** A run that ended well outside the warm-up: noisy and traced ones too. */
export function isKept(run: RunRecord): boolean {
  return isMeasured(run) && !run.warmup;
}

function isMeasured(run: RunRecord): boolean {
  return run.outcome === "ok" && run.wallSeconds !== null;
}

/** Every run once: skipped, else failed, else warm-up, else kept. */
export function countRuns(runs: readonly RunRecord[]): RunCounts {
  const kept = runs.filter(isKept);
  const skipped = runs.filter((run) => run.outcome === "skipped").length;
  const warmup = runs.filter((run) => isMeasured(run) && run.warmup).length;
  return {
    total: runs.length,
    kept: kept.length,
    flagged: kept.filter((run) => run.noisy).length,
    traced: kept.filter((run) => run.traced).length,
    warmup,
    failed: runs.length - kept.length - warmup - skipped,
    skipped,
  };
}

/** Runs that times are taken from: kept ones without spans, or, where there is none such, those with spans. */
export function selectTimed(runs: readonly RunRecord[]): {
  readonly timed: readonly RunRecord[];
  readonly traced: boolean;
} {
  const kept = runs.filter(isKept);
  const untraced = kept.filter((run) => !run.traced);
  const traced = untraced.length === 0 && kept.length > 0;
  return { timed: inOrder(traced ? kept : untraced), traced };
}

/** Warm-up runs that ended well, by place in their block. */
export function selectWarmups(runs: readonly RunRecord[]): readonly RunRecord[] {
  return inOrder(runs.filter((run) => isMeasured(run) && run.warmup));
}

function inOrder(runs: readonly RunRecord[]): RunRecord[] {
  return [...runs].sort((a, b) => a.block - b.block || a.order - b.order);
}

/** Wall seconds by block. @param runs measured ones (`wallSeconds` not null) */
export function blockSeconds(runs: readonly RunRecord[]): BlockValues {
  const seconds = new Map<number, number[]>();
  for (const run of runs) {
    const list = seconds.get(run.block);
    if (list === undefined) seconds.set(run.block, [run.wallSeconds!]);
    else list.push(run.wallSeconds!);
  }
  return seconds;
}

/** @param run a measured one */
export function toTimedRun(run: RunRecord): TimedRun {
  const { runId, block, order, twin, noisy, traced } = run;
  return { runId, block, order, seconds: run.wallSeconds!, twin, noisy, traced };
}
