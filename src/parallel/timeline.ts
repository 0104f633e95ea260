import type { Span } from "../core/records";

/**
 * The spans of a run with the time before a worker began and after it ended filled by `wait`: a worker that another one
 * is waited for, or that is not wanted yet, waits too.
 * @param from, to begin and end of the run on the monotonic clock, seconds
 */
export function completeTimeline(spans: readonly Span[], from: number, to: number): readonly Span[] {
  const bounds = new Map<number, { first: number; last: number }>();
  for (const { worker, startSeconds, endSeconds } of spans) {
    const known = bounds.get(worker);
    bounds.set(worker, {
      first: Math.min(known?.first ?? startSeconds, startSeconds),
      last: Math.max(known?.last ?? endSeconds, endSeconds),
    });
  }
  const waits = [...bounds].flatMap(([worker, { first, last }]): Span[] => [
    { worker, phase: "wait", item: "not started", startSeconds: from, endSeconds: first, bytes: 0 },
    { worker, phase: "wait", item: "the others", startSeconds: last, endSeconds: to, bytes: 0 },
  ]);
  return [...spans, ...waits.filter((span) => span.endSeconds > span.startSeconds)];
}
