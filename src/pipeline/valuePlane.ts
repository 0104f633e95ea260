import { type Kernels, openKernels, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { cellsOfBlock, rowsOfBlock, type StateBlocks, valueBytesOfBlock } from "./blockStates";
import { dateBytes, MomentRegions, type MomentTargets, MomentWriter } from "./momentWriter";

/** A memory of the kernels addresses 4 GiB: larger planes are spread over several of at most this size. */
const BANK_BYTES = 1 << 30;

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
    this.#dateStride = dateBytes(cells);
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
