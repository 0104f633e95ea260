import {
  createKernelMemory,
  type KernelMemory,
  openKernels,
  planeBytes,
  RegionPlan,
  SCRATCH_BYTES,
} from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { MomentRegions, type MomentTargets, MomentWriter, rowsPerBlock } from "./moments";
import { RowReader, type StackRows } from "./rowReader";
import { throwIfAborted } from "./team";

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
  readonly targets: MomentTargets;
  readonly dates: number;
  readonly rows: number;
  readonly width: number;
  readonly rowsPerBlock: number;
  readonly blocks: number;
  readonly slots: readonly number[];
  /** What each thread alone writes, by worker number less one. */
  readonly regions: readonly { readonly moments: MomentRegions; readonly scratch: number }[];
}

/** A ring and what its reader needs. */
interface Ring {
  readonly task: RingTask;
  readonly stack: StackRows;
  readonly buffer: number;
  readonly scratch: number;
}

/** Lays out a ring of slots in shared memory; each slot holds one block of rows of every date. */
export function planRing(stack: StackRows, targets: MomentTargets, workers: number): Ring {
  const height = rowsPerBlock(stack, workers);
  const blocks = Math.ceil(stack.window.azimuth / height);
  const cells = height * stack.window.range;
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, stack);
  const slots = Array.from({ length: Math.min(blocks, workers + SPARE_SLOTS) }, () =>
    plan.reserve(planeBytes(cells) * stack.sources.length),
  );
  const regions = Array.from({ length: workers }, () => {
    const { means, stds, counts, unresolved } = new MomentRegions(plan, cells);
    return { moments: { means, stds, counts, unresolved }, scratch: plan.reserve(SCRATCH_BYTES) };
  });
  const scratch = plan.reserve(SCRATCH_BYTES);
  return {
    stack,
    buffer,
    scratch,
    task: {
      memory: createKernelMemory(plan.size),
      control: new SharedArrayBuffer((SLOTS + slots.length) * 4),
      targets,
      dates: stack.sources.length,
      rows: stack.window.azimuth,
      width: stack.window.range,
      rowsPerBlock: height,
      blocks,
      slots,
      regions,
    },
  };
}

/**
 * The reader: brings block after block of every date, in order, into the next slot that is free.
 * @throws the reason of an aborted signal, or what a thread threw
 */
export async function fillRing(
  { task, stack, buffer, scratch }: Ring,
  meter: Meter,
  failure: Promise<never>,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const control = new Int32Array(task.control);
  const start = meter.start();
  const kernels = openKernels(new RegionPlan(), task.memory, scratch);
  const reader = new RowReader(kernels, stack, buffer, meter);
  meter.end("init", "kernels", start);
  let failed: { readonly error: unknown } | null = null;
  failure.catch((error: unknown) => {
    failed = { error };
  });
  const rest = async (): Promise<void> => {
    await new Promise(setImmediate);
    throwIfAborted(signal);
    if (failed !== null) throw failed.error;
  };
  try {
    let rested = performance.now();
    for (let block = 0; block < task.blocks; block++) {
      const slot = block % task.slots.length;
      const waiting = meter.since();
      // The slot's word is the last block that was finished in it, plus one.
      for (let seen = Atomics.load(control, SLOTS + slot); seen < block + 1 - task.slots.length; ) {
        Atomics.wait(control, SLOTS + slot, seen, WAIT_MS);
        await rest();
        seen = Atomics.load(control, SLOTS + slot);
      }
      meter.end("wait", "free slot", waiting);
      const row = block * task.rowsPerBlock;
      const count = Math.min(task.rowsPerBlock, task.rows - row);
      const stride = planeBytes(task.rowsPerBlock * task.width);
      reader.loadDates(row, count, task.slots[slot]!, stride);
      Atomics.store(control, FILLED, block + 1);
      Atomics.notify(control, FILLED);
      if (performance.now() - rested < WAIT_MS) continue;
      onProgress?.(block + 1, task.blocks);
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
export function drainRing(task: RingTask, meter: Meter): void {
  const control = new Int32Array(task.control);
  const region = task.regions[meter.worker - 1]!;
  const start = meter.start();
  const kernels = openKernels(new RegionPlan(), task.memory, region.scratch);
  const writer = new MomentWriter(kernels, region.moments, task.dates, task.targets, meter);
  meter.end("init", "kernels", start);
  const stride = planeBytes(task.rowsPerBlock * task.width);
  for (;;) {
    const block = Atomics.add(control, TAKEN, 1);
    if (block >= task.blocks) return;
    const waiting = meter.since();
    for (
      let filled = Atomics.load(control, FILLED);
      filled <= block;
      filled = Atomics.load(control, FILLED)
    ) {
      if (Atomics.load(control, STOPPED) === 1) return;
      Atomics.wait(control, FILLED, filled, WAIT_MS);
    }
    meter.end("wait", "filled slot", waiting);
    const slot = block % task.slots.length;
    const row = block * task.rowsPerBlock;
    writer.write(task.slots[slot]!, stride, row, Math.min(task.rowsPerBlock, task.rows - row));
    Atomics.store(control, SLOTS + slot, block + 1);
    Atomics.notify(control, SLOTS + slot);
  }
}
