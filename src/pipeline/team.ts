import { join } from "node:path";
import { BackendError } from "../core/errors";
import type { Meter } from "../parallel/meter";
import { ThreadTeam } from "../parallel/threads";
import { BlockPreparer, type PrepareTask } from "./blockPreparer";
import { BlockReducer, type ReduceTask } from "./moments";

/** A row task with the counter that shares out its blocks. */
export interface SharedRowTask {
  readonly work: RowTask;
  readonly blocks: number;
  readonly counter: SharedArrayBuffer;
}

/** The threads that help the main one; it works too. */
export type RowTeam = ThreadTeam<SharedRowTask>;

/** Starts the helping threads of `workers` in all, before the work is known; null for one worker. */
export function startRowTeam(workers: number, meter: Meter): RowTeam | null {
  if (workers === 1) return null;
  return new ThreadTeam(join(__dirname, "rowWorker.js"), workers - 1, 1, meter);
}

/**
 * Does every block of a task on the main thread and the team.
 * @throws what a worker or the main thread threw; no further block is begun then
 */
export async function runRowTask(
  work: RowTask,
  blocks: number,
  team: RowTeam | null,
  meter: Meter,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const queue = new BlockQueue(blocks);
  team?.failure.catch(() => queue.close());
  team?.send({ work, blocks, counter: queue.shared });
  try {
    const rowWork = startRowWork(work, meter);
    try {
      await takeBlocks(queue, (block) => rowWork.do(block), meter, signal, onProgress);
    } finally {
      rowWork.close();
    }
    if (team === null) return;
    const start = meter.since();
    const reports = await team.finishedWithoutLate();
    meter.end("wait", "threads", start);
    for (const report of reports) meter.absorb(report);
  } catch (error) {
    queue.close();
    await team?.stop();
    throw error;
  }
}

/** What blocks of rows are for: reduced to statistics, or written as crops. Plain data. */
type RowTask =
  | { readonly kind: "reduce"; readonly task: ReduceTask }
  | { readonly kind: "prepare"; readonly task: PrepareTask };

/** One thread's way of doing blocks. */
interface RowWork {
  /** Does one block, whole. */
  do(block: number): void;
  close(): void;
}

/** Buffers and kernels of one thread for a task. */
export function startRowWork(work: RowTask, meter: Meter): RowWork {
  if (work.kind === "reduce") {
    const reducer = new BlockReducer(work.task, meter);
    return { do: (block) => reducer.reduce(block), close: () => reducer.close() };
  }
  const preparer = new BlockPreparer(work.task, meter);
  return { do: (block) => preparer.prepare(block), close: () => preparer.close() };
}

/** Blocks handed out one by one to any number of threads by an atomic counter in shared memory. */
export class BlockQueue {
  readonly #counter: Int32Array;
  readonly blocks: number;

  constructor(blocks: number, shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.blocks = blocks;
    this.#counter = new Int32Array(shared);
  }

  /** The counter, to hand to other threads. */
  get shared(): SharedArrayBuffer {
    return this.#counter.buffer as SharedArrayBuffer;
  }

  /** The next block that nobody took, or undefined when none is left. */
  next(): number | undefined {
    const block = Atomics.add(this.#counter, 0, 1);
    return block < this.blocks ? block : undefined;
  }

  /** Hands out no further block to anyone. */
  close(): void {
    Atomics.store(this.#counter, 0, this.blocks);
  }
}

/** Longest stretch of work without looking at signals. */
const LONGEST_STRETCH_MS = 40;

/**
 * Takes blocks until none is left, giving way to the event loop now and then so that a signal is noticed.
 * @throws the reason of `signal` once it is aborted
 */
export async function takeBlocks(
  queue: BlockQueue,
  work: (block: number) => void,
  meter: Meter,
  signal: AbortSignal | undefined,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  let rested = performance.now();
  for (let block = queue.next(); block !== undefined; block = queue.next()) {
    work(block);
    if (performance.now() - rested < LONGEST_STRETCH_MS) continue;
    onProgress?.(block + 1, queue.blocks);
    await new Promise(setImmediate);
    throwIfAborted(signal);
    meter.end("wait", "event loop", meter.since());
    rested = performance.now();
  }
}

/** @throws the reason of an aborted signal */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason ?? new BackendError("found an interruption, expected to finish");
}
