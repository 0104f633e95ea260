import { PHASES, type RunRecord, type Span } from "../core/records";
import type { ShareName, Violation, WorkerTime } from "./decompositionTypes";
import { groupBy } from "./groupBy";

/** Phases and what no span covers. */
export const SHARE_NAMES: readonly ShareName[] = [...PHASES, "other"];

/** Two spans of one worker may meet, not overlap, but for the rounding of clocks. */
const OVERLAP_TOLERANCE_SECONDS = 1e-6;

/** Zero, or what `fill` gives, for every phase and `other`. */
export function tabulate(fill: (name: ShareName) => number): Record<ShareName, number> {
  return Object.fromEntries(SHARE_NAMES.map((name) => [name, fill(name)])) as Record<ShareName, number>;
}

/**
 * The spans of a run by worker and start, 0 being the start of the run. Records count from there; spans that all lie
 * beyond the wall time are on the host's clock instead and are counted from the earliest.
 */
export function alignSpans(run: RunRecord, spans: readonly Span[]): readonly Span[] {
  const earliest = spans.reduce(
    (least, span) => Math.min(least, span.startSeconds),
    Number.POSITIVE_INFINITY,
  );
  const origin = earliest > (run.wallSeconds ?? 0) ? earliest : 0;
  return spans
    .map((span) => ({
      ...span,
      startSeconds: span.startSeconds - origin,
      endSeconds: span.endSeconds - origin,
    }))
    .sort((a, b) => a.worker - b.worker || a.startSeconds - b.startSeconds || a.endSeconds - b.endSeconds);
}

/**
 * Seconds of each worker by phase. `other` is the time no span covers, so that a sum of the phases that differs from
 * the wall time shows overlapping spans or spans outside the run.
 * @param spans of one run, aligned
 */
export function sumWorkerTimes(
  spans: readonly Span[],
  wallSeconds: number,
): { readonly workers: readonly WorkerTime[]; readonly violations: readonly Violation[] } {
  const byWorker = groupBy(spans, (span) => span.worker);
  const violations: Violation[] = [];
  const workers = [...byWorker].map(([worker, own]) => {
    const phases = tabulate(() => 0);
    let bytesRead = 0;
    let covered = 0;
    let between = 0;
    let overlap = 0;
    const before = Math.max(0, own[0]!.startSeconds);
    for (const [index, span] of own.entries()) {
      phases[span.phase] += span.endSeconds - span.startSeconds;
      if (span.phase === "read") bytesRead += span.bytes;
      if (index > 0 && span.startSeconds > covered) between += span.startSeconds - covered;
      if (index > 0) overlap = Math.max(overlap, Math.min(covered, span.endSeconds) - span.startSeconds);
      covered = Math.max(covered, span.endSeconds);
    }
    const after = Math.max(0, wallSeconds - covered);
    phases.other = before + between + after;
    if (overlap > OVERLAP_TOLERANCE_SECONDS) {
      violations.push({ kind: "overlap", worker, found: overlap, limit: OVERLAP_TOLERANCE_SECONDS });
    }
    if (covered > wallSeconds + OVERLAP_TOLERANCE_SECONDS) {
      violations.push({ kind: "beyondWall", worker, found: covered, limit: wallSeconds });
    }
    return { worker, phases, uncovered: { before, between, after }, bytesRead };
  });
  return { workers: workers.sort((a, b) => a.worker - b.worker), violations };
}
