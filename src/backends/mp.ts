import type { ChildPool } from "../parallel/children";
import type { RowBlocks } from "../pipeline/rowReader";
import type { RunReport } from "../pipeline/run";
import { type Gathering, startGathering, stateBlocks, valueBytes } from "../pipeline/states";
import type { Backend, StatsRequest } from "./backend";
import { childProcesses, reduceFolder } from "./workers";

/** A pool of child processes reads one image each; every pixel crosses to the parent, which computes. */
export const mp = {
  id: "mp",
  title: { es: "procesos, una imagen por tarea", en: "processes, one image a task" },
  teaches: {
    es: "lo que cuesta mover cada píxel entre procesos",
    en: "what it costs to move every pixel between processes",
  },
  parallel: true,
  unavailable: async () => null,
  run: (request) => (require("./mp") as typeof import("./mp")).runMp(request),
} as const satisfies Backend;

/** The first task of a child is the plan of the blocks; then one a date, the index of the image to send. */
export type MpTask = RowBlocks | number;

/** Hands out images, gathers every pixel that arrives, and finishes. */
export async function runMp(request: StatsRequest): Promise<RunReport> {
  const { meter } = request;
  const children = childProcesses<MpTask>("mpChild.js", meter);
  return await reduceFolder(request, children, async ({ team, rows, targets }) => {
    const blocks = stateBlocks(rows);
    await collectImages(team, blocks, startGathering(blocks, targets, meter), request);
  });
}

/** Hands out one image after the other; a child gets the next one when its last has arrived whole. */
async function collectImages(
  pool: ChildPool<MpTask>,
  blocks: RowBlocks,
  gathering: Gathering,
  request: StatsRequest,
): Promise<void> {
  const dates = blocks.rows.sources.length;
  const dateOf: number[] = [];
  let next = 0;
  const assign = (child: number): void => {
    if (next === dates) {
      pool.finish(child);
      return;
    }
    dateOf[child] = next;
    pool.send(child, next++);
  };
  pool.layOut(valueBytes(blocks, 0));
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, blocks);
    assign(child);
  }
  let arrived = 0;
  await pool.collect((child, block) => {
    pool.take(child, gathering.incoming(block, dateOf[child]!));
    gathering.add(block);
    if (block < blocks.count - 1) return;
    arrived += 1;
    request.onProgress?.(arrived, dates);
    assign(child);
  }, request.signal);
  gathering.finish();
}
