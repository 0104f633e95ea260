import { existsSync, readFileSync } from "node:fs";
import type { SpanRecord } from "../core/records";
import { validateRecord } from "../records/validateRecord";
import type { Executed } from "./executor";

/** The spans of one run; `reason` says why there are none that can be used. */
export interface Trace {
  readonly spans: readonly SpanRecord[];
  readonly reason: string | null;
}

/**
 * The spans a run wrote, shifted so that 0 is just before its start. What only the bench can see is added: to worker
 * 0 `spawn` until its first span (the process coming up) and `teardown` from its last one until the exit was seen, to
 * the others `wait` in the same places.
 * @param path JSON Lines of spans on the host's monotonic clock
 */
export function readTrace(path: string, runId: string, done: Executed): Trace {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const spans: SpanRecord[] = [];
  try {
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const place = { path: "its trace", line: index + 1 };
      const span = validateRecord<SpanRecord>("spans", { ...JSON.parse(line), runId }, place);
      spans.push({
        ...span,
        startSeconds: span.startSeconds - done.startSeconds,
        endSeconds: span.endSeconds - done.startSeconds,
      });
    }
  } catch (error) {
    return { spans: [], reason: `its spans cannot be used: ${(error as Error).message}` };
  }
  if (spans.length === 0) return { spans, reason: "recorded no spans" };
  return { spans: [...spans, ...edgesOf(spans, runId, done.wallSeconds)], reason: null };
}

/** What lies before the first and behind the last span of each worker. */
function edgesOf(spans: readonly SpanRecord[], runId: string, wallSeconds: number): readonly SpanRecord[] {
  const workers = [...new Set(spans.map((span) => span.worker))];
  const edges = workers.flatMap((worker): SpanRecord[] => {
    const own = spans.filter((span) => span.worker === worker);
    const first = own.reduce((least, span) => Math.min(least, span.startSeconds), wallSeconds);
    const last = own.reduce((most, span) => Math.max(most, span.endSeconds), 0);
    const edge = { runId, worker, item: "process", bytes: 0 };
    const [before, behind] = worker === 0 ? (["spawn", "teardown"] as const) : (["wait", "wait"] as const);
    return [
      { ...edge, phase: before, startSeconds: 0, endSeconds: first },
      { ...edge, phase: behind, startSeconds: last, endSeconds: wallSeconds },
    ];
  });
  return edges.filter((span) => span.endSeconds > span.startSeconds);
}
