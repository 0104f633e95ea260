import { basename } from "node:path";
import { ShapeError } from "../core/errors";
import {
  formatShape,
  type Looks,
  lookedShape,
  type NoData,
  requireInside,
  type Stack,
  sameShape,
  type Window,
  wholeWindow,
} from "../core/raster";
import { openIntensityStack, openSlcStack } from "../io/folders";
import { requireDistinctOutputs } from "../io/outputFile";
import type { Product } from "../io/products";
import { openTiff } from "../io/rows";
import type { MomentTargets } from "./moments";
import type { StackRows } from "./rowReader";

/** How complex images become intensity cells. */
export interface IntensityParameters {
  readonly looks: Looks;
  /** In looked pixels; null: the whole looked image. */
  readonly crop: Window | null;
  readonly nodata: NoData;
}

/**
 * Opens a folder of SLC images as rows of intensity.
 * @throws FormatError, ShapeError an image cannot be read, or the crop does not lie inside the looked image
 */
export function openSlcRows(
  folder: string,
  parameters: IntensityParameters,
): { stack: Stack; rows: StackRows } {
  const stack = openSlcStack(folder);
  const { looks, crop, nodata } = parameters;
  const shape = lookedShape(stack.shape, looks);
  const window = crop === null ? wholeWindow(shape) : requireInside(crop, shape);
  const rows: StackRows = {
    sources: stack.scenes.map((scene) => scene.source),
    dates: stack.scenes.map((scene) => scene.date),
    window,
    looks,
    nodata,
  };
  return { stack, rows };
}

/** `4x4`: azimuth x range, the order of --looks. */
export function formatLooks(looks: Looks): string {
  return formatShape(looks).replaceAll(" ", "");
}

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
function intensityRows(stack: Stack): StackRows {
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

/**
 * Opens products of one shape as rows to be read together.
 * @throws FormatError a file is no one-band TIFF
 * @throws ShapeError their shapes differ
 */
export async function openPlaneRows(paths: readonly string[]): Promise<StackRows> {
  const sources = [];
  for (const path of paths) {
    const source = await openTiff(path);
    const { shape } = sources[0] ?? source;
    if (!sameShape(source.shape, shape)) {
      throw new ShapeError(
        `${path}: found ${formatShape(source.shape)}, expected ${formatShape(shape)} as ${paths[0]}; name products of one run`,
        { path },
      );
    }
    sources.push(source);
  }
  return {
    sources,
    dates: paths.map((path) => basename(path)),
    window: wholeWindow(sources[0]!.shape),
    looks: null,
    nodata: "zero",
  };
}
