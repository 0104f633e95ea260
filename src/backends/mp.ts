import { openKernels, planeBytes, RegionPlan } from "../kernel/kernels";
import { serveChild } from "../parallel/childEntry";
import type { ChildPool } from "../parallel/children";
import { cellsOfLargest, partOfBlock, type RowBlocks, RowReader, valueBytes } from "../pipeline/rowReader";
import type { Gathering } from "../pipeline/states";
import { type Backend, childProcesses, reduceFolder, type StatsRequest } from "./backend";

/** A pool of child processes reads one image each; every pixel crosses to the parent, which computes. */
export const mp = {
  id: "mp",
  title: { es: "procesos, una imagen por tarea", en: "processes, one image a task" },
  teaches: {
    es: "lo que cuesta mover cada píxel entre procesos",
    en: "what it costs to move every pixel between processes",
  },
  parallel: true,
  starts: { kind: "process", itself: 0 },
  unavailable: async () => null,
  run: async (request) => {
    const { startGathering, stateBlocks } =
      require("../pipeline/states") as typeof import("../pipeline/states");
    const { meter } = request;
    const children = childProcesses<Task>("mp", meter);
    return await reduceFolder(request, children, async ({ team, rows, targets }) => {
      const blocks = stateBlocks(rows);
      await collectImages(team, blocks, startGathering(blocks, targets, meter), request);
    });
  },
  work: sendImages,
} as const satisfies Backend;

/** The first task of a child is the plan of the blocks; then one a date, the index of the image to send. */
type Task = RowBlocks | number;

/** Hands out one image after the other; a child gets the next one when its last has arrived whole. */
async function collectImages(
  pool: ChildPool<Task>,
  blocks: RowBlocks,
  gathering: Gathering,
  { signal, onProgress }: StatsRequest,
): Promise<void> {
  const dates = blocks.rows.sources.length;
  const dateOf: number[] = [];
  let next = 0;
  const assign = (child: number): void => {
    dateOf[child] = next;
    if (next < dates) pool.send(child, next++);
    else pool.finish(child);
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
    onProgress?.(arrived, dates);
    assign(child);
  }, signal);
  gathering.finish();
}

/** A child: reads the images it is given and sends every pixel to the parent, block by block. */
function sendImages(): void {
  serveChild<Task>((channel) => {
    const blocks = channel.next() as RowBlocks;
    const start = channel.meter.start();
    const plan = new RegionPlan();
    const buffer = RowReader.reserve(plan, blocks.rows);
    const values = plan.reserve(planeBytes(cellsOfLargest(blocks)));
    const kernels = openKernels(plan);
    const reader = new RowReader(kernels, blocks.rows, buffer, channel.meter);
    channel.meter.end("init", "kernels", start);
    for (let date = channel.next(); date !== undefined; date = channel.next()) {
      for (let block = 0; block < blocks.count; block++) {
        reader.load(date as number, partOfBlock(blocks, block), values);
        channel.send(block, kernels.bytes.subarray(values, values + valueBytes(blocks, block)));
      }
    }
    reader.close();
  });
}
