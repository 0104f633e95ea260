import { join } from "node:path";
import { ChildPool } from "../parallel/childPool";
import { planStateBlocks, type StateBlocks, valueBytesOfBlock } from "../pipeline/blockStates";
import { predictWork } from "../pipeline/costModel";
import { momentTargets, openIntensityRows } from "../pipeline/intensityRows";
import { StateFinisher } from "../pipeline/stateFinisher";
import { StatePlane } from "../pipeline/statePlane";
import { withProducts } from "../pipeline/withProducts";
import { outputPaths, type StatsReport, type StatsRequest } from "./backend";

/** The first task of a child is the plan of the blocks; then one a date, the index of the image to send. */
export type MpTask = StateBlocks | number;

/** Hands out images, adds every pixel that arrives to the states of the plane, and finishes. */
export async function runMp(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  const entry = join(__dirname, "mpChild.js");
  const early = request.workers === null ? null : new ChildPool<MpTask>(entry, request.workers, meter);
  let pool = early;
  try {
    const start = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
    const blocks = planStateBlocks(rows);
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "process", request.workers);
    pool ??= new ChildPool<MpTask>(entry, prediction.workers, meter);
    const children = pool;
    await withProducts(outputPaths(request), stack.shape, meter, request.onProgress, async (products) => {
      const planes = new StatePlane(blocks, meter);
      await collectImages(children, blocks, planes, request);
      const finisher = new StateFinisher(blocks, momentTargets(products), meter);
      for (let block = 0; block < blocks.blocks; block++) {
        finisher.begin(planes.states(block));
        finisher.finish(block);
      }
      finisher.close();
    });
    return { workers: children.size, dates: rows.dates, shape: stack.shape, prediction };
  } catch (error) {
    await pool?.kill();
    throw error;
  }
}

/** Hands out one image after the other; a child gets the next one when its last has arrived whole. */
async function collectImages(
  pool: ChildPool<MpTask>,
  blocks: StateBlocks,
  planes: StatePlane,
  request: StatsRequest,
): Promise<void> {
  const dates = blocks.rows.sources.length;
  let next = 0;
  const assign = (child: number): void => {
    if (next < dates) pool.send(child, next++);
    else pool.finish(child);
  };
  pool.layOut(valueBytesOfBlock(blocks, 0));
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, blocks);
    assign(child);
  }
  let arrived = 0;
  await pool.collect((child, block) => {
    pool.take(child, planes.incoming(block));
    const start = request.meter.start();
    planes.accumulate(block);
    request.meter.end("compute", `block ${block}`, start);
    if (block < blocks.blocks - 1) return;
    arrived += 1;
    request.onProgress?.(arrived, dates);
    assign(child);
  }, request.signal);
}
