import { wholeWindow } from "../core/raster";
import type { Stack } from "../core/stack";
import { openIntensityStack } from "../io/intensityFolder";
import { requireDistinctOutputs } from "../io/outputFile";
import type { Product } from "../io/productWriter";
import type { MomentTargets } from "./momentWriter";
import type { StackRows } from "./rowReader";

/** Opens a folder of intensity crops as rows to reduce. @throws UsageError an output is an input */
export async function openIntensityRows(
  folder: string,
  outputs: readonly string[],
): Promise<{ stack: Stack; rows: StackRows }> {
  const stack = await openIntensityStack(folder, outputs);
  requireDistinctOutputs(
    outputs,
    stack.scenes.map((scene) => scene.path),
  );
  return { stack, rows: intensityRows(stack) };
}

/** All rows of a stack of intensities. */
export function intensityRows(stack: Stack): StackRows {
  return {
    sources: stack.scenes.map((scene) => scene.source),
    dates: stack.scenes.map((scene) => scene.date),
    window: wholeWindow(stack.shape),
    looks: null,
    nodata: "zero",
  };
}

/** The targets of two or three products: mean, std and perhaps count. */
export function momentTargets(products: readonly Product[]): MomentTargets {
  const [mean, std, count] = products;
  return { mean: mean!.target, std: std!.target, count: count?.target ?? null };
}
