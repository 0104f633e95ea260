import type { Shape } from "../core/raster";
import { writeFully } from "../io/outputFile";
import { Product, type ProductTarget } from "../io/products";
import { type Kernels, openKernels, planeBytes, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { exactMoments } from "../statistics/exactMoments";
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
    this.#dateBytes = planeBytes(cells);
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

/** Products that a reduction fills; count is optional. */
export interface MomentTargets {
  readonly mean: ProductTarget;
  readonly std: ProductTarget;
  readonly count: ProductTarget | null;
}

/** Where the results of one block stand in kernel memory. */
export class MomentRegions {
  readonly means: number;
  readonly stds: number;
  readonly counts: number;
  readonly unresolved: number;

  constructor(plan: RegionPlan, cells: number) {
    const bytes = planeBytes(cells);
    this.means = plan.reserve(bytes);
    this.stds = plan.reserve(bytes);
    this.counts = plan.reserve(bytes);
    this.unresolved = plan.reserve(bytes);
  }
}

/** Computes mean and std of blocks of rows that stand in kernel memory, and writes them into the products. */
export class MomentWriter {
  readonly #kernels: Kernels;
  readonly #regions: MomentRegions;
  readonly #dates: number;
  readonly #targets: MomentTargets;
  readonly #meter: Meter;

  constructor(kernels: Kernels, regions: MomentRegions, dates: number, targets: MomentTargets, meter: Meter) {
    this.#kernels = kernels;
    this.#regions = regions;
    this.#dates = dates;
    this.#targets = targets;
    this.#meter = meter;
  }

  /** @param values pointer to the first of the dates, `dateStride` bytes apart; rows of the products from `row` on */
  write(values: number, dateStride: number, row: number, count: number): void {
    const { means, stds, counts, unresolved } = this.#regions;
    const { mean, std, count: valid } = this.#targets;
    const cells = (count * mean.rowBytes) / 4;
    const start = this.#meter.since();
    const left = this.#kernels.moments(
      values,
      dateStride,
      this.#dates,
      cells,
      means,
      stds,
      counts,
      unresolved,
    );
    for (let i = 0; i < left; i++) this.#resolve(values, dateStride, this.#kernels.ints[unresolved / 4 + i]!);
    const computed = this.#meter.end("compute", `row ${row}`, start);

    let written = this.#writeRows(mean, means, row, count) + this.#writeRows(std, stds, row, count);
    if (valid !== null) written += this.#writeRows(valid, counts, row, count);
    this.#meter.bytesWritten += written;
    this.#meter.end("write", `row ${row}`, computed, written);
  }

  #resolve(values: number, dateStride: number, cell: number): void {
    const { floats } = this.#kernels;
    const ofCell = Array.from(
      { length: this.#dates },
      (_, date) => floats[(values + date * dateStride) / 4 + cell]!,
    );
    const { mean, std } = exactMoments(ofCell);
    floats[this.#regions.means / 4 + cell] = mean;
    floats[this.#regions.stds / 4 + cell] = std;
  }

  #writeRows(target: ProductTarget, from: number, row: number, count: number): number {
    const bytes = this.#kernels.bytes.subarray(from, from + count * target.rowBytes);
    writeFully(target.file, bytes, target.dataOffset + row * target.rowBytes);
    return bytes.length;
  }
}

/** Told now and then how far a work is. */
export type ShowProgress = (done: number, total: number) => void;

/**
 * Runs a piece of work that fills products; they are put in place together when it succeeds and vanish when it fails.
 * Whenever the work tells its progress, what is written so far begins its way to the disk.
 */
export async function withProducts<T>(
  paths: readonly string[],
  shape: Shape,
  meter: Meter,
  onProgress: ShowProgress | undefined,
  fill: (products: readonly Product[], onProgress: ShowProgress) => Promise<T>,
): Promise<T> {
  const products: Product[] = [];
  try {
    let start = meter.start();
    for (const path of paths) products.push(new Product(path, shape));
    meter.end("write", "headers", start);
    const result = await fill(products, (done, total) => {
      for (const product of products) product.writeBack();
      onProgress?.(done, total);
    });
    start = meter.start();
    // All are on the disk before any takes its place.
    await Promise.all(products.map((product) => product.flush()));
    await Promise.all(products.map((product) => product.place()));
    meter.end("write", "commit", start);
    return result;
  } catch (error) {
    for (const product of products) product.discard();
    throw error;
  }
}
