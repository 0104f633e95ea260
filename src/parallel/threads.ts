import type { Worker } from "node:worker_threads";
import { fromPlainError, type PlainError, toPlainError, WorkerError } from "../core/errors";
import type { StartedThread } from "./headStart";
import { Meter, type MeterReport, monotonicSeconds } from "./meter";

/** Worker threads that start at once and wait for one task. */
export class ThreadTeam<Task> {
  /** Rejects as soon as one thread fails. */
  readonly failure: Promise<never>;
  readonly #threads: readonly StartedThread[];
  readonly #states: Int32Array;
  readonly #results: readonly Promise<MeterReport>[];

  /**
   * Starts the threads; they load while the caller prepares the task. Worker numbers begin at 1.
   * @param entry path of the compiled module that runs in each thread, with `words` behind it in its arguments
   */
  constructor(
    entry: string,
    count: number,
    private readonly meter: Meter,
    ...words: readonly string[]
  ) {
    // Loaded here: the threads load this file too, and come up sooner without it.
    const { startThread } = require("./headStart") as typeof import("./headStart");
    const start = meter.start();
    this.#threads = Array.from({ length: count }, () => startThread(entry, words));
    this.#states = new Int32Array(new SharedArrayBuffer(4 * count));
    meter.end("spawn", "threads", start);
    this.#results = this.#threads.map(({ thread }) => awaitReport(thread));
    this.failure = new Promise((_, reject) => {
      for (const result of this.#results) result.catch(reject);
    });
    // A thread may die before anyone asks for its result.
    this.failure.catch(() => {});
  }

  /** Hands the task to every thread. */
  send(task: Task): void {
    this.#threads.forEach(({ thread, requestedSeconds }, place) => {
      const { tracing } = this.meter;
      const order: ThreadOrder<Task> = { place, tracing, requestedSeconds, states: this.#states, task };
      thread.postMessage(order);
    });
  }

  /** Waits until all have ended, and adds what they counted to the meter. @throws WorkerError a thread failed */
  async finished(): Promise<void> {
    await this.#absorb(this.meter.since(), this.#results);
  }

  /**
   * The same when no work is left to begin: threads that are still coming up are not waited for.
   * @throws WorkerError a thread failed
   */
  async finishedWithoutLate(): Promise<void> {
    const start = this.meter.since();
    const begun = this.#threads.map(({ thread, requestedSeconds }, place) => {
      const state = Atomics.compareExchange(this.#states, place, ORDER.given, ORDER.withdrawn);
      if (state !== ORDER.given) return true;
      this.meter.endOf(place + 1, "spawn", "thread, too late", requestedSeconds);
      void thread.terminate();
      return false;
    });
    const results = this.#results.filter((_, place) => begun[place]);
    await this.#absorb(start, results);
  }

  /** Ends the threads whatever they do. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ thread }) => thread.terminate()));
  }

  async #absorb(start: number, results: readonly Promise<MeterReport>[]): Promise<void> {
    const reports = await Promise.all(results);
    this.meter.end("wait", "threads", start);
    for (const report of reports) this.meter.absorb(report);
  }
}

function awaitReport(thread: Worker): Promise<MeterReport> {
  return new Promise((resolve, reject) => {
    thread.once("message", (answer: ThreadAnswer) => {
      if ("error" in answer) reject(fromPlainError(answer.error));
      else resolve(answer);
    });
    thread.once("error", reject);
    thread.once("exit", (code) =>
      reject(new WorkerError(`found a thread that ended with code ${code}, expected its result`)),
    );
  });
}

/** Runs a thread of a `ThreadTeam`: waits for its task, does it, and answers with what it counted. */
export function serveThread<Task>(work: (task: Task, meter: Meter) => void): void {
  const readySeconds = monotonicSeconds();
  // Loaded here: a run of one worker loads this file too, and the module of threads costs it milliseconds.
  const { parentPort } = require("node:worker_threads") as typeof import("node:worker_threads");
  parentPort!.once("message", (order: ThreadOrder<Task>) => {
    const { place, tracing, requestedSeconds, states, task } = order;
    if (Atomics.compareExchange(states, place, ORDER.given, ORDER.begun) !== ORDER.given) return;
    const meter = new Meter(place + 1, tracing);
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

/** What a thread is told, all at once: its place among the threads, and its task. */
interface ThreadOrder<Task> {
  readonly place: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
  /** One word a thread, in shared memory: see `ORDER`. */
  readonly states: Int32Array;
  readonly task: Task;
}

/** Whether a thread has begun its task; the first to change the word from `given` decides. */
const ORDER = { given: 0, begun: 1, withdrawn: 2 } as const;

/** What a thread answers at its end. */
type ThreadAnswer = MeterReport | { readonly error: PlainError };
