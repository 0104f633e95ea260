import { BackendError } from "../core/errors";
import type { Meter } from "../parallel/meter";

/** Blocks handed out one by one to any number of threads by an atomic counter in shared memory. */
export class BlockQueue {
  readonly #counter: Int32Array;
  readonly blocks: number;

  constructor(blocks: number, shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.blocks = blocks;
    this.#counter = new Int32Array(shared);
  }

  /** The counter, to hand to other threads. */
  get shared(): SharedArrayBuffer {
    return this.#counter.buffer as SharedArrayBuffer;
  }

  /** The next block that nobody took, or undefined when none is left. */
  next(): number | undefined {
    const block = Atomics.add(this.#counter, 0, 1);
    return block < this.blocks ? block : undefined;
  }

  /** Hands out no further block to anyone. */
  close(): void {
    Atomics.store(this.#counter, 0, this.blocks);
  }
}

/** Longest stretch of work without looking at signals. */
const LONGEST_STRETCH_MS = 40;

/**
 * Takes blocks until none is left, giving way to the event loop now and then so that a signal is noticed.
 * @throws the reason of `signal` once it is aborted
 */
export async function takeBlocks(
  queue: BlockQueue,
  work: (block: number) => void,
  meter: Meter,
  signal: AbortSignal | undefined,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  let rested = performance.now();
  for (let block = queue.next(); block !== undefined; block = queue.next()) {
    work(block);
    if (performance.now() - rested < LONGEST_STRETCH_MS) continue;
    onProgress?.(block + 1, queue.blocks);
    await new Promise(setImmediate);
    throwIfAborted(signal);
    meter.end("wait", "event loop", meter.since());
    rested = performance.now();
  }
}

/** @throws the reason of an aborted signal */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason ?? new BackendError("found an interruption, expected to finish");
}
