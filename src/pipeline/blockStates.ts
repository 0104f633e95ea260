import { type Kernels, openKernels, RegionPlan, STATE_BYTES } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { RowReader, type StackRows } from "./rowReader";

/** Blocks of rows whose partial states travel between processes. Plain data. */
export interface StateBlocks {
  readonly rows: StackRows;
  readonly rowsPerBlock: number;
  readonly blocks: number;
}

/** States of one block: large enough for fast pipes and reads, small enough for the CPU's outer cache. */
const STATE_BLOCK_BYTES = 2 << 20;

/** Plans blocks of rows by the size of their states. */
export function planStateBlocks(rows: StackRows): StateBlocks {
  const { window } = rows;
  const fits = Math.floor(STATE_BLOCK_BYTES / (window.range * STATE_BYTES));
  const rowsPerBlock = Math.min(window.azimuth, Math.max(1, fits));
  return { rows, rowsPerBlock, blocks: Math.ceil(window.azimuth / rowsPerBlock) };
}

/** Rows of one block. */
export function rowsOfBlock(plan: StateBlocks, block: number): { row: number; count: number } {
  const row = block * plan.rowsPerBlock;
  return { row, count: Math.min(plan.rowsPerBlock, plan.rows.window.azimuth - row) };
}

/** Cells of one block as the kernels count them: even. */
export function cellsOfBlock(plan: StateBlocks, block: number): number {
  const cells = rowsOfBlock(plan, block).count * plan.rows.window.range;
  return cells + (cells % 2);
}

/** Bytes of the float32 values of one block. */
export function valueBytesOfBlock(plan: StateBlocks, block: number): number {
  return rowsOfBlock(plan, block).count * plan.rows.window.range * 4;
}

/** Partial states of a list of dates, one block of rows at a time, in the kernel memory of one process. */
export class BlockStates {
  readonly #plan: StateBlocks;
  readonly #meter: Meter;
  readonly #kernels: Kernels;
  readonly #reader: RowReader;
  readonly #states: number;
  readonly #values: number;

  constructor(blocks: StateBlocks, meter: Meter) {
    const start = meter.start();
    const plan = new RegionPlan();
    const cells = cellsOfBlock(blocks, 0);
    this.#plan = blocks;
    this.#meter = meter;
    const buffer = RowReader.reserve(plan, blocks.rows);
    this.#states = plan.reserve(cells * STATE_BYTES);
    this.#values = plan.reserve((cells + 4) * 4);
    this.#kernels = openKernels(plan);
    this.#reader = new RowReader(this.#kernels, blocks.rows, buffer, meter);
    meter.end("init", "kernels", start);
  }

  /**
   * The states of one block after some dates.
   * @param dates indexes into the sources
   * @returns STATE_BYTES for every cell; valid until the next call
   */
  compute(block: number, dates: readonly number[]): Uint8Array {
    const { row, count } = rowsOfBlock(this.#plan, block);
    const cells = cellsOfBlock(this.#plan, block);
    const clearing = this.#meter.since();
    this.#kernels.clearStates(this.#states, cells);
    this.#meter.end("compute", "clear", clearing);
    for (const date of dates) {
      this.#reader.load(date, row, count, this.#values);
      const start = this.#meter.since();
      this.#kernels.accumulate(this.#states, this.#values, cells);
      this.#meter.end("compute", this.#plan.rows.dates[date]!, start);
    }
    return this.#kernels.bytes.subarray(this.#states, this.#states + cells * STATE_BYTES);
  }

  close(): void {
    this.#reader.close();
  }
}
