// A thread of `simulateStack`: draws blocks of rows into the files of the dates until none is left.
import { closeSync, openSync } from "node:fs";
import { endianness } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { writeFully } from "../src/io/outputFile";
import { type SceneDate, sceneDate } from "./scene";
import { type BlockDone, NEXT_BLOCK, SAMPLE_BYTES, type SimulateTask, STOP } from "./simulate";

/** Blocks are numbered date by date, so files are finished in order. */
function drawBlocks(task: SimulateTask): void {
  const { parameters, paths, rowsPerBlock } = task;
  const { azimuth, range } = parameters.shape;
  const control = new Int32Array(task.control);
  const blocksPerDate = Math.ceil(azimuth / rowsPerBlock);
  const samples = new Float32Array(2 * rowsPerBlock * range);
  const isBigEndian = endianness() === "BE";
  let current = -1;
  let date: SceneDate | undefined;
  while (Atomics.load(control, STOP) === 0) {
    const block = Atomics.add(control, NEXT_BLOCK, 1);
    const dateIndex = Math.floor(block / blocksPerDate);
    if (dateIndex >= paths.length) return;
    if (dateIndex !== current || date === undefined) {
      date = sceneDate(parameters, dateIndex);
      current = dateIndex;
    }
    const firstRow = (block % blocksPerDate) * rowsPerBlock;
    const rows = Math.min(rowsPerBlock, azimuth - firstRow);
    for (let row = 0; row < rows; row++) date.fillRow(firstRow + row, samples, row * range);
    const bytes = Buffer.from(samples.buffer, 0, rows * range * SAMPLE_BYTES);
    if (isBigEndian) bytes.swap32();
    writeInPlace(paths[dateIndex]!, bytes, firstRow * range * SAMPLE_BYTES);
    parentPort!.postMessage({ dateIndex, bytes: bytes.length } satisfies BlockDone);
  }
}

function writeInPlace(path: string, bytes: Uint8Array, position: number): void {
  const file = openSync(path, "r+");
  try {
    writeFully(file, bytes, position, path);
  } finally {
    closeSync(file);
  }
}

drawBlocks(workerData as SimulateTask);
