import { join } from "node:path";
import type { Meter } from "../parallel/meter";
import { ThreadTeam } from "../parallel/threads";
import { type RowTask, startRowWork } from "./moments";
import type { ShowProgress, WorkerStarter } from "./run";

/** A row task with the counter that shares out its blocks. */
interface SharedRowTask {
  readonly task: RowTask;
  readonly counter: SharedArrayBuffer;
}

/** The threads that help the main one, which works too; null where it works alone. */
type RowTeam = ThreadTeam<SharedRowTask> | null;

/** How the threads of a run by blocks of rows come up and are taken down. */
export function rowTeam(meter: Meter): WorkerStarter<RowTeam> {
  return {
    kind: "thread",
    start: (workers) =>
      workers === 1 ? null : new ThreadTeam(join(__dirname, "rowWorker.js"), workers - 1, meter),
    end: async (team) => await team?.stop(),
  };
}

/**
 * Does every block of a task on the main thread and the team.
 * @throws what a worker or the main thread threw; no further block is begun then
 */
export async function runRowTask(
  task: RowTask,
  team: RowTeam,
  meter: Meter,
  signal?: AbortSignal,
  onProgress?: ShowProgress,
): Promise<void> {
  const queue = new BlockQueue(blocksOf(task));
  team?.failure.catch(() => queue.close());
  team?.send({ task, counter: queue.shared });
  try {
    const work = startRowWork(task, meter);
    try {
      await takeBlocks(queue, (block) => work.do(block), meter, signal, onProgress);
    } finally {
      work.close();
    }
    await team?.finishedWithoutLate();
  } catch (error) {
    queue.close();
    await team?.stop();
    throw error;
  }
}

/** A helping thread: does blocks of a task until none is left. */
export function helpWithRows({ task, counter }: SharedRowTask, meter: Meter): void {
  const queue = new BlockQueue(blocksOf(task), counter);
  const work = startRowWork(task, meter);
  try {
    for (let block = queue.next(); block !== undefined; block = queue.next()) work.do(block);
  } finally {
    work.close();
  }
}

/** A preparation goes over the rows of every date. */
function blocksOf({ kind, blocks }: RowTask): number {
  return kind === "reduce" ? blocks.count : blocks.count * blocks.rows.sources.length;
}

/** Blocks handed out one by one to any number of threads by an atomic counter in shared memory. */
export class BlockQueue {
  readonly #counter: Int32Array;

  /** @param shared the counter, to hand to other threads */
  constructor(
    readonly blocks: number,
    readonly shared: SharedArrayBuffer = new SharedArrayBuffer(4),
  ) {
    this.#counter = new Int32Array(shared);
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
  onProgress?: ShowProgress,
): Promise<void> {
  let rested = performance.now();
  for (let block = queue.next(); block !== undefined; block = queue.next()) {
    work(block);
    if (performance.now() - rested < LONGEST_STRETCH_MS) continue;
    onProgress?.(block + 1, queue.blocks);
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    meter.end("wait", "event loop", meter.since());
    rested = performance.now();
  }
}
