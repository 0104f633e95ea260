import { writeFully } from "../io/outputFile";
import type { ProductTarget } from "../io/products";
import { type Kernels, openKernels, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { looksRowsPerRead, RowReader, type StackRows } from "./rowReader";

/** One intensity crop a date, by blocks of rows of one date. Plain data. */
export interface PrepareTask {
  readonly rows: StackRows;
  /** One product a date, in the order of `rows.sources`. */
  readonly targets: readonly ProductTarget[];
  readonly rowsPerBlock: number;
  readonly blocksPerDate: number;
}

/** Plans the blocks of a preparation: one read each. */
export function planPreparation(rows: StackRows, targets: readonly ProductTarget[]): PrepareTask {
  const height = rows.looks === null ? rows.window.azimuth : looksRowsPerRead(rows, rows.looks);
  const rowsPerBlock = Math.min(height, rows.window.azimuth);
  return { rows, targets, rowsPerBlock, blocksPerDate: Math.ceil(rows.window.azimuth / rowsPerBlock) };
}

/** Reads, looks and output rows of one block of one date, in the kernel memory of one thread. */
export class BlockPreparer {
  readonly #task: PrepareTask;
  readonly #meter: Meter;
  readonly #kernels: Kernels;
  readonly #reader: RowReader;
  readonly #cells: number;

  constructor(task: PrepareTask, meter: Meter) {
    const start = meter.start();
    const plan = new RegionPlan();
    this.#task = task;
    this.#meter = meter;
    const buffer = RowReader.reserve(plan, task.rows);
    this.#cells = plan.reserve((task.rowsPerBlock * task.rows.window.range + 4) * 4);
    this.#kernels = openKernels(plan);
    this.#reader = new RowReader(this.#kernels, task.rows, buffer, meter);
    meter.end("init", "kernels", start);
  }

  /** Reads one block, takes its looks and writes its rows in place. */
  prepare(block: number): void {
    const { rows, rowsPerBlock, blocksPerDate, targets } = this.#task;
    const date = Math.floor(block / blocksPerDate);
    const row = (block % blocksPerDate) * rowsPerBlock;
    const count = Math.min(rowsPerBlock, rows.window.azimuth - row);
    this.#reader.load(date, row, count, this.#cells);
    const start = this.#meter.since();
    const target = targets[date]!;
    const bytes = this.#kernels.bytes.subarray(this.#cells, this.#cells + count * target.rowBytes);
    writeFully(target.file, bytes, target.dataOffset + row * target.rowBytes);
    this.#meter.bytesWritten += bytes.length;
    this.#meter.end("write", rows.dates[date]!, start, bytes.length);
  }

  close(): void {
    this.#reader.close();
  }
}
