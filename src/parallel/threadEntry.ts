import { parentPort } from "node:worker_threads";
import { toPlainError } from "../core/errors";
import { Meter, monotonicSeconds } from "./meter";
import { ORDER, type ThreadAnswer, type ThreadOrder } from "./threadOrder";

/** Runs a thread of a `ThreadTeam`: waits for its task, does it, and answers with what it counted. */
export function serveThread<Task>(work: (task: Task, meter: Meter) => void): void {
  const readySeconds = monotonicSeconds();
  parentPort!.once("message", (order: ThreadOrder<Task>) => {
    const { worker, tracing, requestedSeconds, states, place, task } = order;
    const state = new Int32Array(states);
    if (Atomics.compareExchange(state, place, ORDER.given, ORDER.begun) !== ORDER.given) return;
    const meter = new Meter(worker, tracing);
    meter.between("spawn", "thread", requestedSeconds, readySeconds);
    meter.end("wait", "task", readySeconds);
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
