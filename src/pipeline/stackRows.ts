import { basename } from "node:path";
import { ShapeError } from "../core/errors";
import type { Finding } from "../core/findings";
import {
  formatShape,
  type Looks,
  lookedShape,
  type NoData,
  type PlaneSource,
  requireInside,
  type Stack,
  sameShape,
  type Window,
  wholeWindow,
} from "../core/raster";
import type { SlcChoice } from "../io/choose";
import { openIntensityStack, openSlcStack } from "../io/folders";
import { requireDistinctOutputs } from "../io/outputFile";

/** Which rows of which images are wanted, as intensity. Plain data: it crosses thread and process borders. */
export interface StackRows {
  readonly sources: readonly PlaneSource[];
  readonly dates: readonly string[];
  /** In looked pixels. */
  readonly window: Window;
  /** Looks still to be taken from complex samples; null where the images are intensities already. */
  readonly looks: Looks | null;
  readonly nodata: NoData;
  /** What is worth knowing of the images but stops nothing. */
  readonly findings: readonly Finding[];
}

/** How complex images become intensity cells. */
export interface IntensityParameters {
  readonly looks: Looks;
  /** In looked pixels; null: the whole looked image. */
  readonly crop: Window | null;
  readonly nodata: NoData;
  /** Which images are meant, where several of a date are there. */
  readonly choice?: SlcChoice | undefined;
}

/**
 * Opens a folder of SLC images as rows of intensity.
 * @throws FormatError, ShapeError an image cannot be read, or the crop does not lie inside the looked image
 */
export function openSlcRows(
  folder: string,
  parameters: IntensityParameters,
): { stack: Stack; rows: StackRows } {
  const { looks, crop, nodata, choice } = parameters;
  const stack = openSlcStack(folder, choice);
  const shape = lookedShape(stack.shape, looks);
  const window = crop === null ? wholeWindow(shape) : requireInside(crop, shape);
  const rows: StackRows = {
    sources: stack.scenes.map((scene) => scene.source),
    dates: stack.scenes.map((scene) => scene.date),
    window,
    looks,
    nodata,
    findings: stack.findings,
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
  choice?: SlcChoice,
): Promise<StackRows> {
  const { scenes, findings } = await openIntensityStack(folder, outputs, choice);
  requireDistinctOutputs(
    outputs,
    scenes.map((scene) => scene.path),
  );
  return wholePlanes(
    scenes.map((scene) => scene.source),
    scenes.map((scene) => scene.date),
    findings,
  );
}

/**
 * Opens products of one shape as rows to be read together.
 * @throws FormatError a file is no one-band TIFF
 * @throws ShapeError their shapes differ
 */
export async function openPlaneRows(paths: readonly string[]): Promise<StackRows> {
  // Loaded here: the inner loops have no use for it.
  const { openIntensity } = require("../io/formats/intensity") as typeof import("../io/formats/intensity");
  const sources = [];
  for (const path of paths) {
    const source = await openIntensity(path);
    const { shape } = sources[0] ?? source;
    if (!sameShape(source.shape, shape)) {
      throw new ShapeError(
        `${path}: found ${formatShape(source.shape)}, expected ${formatShape(shape)} as ${paths[0]}; name products of one run`,
        { path },
      );
    }
    sources.push(source);
  }
  return wholePlanes(
    sources,
    paths.map((path) => basename(path)),
    [],
  );
}

/** All rows of intensities of one shape. */
function wholePlanes(
  sources: readonly PlaneSource[],
  dates: readonly string[],
  findings: readonly Finding[],
): StackRows {
  return { sources, dates, window: wholeWindow(sources[0]!.shape), looks: null, nodata: "zero", findings };
}
