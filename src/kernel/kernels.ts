import { MemoryError } from "../core/errors";
import { KERNEL_BASE64 } from "./kernelBytes";

/**
 * Which samples of a cell are missing: none; those that are 0+0i or hold a NaN; those that hold a NaN, and all where the
 * others are all 0+0i. A cell is the mean of the samples that are there, NaN where they are less than half.
 */
export const MISSING = { none: 0, eachZero: 1, wholeZero: 2 } as const;
export type MissingRule = (typeof MISSING)[keyof typeof MISSING];

type TakeLooks4x4 = (
  source: number,
  rowBytes: number,
  cells: number,
  target: number,
  rule: MissingRule,
) => void;
type TakeLooks = (
  source: number,
  rowBytes: number,
  azimuth: number,
  range: number,
  cells: number,
  target: number,
  rule: MissingRule,
) => void;

/** The compiled kernels; shapes and rules are said at their sources in `assembly/`. Pointers are bytes into the memory. */
interface KernelFunctions {
  looks4x4: TakeLooks4x4;
  looks4x4Int16: TakeLooks4x4;
  looks: TakeLooks;
  looksInt16: TakeLooks;
  moments(
    source: number,
    dateBytes: number,
    dates: number,
    cells: number,
    means: number,
    stds: number,
    counts: number,
    unresolved: number,
  ): number;
  clearStates(states: number, cells: number): void;
  accumulate(states: number, values: number, cells: number): void;
  merge(states: number, others: number, cells: number): void;
  finish(
    states: number,
    cells: number,
    means: number,
    stds: number,
    counts: number,
    unresolved: number,
  ): number;
  swapWords(pointer: number, words: number): void;
  swapHalves(pointer: number, halves: number): void;
  gatherSamples(pointer: number, samples: number, stride: number, bytes: number): void;
  widenSamples(pointer: number, samples: number): void;
}

/** Bytes of the partial state of one cell: Σx and Σx² as float64 pairs and an int32 count. */
export const STATE_BYTES = 36;

/** Bytes of `cells` float32 values: kernels work on four cells a step, and loads may overrun by three. */
export function planeBytes(cells: number): number {
  return (Math.ceil(cells / 4) + 1) * 16;
}

/** Vectors are 16 bytes and cache lines 64: every region begins on a line. */
const ALIGNMENT = 64;
/** What the exact sums of one thread need. */
export const SCRATCH_BYTES = 128;
const PAGE_BYTES = 65536;
/** The limit of 32-bit WebAssembly, and what the kernels are compiled with. */
const MAXIMUM_PAGES = 65536;

/** Kernels over one memory, of which this thread owns the regions it allocates. */
export interface Kernels extends KernelFunctions {
  readonly memory: KernelMemory;
  /** The whole memory as bytes. */
  readonly bytes: Uint8Array;
  readonly floats: Float32Array;
  readonly ints: Int32Array;
}

/** Lays regions one after the other and sums what they need. */
export class RegionPlan {
  /** The first 64 bytes stay free, so that no region is at pointer 0. */
  #end = ALIGNMENT;

  /** Reserves `bytes` and returns where they begin. */
  reserve(bytes: number): number {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes) / ALIGNMENT) * ALIGNMENT;
    return start;
  }

  /** Bytes reserved so far. */
  get size(): number {
    return this.#end;
  }
}

/** A memory that threads may share. */
export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
}

/**
 * A shared memory of at least `bytes`, fixed in size: views of it stay valid.
 * @throws MemoryError the system does not give so much
 */
export function createKernelMemory(bytes: number): KernelMemory {
  const initial = Math.ceil((bytes + SCRATCH_BYTES) / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial, maximum: MAXIMUM_PAGES, shared: true });
  } catch (cause) {
    // V8 reserves addresses for more than the largest memory, so as not to check each access.
    throw new MemoryError(
      `found ${((initial * PAGE_BYTES) / 2 ** 20).toFixed(1)} MiB of memory for the kernels refused, expected them and 10 GiB of address space; take fewer workers or a smaller crop, raise the limit (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler, which needs no more than the memory itself`,
      { cause },
    );
  }
}

/**
 * Instantiates the kernels over a memory of its own for the regions of `plan`, or over a given (shared) one.
 * @param scratch 128 bytes of the memory that no other thread uses; by default behind the planned regions
 */
export function openKernels(plan: RegionPlan, memory?: KernelMemory, scratch?: number): Kernels {
  const own = scratch ?? plan.reserve(SCRATCH_BYTES);
  const backing = memory ?? createKernelMemory(plan.size);
  const functions = instantiate(Buffer.from(KERNEL_BASE64, "base64"), backing) as KernelFunctions & {
    useScratch(pointer: number): void;
  };
  functions.useScratch(own);
  return {
    ...functions,
    memory: backing,
    bytes: new Uint8Array(backing.buffer),
    floats: new Float32Array(backing.buffer),
    ints: new Int32Array(backing.buffer),
  };
}

/** The exports of a compiled module over a memory. */
export function instantiate(compiled: Uint8Array, memory: KernelMemory): unknown {
  return new WebAssembly.Instance(new WebAssembly.Module(compiled), { env: { memory } }).exports;
}

/** What pila uses of WebAssembly: TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: KernelMemory } },
  ) => { readonly exports: unknown };
};
