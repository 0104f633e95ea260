import { openKernels, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { dateBytes, MomentRegions, type MomentTargets, MomentWriter } from "./momentWriter";
import { looksRowsPerRead, RowReader, type StackRows } from "./rowReader";

/** Mean and std of a stack by blocks of rows, which any number of workers may take in any order. Plain data. */
export interface ReduceTask {
  readonly rows: StackRows;
  readonly targets: MomentTargets;
  readonly rowsPerBlock: number;
  readonly blocks: number;
}

/**
 * Intensities of all dates that a worker holds at once: within the CPU's outer cache, whatever the number of dates. Where
 * they are read as they are, more rows a block are longer reads; where they come from samples, reads are long anyway.
 */
const BLOCK_BYTES = { intensities: 2 << 20, samples: 1 << 20 } as const;
/** Blocks a worker should find at least, so that the last ones to finish do not wait long for each other. */
const BLOCKS_A_WORKER = 8;

/** How many rows one block has: bounded by memory, by the size of a read and by the number of workers to keep busy. */
export function rowsPerBlock(rows: StackRows, workers: number): number {
  const { window, looks, sources } = rows;
  const bytes = looks === null ? BLOCK_BYTES.intensities : BLOCK_BYTES.samples;
  const held = Math.max(1, Math.floor(bytes / (sources.length * window.range * 4)));
  const read = looks === null ? window.azimuth : looksRowsPerRead(rows, looks);
  const shared =
    workers === 1 ? window.azimuth : Math.max(1, Math.floor(window.azimuth / (workers * BLOCKS_A_WORKER)));
  return Math.min(held, read, shared, window.azimuth);
}

/** Plans the blocks of a reduction. */
export function planReduction(rows: StackRows, targets: MomentTargets, workers: number): ReduceTask {
  const height = rowsPerBlock(rows, workers);
  return { rows, targets, rowsPerBlock: height, blocks: Math.ceil(rows.window.azimuth / height) };
}

/** Reads, reduces and writes blocks of rows, in the kernel memory of one thread. */
export class BlockReducer {
  readonly #task: ReduceTask;
  readonly #reader: RowReader;
  readonly #values: number;
  readonly #dateBytes: number;
  readonly #writer: MomentWriter;

  constructor(task: ReduceTask, meter: Meter) {
    const start = meter.start();
    const plan = new RegionPlan();
    const cells = task.rowsPerBlock * task.rows.window.range;
    this.#task = task;
    this.#dateBytes = dateBytes(cells);
    const buffer = RowReader.reserve(plan, task.rows);
    this.#values = plan.reserve(this.#dateBytes * task.rows.sources.length);
    const regions = new MomentRegions(plan, cells);
    const kernels = openKernels(plan);
    this.#reader = new RowReader(kernels, task.rows, buffer, meter);
    this.#writer = new MomentWriter(kernels, regions, task.rows.sources.length, task.targets, meter);
    meter.end("init", "kernels", start);
  }

  /** Reads one block of every date, reduces it and writes its rows in place. */
  reduce(block: number): void {
    const { rows, rowsPerBlock } = this.#task;
    const row = block * rowsPerBlock;
    const count = Math.min(rowsPerBlock, rows.window.azimuth - row);
    this.#reader.loadDates(row, count, this.#values, this.#dateBytes);
    this.#writer.write(this.#values, this.#dateBytes, row, count);
  }

  close(): void {
    this.#reader.close();
  }
}
