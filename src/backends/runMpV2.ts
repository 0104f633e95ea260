import { join } from "node:path";
import { STATE_BYTES } from "../kernel/kernels";
import { ChildPool } from "../parallel/childPool";
import { cellsOfBlock, planStateBlocks, type StateBlocks } from "../pipeline/blockStates";
import { predictWork } from "../pipeline/costModel";
import { momentTargets, openIntensityRows } from "../pipeline/intensityRows";
import { StateFinisher } from "../pipeline/stateFinisher";
import { type ShowProgress, withProducts } from "../pipeline/withProducts";
import { outputPaths, type StatsReport, type StatsRequest } from "./backend";
import { datesOfWorker } from "./shareDates";

/** The one task of a child: its list of dates. */
export interface MpV2Task {
  readonly blocks: StateBlocks;
  readonly dates: readonly number[];
}

/** Hands out lists of dates, merges the partial states block by block, and finishes. */
export async function runMpV2(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  const entry = join(__dirname, "mpV2Child.js");
  const early = request.workers === null ? null : new ChildPool<MpV2Task>(entry, request.workers, meter);
  let pool = early;
  try {
    const start = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
    const blocks = planStateBlocks(rows);
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "process", request.workers);
    pool ??= new ChildPool<MpV2Task>(entry, prediction.workers, meter);
    const children = pool;
    await withProducts(
      outputPaths(request),
      stack.shape,
      meter,
      request.onProgress,
      async (products, onProgress) => {
        const finisher = new StateFinisher(blocks, momentTargets(products), meter);
        await mergeStates(children, blocks, finisher, onProgress, request.signal);
        finisher.close();
      },
    );
    return { workers: children.size, dates: rows.dates, shape: stack.shape, prediction };
  } catch (error) {
    await pool?.kill();
    throw error;
  }
}

/** Merges block after block once every child has it ready; a child that is ahead waits, so that memory stays flat. */
async function mergeStates(
  pool: ChildPool<MpV2Task>,
  blocks: StateBlocks,
  finisher: StateFinisher,
  onProgress: ShowProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const dates = blocks.rows.sources.length;
  pool.layOut(cellsOfBlock(blocks, 0) * STATE_BYTES);
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, { blocks, dates: datesOfWorker(dates, child, pool.size) });
    pool.finish(child);
  }
  const ready = Array.from({ length: pool.size }, () => 0);
  let merged = 0;
  await pool.collect((child, block) => {
    ready[child] = block + 1;
    if (ready.some((count) => count <= merged)) return;
    for (let each = 0; each < pool.size; each++) {
      pool.take(each, each === 0 ? finisher.first(merged) : finisher.incoming(merged));
      if (each > 0) finisher.merge(merged);
    }
    finisher.finish(merged);
    merged += 1;
    onProgress(merged, blocks.blocks);
  }, signal);
}
