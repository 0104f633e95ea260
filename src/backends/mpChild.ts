import { openKernels, planeBytes, RegionPlan } from "../kernel/kernels";
import { serveChild } from "../parallel/childEntry";
import { cellsOfLargest, type RowBlocks, RowReader, rowsOfBlock } from "../pipeline/rowReader";
import { valueBytes } from "../pipeline/states";
import type { MpTask } from "./mp";

// A child of mp: reads the images it is given and sends every pixel to the parent, block by block.
serveChild<MpTask>((channel) => {
  const blocks = channel.next() as RowBlocks;
  const start = channel.meter.start();
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, blocks.rows);
  const values = plan.reserve(planeBytes(cellsOfLargest(blocks)));
  const kernels = openKernels(plan);
  const reader = new RowReader(kernels, blocks.rows, buffer, channel.meter);
  channel.meter.end("init", "kernels", start);
  for (let date = channel.next(); date !== undefined; date = channel.next()) {
    for (let block = 0; block < blocks.count; block++) {
      const { row, count } = rowsOfBlock(blocks, block);
      reader.load(date as number, row, count, values);
      channel.send(block, kernels.bytes.subarray(values, values + valueBytes(blocks, block)));
    }
  }
  reader.close();
});
