import { writeFully } from "../io/outputFile";
import { type Kernels, openKernels, RegionPlan, STATE_BYTES } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";
import { exactMoments } from "../statistics/exactMoments";
import { cellsOfBlock, rowsOfBlock, type StateBlocks } from "./blockStates";
import { CellReader } from "./cellReader";
import type { MomentTargets } from "./momentWriter";

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
