import { STATE_BYTES } from "../kernel/kernels";
import type { ChildPool } from "../parallel/children";
import type { Meter } from "../parallel/meter";
import type { MomentTargets } from "../pipeline/moments";
import {
  planStateBlocks,
  type StateBlocks,
  StateFinisher,
  StatePlane,
  ValuePlane,
  valueBytesOfBlock,
} from "../pipeline/states";
import type { Backend, StatsReport, StatsRequest } from "./backend";
import { childCrew, runWithCrew } from "./workers";

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

/** Of one float32. */
const VALUE_BYTES = 4;

/** The first task of a child is the plan of the blocks; then one a date, the index of the image to send. */
export type MpTask = StateBlocks | number;

/** Hands out images, gathers every pixel that arrives, and finishes. */
export async function runMp(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  return await runWithCrew(
    request,
    childCrew<MpTask>("mpChild.js", meter),
    async (pool, { rows, targets }) => {
      const blocks = planStateBlocks(rows);
      await collectImages(pool, blocks, gatherer(blocks, targets, meter), request);
    },
  );
}

/** What the parent does with the pixels. */
interface Gatherer {
  /** Where a block of a date is to be put. */
  incoming(block: number, date: number): Uint8Array;
  /** The block has been put there. */
  add(block: number): void;
  /** All blocks of all dates have been added. */
  finish(): void;
}

/** Keeps the values where they take no more memory than the states would, else the states. */
function gatherer(blocks: StateBlocks, targets: MomentTargets, meter: Meter): Gatherer {
  const each = (finishBlock: (block: number) => void): void => {
    for (let block = 0; block < blocks.blocks; block++) finishBlock(block);
  };
  if (blocks.rows.sources.length * VALUE_BYTES <= STATE_BYTES) {
    const values = new ValuePlane(blocks, targets, meter);
    return {
      incoming: (block, date) => values.incoming(block, date),
      add: () => {},
      finish: () => each((block) => values.finish(block)),
    };
  }
  const states = new StatePlane(blocks, meter);
  return {
    incoming: (block) => states.incoming(block),
    add: (block) => {
      const start = meter.start();
      states.accumulate(block);
      meter.end("compute", `block ${block}`, start);
    },
    finish: () => {
      const finisher = new StateFinisher(blocks, targets, meter);
      each((block) => {
        finisher.begin(states.states(block));
        finisher.finish(block);
      });
      finisher.close();
    },
  };
}

/** Hands out one image after the other; a child gets the next one when its last has arrived whole. */
async function collectImages(
  pool: ChildPool<MpTask>,
  blocks: StateBlocks,
  gathered: Gatherer,
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
  pool.layOut(valueBytesOfBlock(blocks, 0));
  for (let child = 0; child < pool.size; child++) {
    pool.send(child, blocks);
    assign(child);
  }
  let arrived = 0;
  await pool.collect((child, block) => {
    pool.take(child, gathered.incoming(block, dateOf[child]!));
    gathered.add(block);
    if (block < blocks.blocks - 1) return;
    arrived += 1;
    request.onProgress?.(arrived, dates);
    assign(child);
  }, request.signal);
  gathered.finish();
}
