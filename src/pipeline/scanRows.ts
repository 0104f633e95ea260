import type { Looks } from "../core/raster";
import { openKernels, RegionPlan } from "../kernel/kernels";
import { Meter } from "../parallel/meter";
import { looksRowsPerRead, RowReader, type StackRows } from "./rowReader";

/** About this much of each image is in memory at a time. */
const BLOCK_BYTES = 512 * 1024;
/** Cells the kernels may write behind the last of a block. */
const OVERRUN_CELLS = 3;

/**
 * Brings all rows of some images of a stack, in order, in blocks: the same rows of every image at once.
 * Memory does not grow with the height of the images.
 * @param dates places in `rows.sources`
 * @param visit gets one array of `count` rows an image, to be used during the call only
 * @throws FormatError a file was truncated after it was opened
 */
export function scanRows(
  rows: StackRows,
  dates: readonly number[],
  visit: (planes: readonly Float32Array[], row: number, count: number) => void,
): void {
  const { window } = rows;
  const atOnce = Math.min(window.azimuth, rowsPerBlock(rows, rows.looks));
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, rows);
  const targets = dates.map(() => plan.reserve((atOnce * window.range + OVERRUN_CELLS) * 4));
  const kernels = openKernels(plan);
  const reader = new RowReader(kernels, rows, buffer, new Meter(0, false));
  try {
    for (let row = 0; row < window.azimuth; row += atOnce) {
      const count = Math.min(atOnce, window.azimuth - row);
      const planes = dates.map((date, i) => {
        reader.load(date, row, count, targets[i]!);
        return kernels.floats.subarray(targets[i]! / 4, targets[i]! / 4 + count * window.range);
      });
      visit(planes, row, count);
    }
  } finally {
    reader.close();
  }
}

function rowsPerBlock(rows: StackRows, looks: Looks | null): number {
  if (looks !== null) return looksRowsPerRead(rows, looks);
  return Math.max(1, Math.floor(BLOCK_BYTES / (rows.window.range * 4)));
}
