import { writeFileSync } from "node:fs";
import type { RunUsage } from "../core/records";
import { Meter, monotonicSeconds, processStartSeconds } from "../parallel/meter";
import { completeTimeline } from "../parallel/timeline";
import type { Arguments } from "./command";

/**
 * Runs the work of a command with a meter of its own; with --trace the spans of all its workers are written.
 * @returns the result, the seconds since the process began, and what was moved
 */
export async function runMeasured<T>(
  args: Arguments,
  work: (meter: Meter) => Promise<T>,
): Promise<{ result: T; seconds: number; usage: RunUsage }> {
  const trace = args.text("trace");
  const began = processStartSeconds();
  const meter = new Meter(0, trace !== undefined, began);
  const result = await work(meter);
  const ended = monotonicSeconds();
  if (trace !== undefined) {
    const spans = completeTimeline(meter.spans, began, ended);
    writeFileSync(trace, spans.map((span) => `${JSON.stringify(span)}\n`).join(""));
  }
  return { result, seconds: ended - began, usage: meter.report().usage };
}
