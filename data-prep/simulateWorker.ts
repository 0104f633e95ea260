// A thread of `simulateStack`: draws blocks of rows into the files of the dates until none is left.
import { closeSync } from "node:fs";
import { endianness } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { openInPlace, writeFully } from "../src/io/outputFile";
import { MISSING, openKernels, planeBytes, RegionPlan } from "../src/kernel/kernels";
import { SAMPLE_BYTES } from "./isce";
import { type SceneDate, sceneDate } from "./scene";
import { type BlockDone, NEXT_BLOCK, type SimulateTask, STOP } from "./simulate";

/** Blocks are numbered date by date, so files are finished in order. */
function drawBlocks(task: SimulateTask): void {
  const { parameters, paths, layout, rowsPerBlock } = task;
  const { looks, header, rowBytes } = layout;
  const control = new Int32Array(task.control);
  const blocksPerDate = Math.ceil(layout.rows / rowsPerBlock);
  const lines = looks?.azimuth ?? 1;
  const lineBytes = SAMPLE_BYTES * parameters.shape.range;
  const plan = new RegionPlan();
  const drawn = plan.reserve(rowsPerBlock * lines * lineBytes);
  const looked = looks === null ? drawn : plan.reserve(rowsPerBlock * rowBytes + planeBytes(0));
  const kernels = openKernels(plan);
  const samples = kernels.floats.subarray(drawn / 4);
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
    const rows = Math.min(rowsPerBlock, layout.rows - firstRow);
    for (let line = 0; line < rows * lines; line++) {
      date.fillRow(firstRow * lines + line, samples, line * parameters.shape.range);
    }
    for (let row = 0; looks !== null && row < rows; row++) {
      const source = drawn + row * lines * lineBytes;
      kernels.looks4x4(source, lineBytes, rowBytes / 4, looked + row * rowBytes, MISSING.eachZero);
    }
    const bytes = Buffer.from(kernels.bytes.buffer, looked, rows * rowBytes);
    if (isBigEndian) bytes.swap32();
    writeInPlace(paths[dateIndex]!, bytes, header.length + firstRow * rowBytes);
    parentPort!.postMessage({ dateIndex, bytes: bytes.length } satisfies BlockDone);
  }
}

function writeInPlace(path: string, bytes: Uint8Array, position: number): void {
  const file = openInPlace(path);
  try {
    writeFully(file, bytes, position, path);
  } finally {
    closeSync(file);
  }
}

drawBlocks(workerData as SimulateTask);
