import type { Worker } from "node:worker_threads";
import { fromPlainError, type PlainError, toPlainError, WorkerError } from "../core/errors";
import type { StartedThread } from "./headStart";
import { Meter, type MeterReport, monotonicSeconds } from "./meter";

/** Worker threads that start at once and wait for one task. */
export class ThreadTeam<Task> {
  readonly #threads: readonly StartedThread[];
  readonly #first: number;
  readonly #meter: Meter;
  readonly #states: Int32Array;
  readonly #results: readonly Promise<MeterReport>[];
  readonly #failure: Promise<never>;

  /**
   * Starts the threads; they load while the caller prepares the task.
   * @param entry path of the compiled module that runs in each thread, with `words` behind it in its arguments
   * @param first worker number of the first thread
   */
  constructor(entry: string, count: number, first: number, meter: Meter, ...words: readonly string[]) {
    // Loaded here: the threads load this file too, and come up sooner without it.
    const { startThread } = require("./headStart") as typeof import("./headStart");
    const start = meter.start();
    this.#threads = Array.from({ length: count }, () => startThread(entry, words));
    this.#first = first;
    this.#meter = meter;
    this.#states = new Int32Array(new SharedArrayBuffer(4 * count));
    meter.end("spawn", "threads", start);
    this.#results = this.#threads.map(({ thread }) => awaitReport(thread));
    this.#failure = new Promise((_, reject) => {
      for (const result of this.#results) result.catch(reject);
    });
    // A thread may die before anyone asks for its result.
    this.#failure.catch(() => {});
  }

  /** Hands the task to every thread. */
  send(task: Task): void {
    this.#threads.forEach(({ thread, requestedSeconds }, place) => {
      const order: ThreadOrder<Task> = {
        worker: this.#first + place,
        tracing: this.#meter.tracing,
        requestedSeconds,
        states: this.#states.buffer as SharedArrayBuffer,
        place,
        task,
      };
      thread.postMessage(order);
    });
  }

  /** Rejects as soon as one thread fails. */
  get failure(): Promise<never> {
    return this.#failure;
  }

  /** What every thread counted, once all have ended. @throws WorkerError a thread failed */
  async finished(): Promise<readonly MeterReport[]> {
    return await Promise.all(this.#results);
  }

  /**
   * The same when no work is left to begin: threads that are still coming up are not waited for.
   * @throws WorkerError a thread failed
   */
  async finishedWithoutLate(): Promise<readonly MeterReport[]> {
    const late = this.#threads.map((_, place) => this.#withdraw(place));
    this.#threads.forEach(({ thread, requestedSeconds }, place) => {
      if (!late[place]) return;
      this.#meter.endOf(this.#first + place, "spawn", "thread, too late", requestedSeconds);
      void thread.terminate();
    });
    return await Promise.all(this.#results.filter((_, place) => !late[place]));
  }

  /** Ends the threads whatever they do. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ thread }) => thread.terminate()));
  }

  /** True where the thread had not begun, and now never will. */
  #withdraw(place: number): boolean {
    return Atomics.compareExchange(this.#states, place, ORDER.given, ORDER.withdrawn) === ORDER.given;
  }
}

function awaitReport(thread: Worker): Promise<MeterReport> {
  return new Promise((resolve, reject) => {
    thread.once("message", (answer: ThreadAnswer) => {
      if ("error" in answer) reject(fromPlainError(answer.error));
      else resolve(answer);
    });
    thread.once("error", (error) => reject(error));
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

/** What a thread is told, all at once: who it is, and its task. */
interface ThreadOrder<Task> {
  readonly worker: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
  /** One word a thread: see `ORDER`. */
  readonly states: SharedArrayBuffer;
  readonly place: number;
  readonly task: Task;
}

/** Whether a thread has begun its task; the first to change the word from `given` decides. */
const ORDER = { given: 0, begun: 1, withdrawn: 2 } as const;

/** What a thread answers at its end. */
type ThreadAnswer = MeterReport | { readonly error: PlainError };
