import type { RunUsage, Span } from "../core/records";
import { writeWholeFile } from "../io/outputFile";
import { Meter, monotonicSeconds, processStartSeconds } from "../parallel/meter";
import type { Arguments, Context } from "./command";

/** What every measured work is handed besides its own parameters. */
export interface Measured extends Pick<Context, "signal"> {
  readonly meter: Meter;
  readonly onProgress: Context["progress"];
}

/**
 * Runs the work of a command with a meter of its own; with --trace the spans of all its workers are written.
 * @returns the result, the seconds since the process began, and what was moved
 */
export async function runMeasured<T>(
  args: Arguments,
  { signal, progress }: Context,
  work: (measured: Measured) => Promise<T>,
): Promise<{ result: T; seconds: number; usage: RunUsage }> {
  const trace = args.text("trace");
  const began = processStartSeconds();
  const meter = new Meter(0, trace !== undefined, began);
  const result = await work({ meter, signal, onProgress: progress });
  const ended = monotonicSeconds();
  if (trace !== undefined) writeSpans(trace, completeTimeline(meter.spans, began, ended));
  return { result, seconds: ended - began, usage: meter.report().usage };
}

/** Writes spans as JSON lines. @throws FileError */
export function writeSpans(path: string, spans: readonly Span[]): void {
  writeWholeFile(path, spans.map((span) => `${JSON.stringify(span)}\n`).join(""));
}

/**
 * The spans of a run with the time before a worker began and after it ended filled by `wait`: a worker that another one
 * is waited for, or that is not wanted yet, waits too.
 * @param from, to begin and end of the run on the monotonic clock, seconds
 */
function completeTimeline(spans: readonly Span[], from: number, to: number): readonly Span[] {
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
