import { writeFully } from "../io/outputFile";
import type { ProductTarget } from "../io/productWriter";
import type { Kernels, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { exactMoments } from "../statistics/exactMoments";

/** Products that a reduction fills; count is optional. */
export interface MomentTargets {
  readonly mean: ProductTarget;
  readonly std: ProductTarget;
  readonly count: ProductTarget | null;
}

/** Bytes from one date to the next in a block of `cells`: kernels work on four cells a step, and loads may overrun by three. */
export function dateBytes(cells: number): number {
  return (Math.ceil(cells / 4) + 1) * 16;
}

/** Where the results of one block stand in kernel memory. */
export class MomentRegions {
  readonly means: number;
  readonly stds: number;
  readonly counts: number;
  readonly unresolved: number;

  constructor(plan: RegionPlan, cells: number) {
    const bytes = dateBytes(cells);
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
