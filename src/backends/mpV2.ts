import { serveChild } from "../parallel/childEntry";
import type { ChildPool } from "../parallel/children";
import type { RowBlocks } from "../pipeline/rowReader";
import type { ShowProgress } from "../pipeline/run";
import { BlockStates, StateMerger, stateBlocks, stateBytes } from "../pipeline/states";
import { type Backend, childProcesses, datesOfWorker, reduceFolder } from "./backend";

/** A pool of child processes reduces a list of dates each; one partial state a worker crosses to the parent, which merges. */
export const mpV2 = {
  id: "mp_v2",
  title: { es: "procesos, una lista de fechas cada uno", en: "processes, a list of dates each" },
  teaches: {
    es: "lo que se ahorra al mover sumas parciales en lugar de píxeles",
    en: "what is saved by moving partial sums instead of pixels",
  },
  parallel: true,
  starts: { kind: "process", itself: 0 },
  unavailable: async () => null,
  run: async (request) => {
    const { meter, signal } = request;
    const children = childProcesses<Task>("mp_v2", meter);
    return await reduceFolder(request, children, async ({ team, rows, targets, onProgress }) => {
      const blocks = stateBlocks(rows);
      const merger = new StateMerger(blocks, targets, meter);
      await mergeStates(team, blocks, merger, onProgress, signal);
      merger.close();
    });
  },
  work: sendStates,
} as const satisfies Backend;

/** The one task of a child: its list of dates. */
interface Task {
  readonly blocks: RowBlocks;
  readonly dates: readonly number[];
}

/** Merges block after block once every child has it ready; a child that is ahead waits, so that memory stays flat. */
async function mergeStates(
  pool: ChildPool<Task>,
  blocks: RowBlocks,
  merger: StateMerger,
  onProgress: ShowProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  pool.layOut(stateBytes(blocks, 0));
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, { blocks, dates: datesOfWorker(blocks.rows, child, pool.size) });
    pool.finish(child);
  }
  const ready = Array.from({ length: pool.size }, () => 0);
  let merged = 0;
  await pool.collect((child, block) => {
    ready[child] = block + 1;
    if (ready.some((count) => count <= merged)) return;
    for (let each = 0; each < pool.size; each++) {
      pool.take(each, each === 0 ? merger.first(merged) : merger.incoming(merged));
      if (each > 0) merger.merge(merged);
    }
    merger.finish(merged);
    merged += 1;
    onProgress(merged, blocks.count);
  }, signal);
}

/** A child: reduces its list of dates block by block and sends the partial states. */
function sendStates(): void {
  serveChild<Task>((channel) => {
    const { blocks, dates } = channel.next()!;
    const states = new BlockStates(blocks, channel.meter);
    for (let block = 0; block < blocks.count; block++) channel.send(block, states.compute(block, dates));
    states.close();
  });
}
