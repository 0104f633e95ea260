import {
  createKernelMemory,
  type KernelMemory,
  openKernels,
  RegionPlan,
  SCRATCH_BYTES,
} from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import {
  dateStride,
  type MomentRegions,
  type MomentTargets,
  MomentWriter,
  momentBlocks,
  reserveMoments,
} from "./moments";
import { partOfBlock, type RowBlocks, RowReader } from "./rowReader";
import type { ShowProgress } from "./run";
import type { StackRows } from "./stackRows";

/** Slots beyond one a worker, so that the reader need not wait for the slowest. */
const SPARE_SLOTS = 2;
/** Longest wait without looking at signals and failures. */
const WAIT_MS = 40;

/** Control words in shared memory: blocks filled so far, blocks taken so far, 1 when all must stop; then one word a slot. */
const FILLED = 0;
const TAKEN = 1;
const STOPPED = 2;
const SLOTS = 3;

/** What a computing thread needs. Plain data and shared memory. */
export interface RingTask {
  readonly memory: KernelMemory;
  readonly control: SharedArrayBuffer;
  readonly blocks: RowBlocks;
  readonly targets: MomentTargets;
  readonly slots: readonly number[];
  /** What each thread alone writes, by worker number less one. */
  readonly regions: readonly { readonly moments: MomentRegions; readonly scratch: number }[];
}

/** A ring and what its reader needs. */
interface Ring {
  readonly task: RingTask;
  readonly buffer: number;
  readonly scratch: number;
}

/** Lays out a ring of slots in shared memory; each slot holds one block of rows of every date. */
export function planRing(rows: StackRows, targets: MomentTargets, workers: number): Ring {
  const blocks = momentBlocks(rows, workers);
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, rows);
  const slots = Array.from({ length: Math.min(blocks.count, workers + SPARE_SLOTS) }, () =>
    plan.reserve(dateStride(blocks) * rows.sources.length),
  );
  const regions = Array.from({ length: workers }, () => ({
    moments: reserveMoments(plan, blocks),
    scratch: plan.reserve(SCRATCH_BYTES),
  }));
  const scratch = plan.reserve(SCRATCH_BYTES);
  const memory = createKernelMemory(plan.size);
  const control = new SharedArrayBuffer((SLOTS + slots.length) * 4);
  return { task: { memory, control, blocks, targets, slots, regions }, buffer, scratch };
}

/**
 * The reader: brings block after block of every date, in order, into the next slot that is free.
 * @throws the reason of an aborted signal, or what a thread threw
 */
export async function fillRing(
  { task, buffer, scratch }: Ring,
  meter: Meter,
  failure: Promise<never>,
  signal?: AbortSignal,
  onProgress?: ShowProgress,
): Promise<void> {
  const { blocks, slots } = task;
  const control = new Int32Array(task.control);
  const start = meter.start();
  const kernels = openKernels(new RegionPlan(), task.memory, scratch);
  const reader = new RowReader(kernels, blocks.rows, buffer, meter);
  meter.end("init", "kernels", start);
  let failed: { readonly error: unknown } | null = null;
  failure.catch((error: unknown) => {
    failed = { error };
  });
  const rest = async (): Promise<void> => {
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    if (failed !== null) throw failed.error;
  };
  try {
    let rested = performance.now();
    for (let block = 0; block < blocks.count; block++) {
      const slot = block % slots.length;
      const waiting = meter.since();
      // The slot's word is the last block that was finished in it, plus one.
      for (let seen = Atomics.load(control, SLOTS + slot); seen < block + 1 - slots.length; ) {
        Atomics.wait(control, SLOTS + slot, seen, WAIT_MS);
        await rest();
        seen = Atomics.load(control, SLOTS + slot);
      }
      meter.end("wait", "free slot", waiting);
      reader.loadDates(partOfBlock(blocks, block), slots[slot]!, dateStride(blocks));
      Atomics.store(control, FILLED, block + 1);
      Atomics.notify(control, FILLED);
      if (performance.now() - rested < WAIT_MS) continue;
      onProgress?.(block + 1, blocks.count);
      await rest();
      meter.end("wait", "event loop", meter.since());
      rested = performance.now();
    }
  } catch (error) {
    Atomics.store(control, STOPPED, 1);
    Atomics.notify(control, FILLED);
    throw error;
  } finally {
    reader.close();
  }
}

/** A computing thread: takes filled slots until none is left. Worker numbers begin at 1. */
export function drainRing({ blocks, slots, ...task }: RingTask, meter: Meter): void {
  const control = new Int32Array(task.control);
  const region = task.regions[meter.worker - 1]!;
  const start = meter.start();
  const kernels = openKernels(new RegionPlan(), task.memory, region.scratch);
  const writer = new MomentWriter(kernels, region.moments, blocks, task.targets, meter);
  meter.end("init", "kernels", start);
  const filledSoFar = (): number => Atomics.load(control, FILLED);
  for (;;) {
    const block = Atomics.add(control, TAKEN, 1);
    if (block >= blocks.count) return;
    const waiting = meter.since();
    for (let filled = filledSoFar(); filled <= block; filled = filledSoFar()) {
      if (Atomics.load(control, STOPPED) === 1) return;
      Atomics.wait(control, FILLED, filled, WAIT_MS);
    }
    meter.end("wait", "filled slot", waiting);
    const slot = block % slots.length;
    writer.reduce(slots[slot]!, block);
    Atomics.store(control, SLOTS + slot, block + 1);
    Atomics.notify(control, SLOTS + slot);
  }
}
