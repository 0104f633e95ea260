import { type Kernels, openKernels, RegionPlan, STATE_BYTES } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { cellsOfBlock, type StateBlocks, valueBytesOfBlock } from "./blockStates";

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
