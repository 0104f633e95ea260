import { type Kernels, openKernels, planeBytes, RegionPlan, STATE_BYTES } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { dateStride, type MomentTargets, MomentWriter, reserveMoments } from "./moments";
import {
  cellsOfBlock,
  cellsOfLargest,
  cutIntoBlocks,
  partOfBlock,
  type RowBlocks,
  RowReader,
  valueBytes,
} from "./rowReader";
import type { StackRows } from "./stackRows";

/** States of one block: large enough for fast pipes and reads, small enough for the CPU's outer cache. */
const STATE_BLOCK_BYTES = 2 << 20;

/** Blocks of rows whose partial states, or values, travel between processes. */
export function stateBlocks(rows: StackRows): RowBlocks {
  return cutIntoBlocks(rows, STATE_BLOCK_BYTES / (rows.window.range * STATE_BYTES), STATE_BYTES);
}

/** Bytes of the partial states of one block. */
export function stateBytes(blocks: RowBlocks, block: number): number {
  return stateCells(blocks, block) * STATE_BYTES;
}

/** Cells of one block as the kernels of states count them: even. */
function stateCells(blocks: RowBlocks, block: number): number {
  const cells = cellsOfBlock(blocks, block);
  return cells + (cells % 2);
}

/** Partial states of a list of dates, one block of rows at a time, in the kernel memory of one process. */
export class BlockStates {
  readonly #kernels: Kernels;
  readonly #reader: RowReader;
  readonly #states: number;
  readonly #values: number;

  constructor(
    private readonly blocks: RowBlocks,
    private readonly meter: Meter,
  ) {
    const start = meter.start();
    const plan = new RegionPlan();
    const buffer = RowReader.reserve(plan, blocks.rows);
    this.#states = plan.reserve(stateBytes(blocks, 0));
    this.#values = plan.reserve(planeBytes(cellsOfLargest(blocks)));
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
    const part = partOfBlock(this.blocks, block);
    const cells = stateCells(this.blocks, block);
    const clearing = this.meter.since();
    this.#kernels.clearStates(this.#states, cells);
    this.meter.end("compute", "clear", clearing);
    for (const date of dates) {
      this.#reader.load(date, part, this.#values);
      const start = this.meter.since();
      this.#kernels.accumulate(this.#states, this.#values, cells);
      this.meter.end("compute", this.blocks.rows.dates[date]!, start);
    }
    return this.#kernels.bytes.subarray(this.#states, this.#states + cells * STATE_BYTES);
  }

  close(): void {
    this.#reader.close();
  }
}

/** Merges partial states of blocks that come from several places and writes the rows of the products. */
export class StateMerger {
  readonly #kernels: Kernels;
  readonly #writer: MomentWriter;
  readonly #cells: CellReader;
  readonly #incoming: number;
  readonly #states: number;

  constructor(
    private readonly blocks: RowBlocks,
    targets: MomentTargets,
    private readonly meter: Meter,
  ) {
    const start = meter.start();
    const plan = new RegionPlan();
    this.#incoming = plan.reserve(stateBytes(blocks, 0));
    this.#states = plan.reserve(stateBytes(blocks, 0));
    const regions = reserveMoments(plan, blocks);
    this.#kernels = openKernels(plan);
    this.#writer = new MomentWriter(this.#kernels, regions, blocks, targets, meter);
    this.#cells = new CellReader(blocks, meter);
    meter.end("init", "kernels", start);
  }

  /** Where the states of the first part of a block may be received. */
  first(block: number): Uint8Array {
    return this.#kernels.bytes.subarray(this.#states, this.#states + stateBytes(this.blocks, block));
  }

  /** Where the states of a further part may be received, for `merge` to take. */
  incoming(block: number): Uint8Array {
    return this.#kernels.bytes.subarray(this.#incoming, this.#incoming + stateBytes(this.blocks, block));
  }

  /** Begins a block with the states of the first part, where they stand elsewhere. */
  begin(states: Uint8Array): void {
    const start = this.meter.since();
    this.#kernels.bytes.set(states, this.#states);
    this.meter.end("merge", "first", start);
  }

  /** Adds the states of a block that stand in `incoming`. */
  merge(block: number): void {
    const start = this.meter.since();
    this.#kernels.merge(this.#states, this.#incoming, stateCells(this.blocks, block));
    this.meter.end("merge", `block ${block}`, start);
  }

  /** Turns the merged states of a block into rows of the products; undecided cells are read again and done exactly. */
  finish(block: number): void {
    this.#writer.finish(this.#states, block, this.#cells.of(block));
  }

  close(): void {
    this.#cells.close();
  }
}

/** Reads single cells of every date of a stack again: of few stacks any are asked for, so nothing is opened before. */
class CellReader {
  #opened: { readonly reader: RowReader; readonly kernels: Kernels; readonly target: number } | null = null;

  constructor(
    private readonly blocks: RowBlocks,
    private readonly meter: Meter,
  ) {}

  /** Reads the cells of a block: the values of one, one a date; declared no data is NaN. */
  of(block: number): (cell: number) => number[] {
    const { row, column, columns } = partOfBlock(this.blocks, block);
    return (cell) => {
      this.#opened ??= this.#open();
      const { reader, kernels, target } = this.#opened;
      const part = {
        row: row + Math.floor(cell / columns),
        rows: 1,
        column: column + (cell % columns),
        columns: 1,
      };
      return this.blocks.rows.sources.map((_, date) => {
        reader.load(date, part, target);
        return kernels.floats[target / 4]!;
      });
    };
  }

  close(): void {
    this.#opened?.reader.close();
  }

  #open() {
    const { rows } = this.blocks;
    const plan = new RegionPlan();
    const buffer = RowReader.reserve(plan, rows);
    const target = plan.reserve(planeBytes(1));
    const kernels = openKernels(plan);
    return { reader: new RowReader(kernels, rows, buffer, this.meter), kernels, target };
  }
}

/** What a parent does with the images of a stack that come in block by block, in any order of dates. */
export interface Gathering {
  /** Where the float32 values of a block of one date are to be put. */
  incoming(block: number, date: number): Uint8Array;
  /** Takes the values that have been put there. */
  add(block: number): void;
  /** Writes the products once all blocks of all dates have been added. */
  finish(): void;
}

/** Keeps the values of the whole stack where they take no more memory than the states would, else the states. */
export function startGathering(blocks: RowBlocks, targets: MomentTargets, meter: Meter): Gathering {
  const dates = blocks.rows.sources.length;
  const stride = dateStride(blocks);
  const keepsValues = dates * 4 <= STATE_BYTES;
  const placeOf = layPlane(blocks, keepsValues ? dates * stride : stateBytes(blocks, 0), targets, meter);
  return {
    incoming: (block, date) => {
      const { kernels, pointer, values } = placeOf(block);
      const from = keepsValues ? pointer + date * stride : values;
      return kernels.bytes.subarray(from, from + valueBytes(blocks, block));
    },
    add: (block) => {
      if (keepsValues) return;
      const start = meter.start();
      const { kernels, pointer, values } = placeOf(block);
      kernels.accumulate(pointer, values, stateCells(blocks, block));
      meter.end("compute", `block ${block}`, start);
    },
    finish: () => {
      const cells = keepsValues ? null : new CellReader(blocks, meter);
      for (let block = 0; block < blocks.count; block++) {
        const { writer, pointer } = placeOf(block);
        if (cells === null) writer.reduce(pointer, block);
        else writer.finish(pointer, block, cells.of(block));
      }
      cells?.close();
    },
  };
}

/** A memory of the kernels addresses 4 GiB: larger planes are spread over several of at most this size. */
const BANK_BYTES = 1 << 30;

/**
 * Keeps `bytes` for every block of a plane.
 * @returns where a block stands (`pointer`), and room for the values of one block before they are added to it
 */
function layPlane(blocks: RowBlocks, bytes: number, targets: MomentTargets, meter: Meter) {
  const start = meter.start();
  const blockBytes = Math.ceil(bytes / 64) * 64;
  const blocksPerBank = Math.min(blocks.count, Math.max(1, Math.floor(BANK_BYTES / blockBytes)));
  const plan = new RegionPlan();
  const regions = reserveMoments(plan, blocks);
  const values = plan.reserve(planeBytes(cellsOfLargest(blocks)));
  const from = plan.reserve(blocksPerBank * blockBytes);
  const banks = Array.from({ length: Math.ceil(blocks.count / blocksPerBank) }, () => {
    const kernels = openKernels(plan);
    return { kernels, values, writer: new MomentWriter(kernels, regions, blocks, targets, meter) };
  });
  meter.end("init", "kernels", start);
  return (block: number) => {
    const bank = banks[Math.floor(block / blocksPerBank)]!;
    return { ...bank, pointer: from + (block % blocksPerBank) * blockBytes };
  };
}
