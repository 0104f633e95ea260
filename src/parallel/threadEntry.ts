import { parentPort, workerData } from "node:worker_threads";
import { toPlainError } from "../core/errors";
import { Meter } from "./meter";
import type { ThreadAnswer, ThreadStart } from "./threadTeam";

/** Runs a thread of a `ThreadTeam`: waits for its task, does it, and answers with what it counted. */
export function serveThread<Task>(work: (task: Task, meter: Meter) => void): void {
  const { worker, tracing, requestedSeconds } = workerData as ThreadStart;
  const meter = new Meter(worker, tracing);
  meter.end("spawn", "thread", requestedSeconds);
  const waiting = meter.start();
  parentPort!.once("message", (task: Task) => {
    meter.end("wait", "task", waiting);
    let answer: ThreadAnswer;
    try {
      work(task, meter);
      answer = meter.report();
    } catch (error) {
      answer = { error: toPlainError(error) };
    }
    parentPort!.postMessage(answer);
  });
}
