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

/** Rooms for blocks of a child: one is merged while the next arrives; a child two blocks ahead is held back. */
const ROOMS = 2;

/** Hands out lists of dates, merges the partial states block by block, and finishes. */
export async function runMpV2(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  const entry = join(__dirname, "mpV2Child.js");
  const early = request.workers === null ? null : new ChildPool(entry, request.workers, meter);
  let pool = early;
  try {
    const start = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
    const blocks = planStateBlocks(rows);
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "process", request.workers);
    pool ??= new ChildPool(entry, prediction.workers, meter);
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

/** Merges block after block once every child has sent it; a child that is ahead waits, so that memory stays flat. */
async function mergeStates(
  pool: ChildPool,
  blocks: StateBlocks,
  finisher: StateFinisher,
  onProgress: ShowProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const dates = blocks.rows.sources.length;
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, { blocks, dates: datesOfWorker(dates, child, pool.size) } satisfies MpV2Task);
    pool.finish(child);
  }
  const rooms = Array.from({ length: pool.size }, () =>
    Array.from({ length: ROOMS }, () => Buffer.alloc(cellsOfBlock(blocks, 0) * STATE_BYTES)),
  );
  const arrived = Array.from({ length: pool.size }, () => 0);
  let merged = 0;
  await pool.collect(
    {
      room: (child, block, length) => rooms[child]![block % ROOMS]!.subarray(0, length),
      received: (child, block) => {
        arrived[child] = block + 1;
        if (block + 1 >= merged + ROOMS) pool.pause(child);
        while (merged < blocks.blocks && arrived.every((count) => count > merged)) {
          mergeBlock(finisher, rooms, merged);
          merged += 1;
          onProgress(merged, blocks.blocks);
          for (let other = 0; other < pool.size; other++)
            if (arrived[other]! < merged + ROOMS) pool.resume(other);
        }
      },
    },
    signal,
  );

  function mergeBlock(target: StateFinisher, all: readonly Buffer[][], block: number): void {
    const bytes = cellsOfBlock(blocks, block) * STATE_BYTES;
    all.forEach((own, child) => {
      const states = own[block % ROOMS]!.subarray(0, bytes);
      if (child === 0) target.begin(states);
      else target.merge(block, states);
    });
    target.finish(block);
  }
}
