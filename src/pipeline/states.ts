import { writeFully } from "../io/outputFile";
import { type Kernels, openKernels, planeBytes, RegionPlan, STATE_BYTES } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { exactMoments } from "../statistics/exactMoments";
import { MomentRegions, type MomentTargets, MomentWriter } from "./moments";
import { CellReader, RowReader, type StackRows } from "./rowReader";

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

/** Merges partial states of blocks that come from several places and writes the rows of the products. */
export class StateFinisher {
  readonly #plan: StateBlocks;
  readonly #targets: MomentTargets;
  readonly #meter: Meter;
  readonly #kernels: Kernels;
  readonly #cellReader: CellReader;
  readonly #incoming: number;
  readonly #states: number;
  readonly #means: number;
  readonly #stds: number;
  readonly #counts: number;
  readonly #unresolved: number;

  constructor(blocks: StateBlocks, targets: MomentTargets, meter: Meter) {
    const start = meter.start();
    const plan = new RegionPlan();
    const cells = cellsOfBlock(blocks, 0);
    this.#plan = blocks;
    this.#targets = targets;
    this.#meter = meter;
    this.#incoming = plan.reserve(cells * STATE_BYTES);
    this.#states = plan.reserve(cells * STATE_BYTES);
    this.#means = plan.reserve(cells * 4);
    this.#stds = plan.reserve(cells * 4);
    this.#counts = plan.reserve(cells * 4);
    this.#unresolved = plan.reserve(cells * 4);
    this.#kernels = openKernels(plan);
    this.#cellReader = new CellReader(blocks.rows, meter);
    meter.end("init", "kernels", start);
  }

  /** Where the states of a block may be received, for `merge` to take. */
  incoming(block: number): Uint8Array {
    const bytes = cellsOfBlock(this.#plan, block) * STATE_BYTES;
    return this.#kernels.bytes.subarray(this.#incoming, this.#incoming + bytes);
  }

  /** Where the states of the first part of a block may be received. */
  first(block: number): Uint8Array {
    const bytes = cellsOfBlock(this.#plan, block) * STATE_BYTES;
    return this.#kernels.bytes.subarray(this.#states, this.#states + bytes);
  }

  /** Begins a block with the states of the first part, where they stand elsewhere. */
  begin(states: Uint8Array): void {
    const start = this.#meter.since();
    this.#kernels.bytes.set(states, this.#states);
    this.#meter.end("merge", "first", start);
  }

  /** Adds the states of a block that stand in `incoming`. */
  merge(block: number): void {
    const start = this.#meter.since();
    this.#kernels.merge(this.#states, this.#incoming, cellsOfBlock(this.#plan, block));
    this.#meter.end("merge", `block ${block}`, start);
  }

  /** Turns the merged states of a block into rows of the products; undecided cells are read again and done exactly. */
  finish(block: number): void {
    const { row, count } = rowsOfBlock(this.#plan, block);
    const cells = count * this.#plan.rows.window.range;
    const start = this.#meter.since();
    const left = this.#kernels.finish(
      this.#states,
      cellsOfBlock(this.#plan, block),
      this.#means,
      this.#stds,
      this.#counts,
      this.#unresolved,
    );
    this.#meter.end("compute", `block ${block}`, start);
    for (let i = 0; i < left; i++) {
      const cell = this.#kernels.ints[this.#unresolved / 4 + i]!;
      if (cell < cells) this.#resolve(row, cell);
    }
    this.#write(block, row, count);
  }

  close(): void {
    this.#cellReader.close();
  }

  #resolve(row: number, cell: number): void {
    const width = this.#plan.rows.window.range;
    const { mean, std } = exactMoments(this.#cellReader.read(row + Math.floor(cell / width), cell % width));
    this.#kernels.floats[this.#means / 4 + cell] = mean;
    this.#kernels.floats[this.#stds / 4 + cell] = std;
  }

  #write(block: number, row: number, count: number): void {
    const start = this.#meter.since();
    const { mean, std, count: valid } = this.#targets;
    const places = [
      { target: mean, from: this.#means },
      { target: std, from: this.#stds },
      ...(valid === null ? [] : [{ target: valid, from: this.#counts }]),
    ];
    let written = 0;
    for (const { target, from } of places) {
      const bytes = this.#kernels.bytes.subarray(from, from + count * target.rowBytes);
      writeFully(target.file, bytes, target.dataOffset + row * target.rowBytes);
      written += bytes.length;
    }
    this.#meter.bytesWritten += written;
    this.#meter.end("write", `block ${block}`, start, written);
  }
}

/** A memory of the kernels addresses 4 GiB: larger planes are spread over several of at most this size. */
const BANK_BYTES = 1 << 30;

/** Partial states of a whole plane, for a parent that receives images block by block in any order of dates. */
export class StatePlane {
  readonly #blocks: StateBlocks;
  readonly #banks: readonly Kernels[];
  readonly #blocksPerBank: number;
  readonly #stateBytes: number;
  readonly #valuesAt: number;
  readonly #statesAt: number;

  constructor(blocks: StateBlocks, meter: Meter) {
    const start = meter.start();
    const cells = cellsOfBlock(blocks, 0);
    this.#blocks = blocks;
    this.#stateBytes = Math.ceil((cells * STATE_BYTES) / 64) * 64;
    this.#blocksPerBank = Math.min(blocks.blocks, Math.max(1, Math.floor(BANK_BYTES / this.#stateBytes)));
    const plan = new RegionPlan();
    this.#valuesAt = plan.reserve((cells + 4) * 4);
    this.#statesAt = plan.reserve(this.#blocksPerBank * this.#stateBytes);
    const banks = Math.ceil(blocks.blocks / this.#blocksPerBank);
    this.#banks = Array.from({ length: banks }, () => openKernels(plan));
    meter.end("init", "kernels", start);
  }

  /** Where the float32 values of a block of one date are put, for `accumulate` to add. */
  incoming(block: number): Uint8Array {
    const bytes = valueBytesOfBlock(this.#blocks, block);
    return this.#bank(block).bytes.subarray(this.#valuesAt, this.#valuesAt + bytes);
  }

  /** Adds the incoming values of one date to the states of a block. */
  accumulate(block: number): void {
    const bank = this.#bank(block);
    bank.accumulate(this.#pointer(block), this.#valuesAt, cellsOfBlock(this.#blocks, block));
  }

  /** The states of one block, STATE_BYTES a cell. */
  states(block: number): Uint8Array {
    const from = this.#pointer(block);
    return this.#bank(block).bytes.subarray(from, from + cellsOfBlock(this.#blocks, block) * STATE_BYTES);
  }

  #bank(block: number): Kernels {
    return this.#banks[Math.floor(block / this.#blocksPerBank)]!;
  }

  #pointer(block: number): number {
    return this.#statesAt + (block % this.#blocksPerBank) * this.#stateBytes;
  }
}

interface Bank {
  readonly kernels: Kernels;
  readonly writer: MomentWriter;
}

/** All values of a stack of few dates, for a parent that receives images block by block in any order of dates. */
export class ValuePlane {
  readonly #blocks: StateBlocks;
  readonly #banks: readonly Bank[];
  readonly #blocksPerBank: number;
  readonly #dateStride: number;
  readonly #blockBytes: number;
  readonly #valuesAt: number;

  constructor(blocks: StateBlocks, targets: MomentTargets, meter: Meter) {
    const start = meter.start();
    const dates = blocks.rows.sources.length;
    const cells = cellsOfBlock(blocks, 0);
    this.#blocks = blocks;
    this.#dateStride = planeBytes(cells);
    this.#blockBytes = Math.ceil((dates * this.#dateStride) / 64) * 64;
    this.#blocksPerBank = Math.min(blocks.blocks, Math.max(1, Math.floor(BANK_BYTES / this.#blockBytes)));
    const plan = new RegionPlan();
    const regions = new MomentRegions(plan, cells);
    this.#valuesAt = plan.reserve(this.#blocksPerBank * this.#blockBytes);
    this.#banks = Array.from({ length: Math.ceil(blocks.blocks / this.#blocksPerBank) }, () => {
      const kernels = openKernels(plan);
      return { kernels, writer: new MomentWriter(kernels, regions, dates, targets, meter) };
    });
    meter.end("init", "kernels", start);
  }

  /** Where the float32 values of a block of one date are put. */
  incoming(block: number, date: number): Uint8Array {
    const from = this.#pointer(block) + date * this.#dateStride;
    return this.#bank(block).kernels.bytes.subarray(from, from + valueBytesOfBlock(this.#blocks, block));
  }

  /** Writes the rows of a block whose dates have all come in. */
  finish(block: number): void {
    const { row, count } = rowsOfBlock(this.#blocks, block);
    this.#bank(block).writer.write(this.#pointer(block), this.#dateStride, row, count);
  }

  #bank(block: number): Bank {
    return this.#banks[Math.floor(block / this.#blocksPerBank)]!;
  }

  #pointer(block: number): number {
    return this.#valuesAt + (block % this.#blocksPerBank) * this.#blockBytes;
  }
}
