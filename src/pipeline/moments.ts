import type { RowRange } from "../core/raster";
import { type ProductTarget, writeProductPart } from "../io/products";
import { type Kernels, openKernels, planeBytes, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { exactMoments } from "../statistics/exactMoments";
import {
  cellsOfLargest,
  cutIntoBlocks,
  looksRowsPerRead,
  partOfBlock,
  type RowBlocks,
  RowReader,
} from "./rowReader";
import type { StackRows } from "./stackRows";

/** What blocks of rows are for: reduced to statistics, or written as crops. Plain data. */
export type RowTask = ReduceTask | PrepareTask;

/** One thread's way of doing blocks, in any order, whatever other threads do. */
export interface RowWork {
  /** Reads, computes and writes one block. */
  do(block: number): void;
  close(): void;
}

/** Buffers and kernels of one thread for a task. */
export function startRowWork(task: RowTask, meter: Meter): RowWork {
  return task.kind === "reduce" ? startReducing(task, meter) : startPreparing(task, meter);
}

/** Mean and std of a stack: a block is the same rows of every date. */
export interface ReduceTask {
  readonly kind: "reduce";
  readonly blocks: RowBlocks;
  readonly targets: MomentTargets;
}

/** Plans a reduction for a number of workers. */
export function planReduction(rows: StackRows, targets: MomentTargets, workers: number): ReduceTask {
  return { kind: "reduce", blocks: momentBlocks(rows, workers), targets };
}

/** Reads the rows of every date, reduces them and writes the rows of the products in place. */
export function startReducing({ blocks, targets }: ReduceTask, meter: Meter): RowWork {
  const start = meter.start();
  const { rows } = blocks;
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, rows);
  const stride = dateStride(blocks);
  const values = plan.reserve(stride * rows.sources.length);
  const regions = reserveMoments(plan, blocks);
  const kernels = openKernels(plan);
  const reader = new RowReader(kernels, rows, buffer, meter);
  const writer = new MomentWriter(kernels, regions, blocks, targets, meter);
  meter.end("init", "kernels", start);
  return {
    do: (block) => {
      reader.loadDates(partOfBlock(blocks, block), values, stride);
      writer.reduce(values, block);
    },
    close: () => reader.close(),
  };
}

/** One intensity crop a date: a block is rows of one date. */
export interface PrepareTask {
  readonly kind: "prepare";
  /** Of one date; the blocks of all dates follow each other. */
  readonly blocks: RowBlocks;
  /** One product a date. */
  readonly targets: readonly ProductTarget[];
}

/** Plans a preparation: one read a block. */
export function planPreparation(rows: StackRows, targets: readonly ProductTarget[]): PrepareTask {
  const height = rows.looks === null ? rows.window.azimuth : looksRowsPerRead(rows, rows.looks);
  return { kind: "prepare", blocks: cutIntoBlocks(rows, height), targets };
}

/** Reads rows of one date, takes their looks and writes the rows of its crop in place. */
function startPreparing({ blocks, targets }: PrepareTask, meter: Meter): RowWork {
  const start = meter.start();
  const { rows } = blocks;
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, rows);
  const cells = plan.reserve(planeBytes(cellsOfLargest(blocks)));
  const kernels = openKernels(plan);
  const reader = new RowReader(kernels, rows, buffer, meter);
  meter.end("init", "kernels", start);
  return {
    do: (block) => {
      const date = Math.floor(block / blocks.count);
      const part = partOfBlock(blocks, block % blocks.count);
      reader.load(date, part, cells);
      const computed = meter.since();
      const written = writePart(kernels, cells, targets[date]!, part);
      meter.bytesWritten += written;
      meter.end("write", rows.dates[date]!, computed, written);
    },
    close: () => reader.close(),
  };
}

/** Writes a part of a product that stands in kernel memory. @returns its bytes */
function writePart(kernels: Kernels, from: number, target: ProductTarget, part: RowRange): number {
  const bytes = kernels.bytes.subarray(from, from + part.rows * part.columns * 4);
  writeProductPart(target, bytes, part);
  return bytes.length;
}

/**
 * Intensities of all dates that a worker holds at once: within the CPU's outer cache, whatever the number of dates. Where
 * they are read as they are, more rows a block are longer reads; where they come from samples, reads are long anyway.
 */
const BLOCK_BYTES = { intensities: 2 << 20, samples: 1 << 20 } as const;
/** Blocks a worker should find at least, so that the last ones to finish do not wait long for each other. */
const BLOCKS_A_WORKER = 8;

/** Blocks of every date: bounded by memory, by the size of a read and by the number of workers to keep busy. */
export function momentBlocks(rows: StackRows, workers: number): RowBlocks {
  const { window, looks, sources } = rows;
  const bytes = looks === null ? BLOCK_BYTES.intensities : BLOCK_BYTES.samples;
  const held = bytes / (sources.length * window.range * 4);
  const read = looks === null ? window.azimuth : looksRowsPerRead(rows, looks);
  const shared = workers === 1 ? window.azimuth : window.azimuth / (workers * BLOCKS_A_WORKER);
  return cutIntoBlocks(rows, Math.min(held, read, shared), 4 * sources.length);
}

/** Products that a reduction fills; count is optional. */
export interface MomentTargets {
  readonly mean: ProductTarget;
  readonly std: ProductTarget;
  readonly count: ProductTarget | null;
}

/** The targets of two or three products: mean, std and perhaps count. */
export function momentTargets([mean, std, count]: readonly ProductTarget[]): MomentTargets {
  return { mean: mean!, std: std!, count: count ?? null };
}

/** Where the results of one block stand in kernel memory. Plain data. */
export interface MomentRegions {
  readonly means: number;
  readonly stds: number;
  readonly counts: number;
  readonly unresolved: number;
}

export function reserveMoments(plan: RegionPlan, blocks: RowBlocks): MomentRegions {
  const bytes = planeBytes(cellsOfLargest(blocks));
  return {
    means: plan.reserve(bytes),
    stds: plan.reserve(bytes),
    counts: plan.reserve(bytes),
    unresolved: plan.reserve(bytes),
  };
}

/** Bytes from one date to the next where the values of a block stand in kernel memory. */
export function dateStride(blocks: RowBlocks): number {
  return planeBytes(cellsOfLargest(blocks));
}

/** Turns values or partial states of blocks, in kernel memory, into rows of the products. */
export class MomentWriter {
  constructor(
    private readonly kernels: Kernels,
    private readonly regions: MomentRegions,
    private readonly blocks: RowBlocks,
    private readonly targets: MomentTargets,
    private readonly meter: Meter,
  ) {}

  /** @param values pointer to the first date's values of the block; the other dates follow by `dateStride` */
  reduce(values: number, block: number): void {
    const { means, stds, counts, unresolved } = this.regions;
    const { sources } = this.blocks.rows;
    const part = partOfBlock(this.blocks, block);
    const cells = part.rows * part.columns;
    const stride = dateStride(this.blocks);
    const start = this.meter.since();
    const left = this.kernels.moments(values, stride, sources.length, cells, means, stds, counts, unresolved);
    this.#resolve(left, cells, (cell) =>
      sources.map((_, date) => this.kernels.floats[(values + date * stride) / 4 + cell]!),
    );
    const item = `row ${part.row}`;
    this.#write(part, item, this.meter.end("compute", item, start));
  }

  /**
   * @param states pointer to the states of the block's cells, made up to an even number
   * @param valuesOf the values of a cell of the block, one a date: for those that the states leave undecided
   */
  finish(states: number, block: number, valuesOf: (cell: number) => readonly number[]): void {
    const { means, stds, counts, unresolved } = this.regions;
    const part = partOfBlock(this.blocks, block);
    const cells = part.rows * part.columns;
    const start = this.meter.since();
    const left = this.kernels.finish(states, cells + (cells % 2), means, stds, counts, unresolved);
    const item = `block ${block}`;
    this.meter.end("compute", item, start);
    this.#resolve(left, cells, valuesOf);
    this.#write(part, item, this.meter.since());
  }

  /** Does exactly the cells that a kernel left undecided; it may name one beyond the last. */
  #resolve(left: number, cells: number, valuesOf: (cell: number) => readonly number[]): void {
    const { ints, floats } = this.kernels;
    for (let i = 0; i < left; i++) {
      const cell = ints[this.regions.unresolved / 4 + i]!;
      if (cell >= cells) continue;
      const { mean, std } = exactMoments(valuesOf(cell));
      floats[this.regions.means / 4 + cell] = mean;
      floats[this.regions.stds / 4 + cell] = std;
    }
  }

  #write(part: RowRange, item: string, start: number): void {
    const { means, stds, counts } = this.regions;
    const { mean, std, count: valid } = this.targets;
    let written = writePart(this.kernels, means, mean, part);
    written += writePart(this.kernels, stds, std, part);
    if (valid !== null) written += writePart(this.kernels, counts, valid, part);
    this.meter.bytesWritten += written;
    this.meter.end("write", item, start, written);
  }
}
