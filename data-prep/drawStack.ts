import { open } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { WorkerError } from "../src/core/errors";
import { pixelCount } from "../src/core/raster";
import { SAMPLE_BYTES } from "./isceHeaders";
import type { SceneParameters } from "./scene";

/** Bytes a worker draws before it writes: large enough for the page cache, small enough to stay in its core's. */
const BLOCK_BYTES = 2 ** 20;

/** What a worker is started with. */
export interface SimulateTask {
  readonly parameters: SceneParameters;
  /** File of each date, as long as the date; lines are written in place. */
  readonly paths: readonly string[];
  readonly rowsPerBlock: number;
  /** Int32: the next block nobody has taken, and 1 when all shall stop. */
  readonly control: SharedArrayBuffer;
}

/** Sent after each block that is in its file. */
export interface BlockDone {
  readonly dateIndex: number;
  readonly bytes: number;
}

export const NEXT_BLOCK = 0;
export const STOP = 1;

interface Drawing {
  readonly parameters: SceneParameters;
  /** An existing empty file for each date. */
  readonly paths: readonly string[];
  readonly workers: number;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws all dates of a scene into their files by worker threads and brings them to the disk (fsync), each date while
 * the next is drawn. The bytes do not depend on the number of workers.
 * @returns when no worker is left, with every file whole
 * @throws WorkerError a worker failed, the disk is full; the files are then unfinished
 * @throws the reason of the signal, when it was aborted
 */
export async function drawStack(drawing: Drawing): Promise<void> {
  const { parameters, paths, onProgress, signal } = drawing;
  const dateBytes = pixelCount(parameters.shape) * SAMPLE_BYTES;
  const rowBytes = parameters.shape.range * SAMPLE_BYTES;
  const rowsPerBlock = Math.min(parameters.shape.azimuth, Math.max(1, Math.floor(BLOCK_BYTES / rowBytes)));
  const blocks = paths.length * Math.ceil(parameters.shape.azimuth / rowsPerBlock);
  const task: SimulateTask = { parameters, paths, rowsPerBlock, control: new SharedArrayBuffer(8) };

  const stop = () => Atomics.store(new Int32Array(task.control), STOP, 1);
  signal?.addEventListener("abort", stop);
  const missing = paths.map(() => dateBytes);
  const syncs: Promise<void>[] = [];
  const failures: unknown[] = [];
  let doneBytes = 0;
  const onBlock = ({ dateIndex, bytes }: BlockDone) => {
    doneBytes += bytes;
    missing[dateIndex]! -= bytes;
    if (missing[dateIndex] === 0)
      syncs.push(sync(paths[dateIndex]!).catch((error) => void failures.push(error)));
    onProgress?.(doneBytes, paths.length * dateBytes);
  };
  const workers = Array.from({ length: Math.min(drawing.workers, blocks) }, () =>
    runWorker(task, onBlock).catch((error) => {
      failures.push(error);
      stop();
    }),
  );
  await Promise.all(workers);
  await Promise.all(syncs);
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  if (failures.length > 0) {
    const cause = failures[0];
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new WorkerError(`simulating stopped: ${found}; nothing was kept, mend this and run it again`, {
      cause,
    });
  }
  if (missing.some((bytes) => bytes !== 0)) {
    throw new WorkerError("simulating stopped: a worker ended before its work was done; run it again");
  }
}

function runWorker(task: SimulateTask, onBlock: (block: BlockDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "simulateWorker.js"), { workerData: task });
    worker.on("message", onBlock);
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
