import type { Shape } from "../core/raster";
import type { ProductTarget } from "../io/products";
import { Meter, type MeterReport, processStartSeconds } from "../parallel/meter";
import { joinMpi, type MpiWorld } from "../parallel/mpi/world";
import { type MomentTargets, momentTargets, planReduction, startReducing } from "../pipeline/moments";
import { withProducts } from "../pipeline/run";
import { openIntensityRows, type StackRows } from "../pipeline/stackRows";
import { BlockStates, StateMerger, stateBlocks } from "../pipeline/states";
import { datesOfWorker, outputPaths, type StatsRequest } from "./backend";

/** The work of all ranks. Plain data. */
export interface MpiJob
  extends Pick<StatsRequest, "intensityFolder" | "mean" | "std" | "count" | "split" | "choice"> {
  readonly tracing: boolean;
}

/** What rank 0 knows at the end. */
export interface MpiResult {
  readonly ranks: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly meter: MeterReport;
}

const TAG = { states: 1, report: 2, targets: 3 } as const;
/** Longest text one rank sends another: its counts and spans. */
const TEXT_BYTES = 64 << 20;

/**
 * Does the part of this rank; every rank must call it with the same job. Rank 0 makes the products.
 * An error ends the whole job.
 * @param tell called on rank 0 alone, before the job ends: afterwards the launcher may not hear it any more
 */
export async function runRank(job: MpiJob, tell: (result: MpiResult) => void): Promise<void> {
  const started = processStartSeconds();
  const world = joinMpi();
  // The launcher is worker 0, rank r is worker r + 1.
  const meter = new Meter(world.rank + 1, job.tracing);
  meter.end("init", "MPI", started);
  try {
    const start = meter.start();
    const outputs = outputPaths(job);
    const rows = await openIntensityRows(job.intensityFolder, outputs, job.choice);
    meter.end("init", "stack", start);
    const work = job.split === "rows" ? reduceBand : reduceDates;
    if (world.rank !== 0) {
      work(world, rows, null, meter);
      world.send(Buffer.from(JSON.stringify(meter.report())), 0, TAG.report);
      world.finalize();
      return;
    }
    const reports = await withProducts(outputs, rows.window, meter, undefined, async (products) => {
      work(world, rows, momentTargets(products), meter);
      const receiving = meter.since();
      const received = Array.from({ length: world.size - 1 }, (_, i) =>
        receiveJson<MeterReport>(world, i + 1, TAG.report),
      );
      meter.end("receive", "reports", receiving);
      return received;
    });
    for (const report of reports) meter.absorb(report);
    const { azimuth, range } = rows.window;
    tell({ ranks: world.size, dates: rows.dates, shape: { azimuth, range }, meter: meter.report() });
    world.finalize();
  } catch (error) {
    world.fail(error);
  }
}

/** Every rank reads its own dates; partial states go to rank 0 block by block. */
function reduceDates(world: MpiWorld, rows: StackRows, own: MomentTargets | null, meter: Meter): void {
  const blocks = stateBlocks(rows);
  const dates = datesOfWorker(rows.sources.length, world.rank, world.size);
  const states = new BlockStates(blocks, meter);
  const merger = own === null ? null : new StateMerger(blocks, own, meter);
  for (let block = 0; block < blocks.count; block++) {
    const mine = states.compute(block, dates);
    if (merger === null) {
      const start = meter.start();
      world.send(mine, 0, TAG.states);
      meter.countMessage(mine.length);
      meter.end("send", `block ${block}`, start, mine.length);
      continue;
    }
    merger.begin(mine);
    for (let rank = 1; rank < world.size; rank++) {
      const start = meter.start();
      const bytes = world.receive(merger.incoming(block), rank, TAG.states);
      meter.end("receive", `block ${block} of rank ${rank}`, start, bytes);
      merger.merge(block);
    }
    merger.finish(block);
  }
  states.close();
  merger?.close();
}

/** Every rank reduces its band of rows of every date and writes them in place; only a barrier joins them. */
function reduceBand(world: MpiWorld, rows: StackRows, own: MomentTargets | null, meter: Meter): void {
  const exchanging = meter.start();
  const targets = own ?? receiveJson<MomentTargets>(world, 0, TAG.targets);
  if (own !== null) sendTargets(world, own);
  meter.end(own === null ? "receive" : "send", "targets", exchanging);
  // Blocks of a plan for this many workers, dealt out as one contiguous band a rank.
  const task = planReduction(rows, targets, world.size);
  const blocks = task.blocks.count;
  const from = Math.floor((blocks * world.rank) / world.size);
  const to = Math.floor((blocks * (world.rank + 1)) / world.size);
  const reducing = startReducing(task, meter);
  for (let block = from; block < to; block++) reducing.do(block);
  reducing.close();
  const start = meter.start();
  world.barrier();
  meter.end("wait", "barrier", start);
}

/** Descriptors mean nothing to another process: it opens the products by their paths. */
function sendTargets(world: MpiWorld, { mean, std, count }: MomentTargets): void {
  const byPath = (target: ProductTarget): ProductTarget => ({ ...target, file: null });
  const targets: MomentTargets = {
    mean: byPath(mean),
    std: byPath(std),
    count: count === null ? null : byPath(count),
  };
  const text = Buffer.from(JSON.stringify(targets));
  for (let rank = 1; rank < world.size; rank++) world.send(text, rank, TAG.targets);
}

function receiveJson<T>(world: MpiWorld, rank: number, tag: number): T {
  const room = Buffer.allocUnsafe(TEXT_BYTES);
  return JSON.parse(room.toString("utf8", 0, world.receive(room, rank, tag))) as T;
}
