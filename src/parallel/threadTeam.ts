import { SHARE_ENV, Worker } from "node:worker_threads";
import { fromPlainError, type PlainError, WorkerError } from "../core/errors";
import { type Meter, type MeterReport, monotonicSeconds } from "./meter";

/** What a thread is started with; the task follows as a message. */
export interface ThreadStart {
  readonly worker: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
}

/** What a thread answers at its end. */
export type ThreadAnswer = MeterReport | { readonly error: PlainError };

/** Worker threads that start at once and wait for one task. */
export class ThreadTeam<Task> {
  readonly #threads: readonly Worker[];
  readonly #results: readonly Promise<MeterReport>[];
  readonly #failure: Promise<never>;

  /**
   * Starts the threads; they load while the caller prepares the task.
   * @param entry path of the compiled module that runs in each thread
   * @param first worker number of the first thread
   */
  constructor(entry: string, count: number, first: number, meter: Meter) {
    const start = meter.start();
    this.#threads = Array.from({ length: count }, (_, i) => startThread(entry, first + i, meter.tracing));
    meter.end("spawn", "threads", start);
    this.#results = this.#threads.map(awaitReport);
    this.#failure = new Promise((_, reject) => {
      for (const result of this.#results) result.catch(reject);
    });
    // A thread may die before anyone asks for its result.
    this.#failure.catch(() => {});
  }

  /** Hands the task to every thread. */
  send(task: Task): void {
    for (const thread of this.#threads) thread.postMessage(task);
  }

  /** Rejects as soon as one thread fails. */
  get failure(): Promise<never> {
    return this.#failure;
  }

  /** What every thread counted, once all have ended. @throws WorkerError a thread failed */
  async finished(): Promise<readonly MeterReport[]> {
    return await Promise.all(this.#results);
  }

  /** Ends the threads whatever they do. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

function startThread(entry: string, worker: number, tracing: boolean): Worker {
  const workerData: ThreadStart = { worker, tracing, requestedSeconds: tracing ? monotonicSeconds() : 0 };
  // Threads share the environment: a copy of it is part of what starting one costs.
  return new Worker(entry, { workerData, stdin: false, env: SHARE_ENV });
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
