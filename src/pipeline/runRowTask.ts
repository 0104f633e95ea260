import { join } from "node:path";
import type { Meter } from "../parallel/meter";
import { ThreadTeam } from "../parallel/threadTeam";
import { BlockQueue, takeBlocks } from "./blockQueue";
import { type RowTask, startRowWork } from "./rowWork";

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
