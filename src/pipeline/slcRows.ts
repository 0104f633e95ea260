import {
  formatShape,
  type Looks,
  lookedShape,
  type NoData,
  requireInside,
  type Window,
  wholeWindow,
} from "../core/raster";
import type { Stack } from "../core/stack";
import { openSlcStack } from "../io/slcFolder";
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
