import { realpathSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { PilaError } from "../core/errors";
import { formatWindow, pixelCount, type Shape } from "../core/raster";
import { PIXEL_BYTES } from "../core/stack";
import { type FoundScene, findScenes } from "../io/slcFolder";
import { predictWork } from "./costModel";
import { noteStack } from "./noteStack";
import { type SceneSample, sampleScene } from "./sampleScene";
import { formatLooks, type IntensityParameters, openSlcRows } from "./slcRows";

/** One date as it was found. */
export interface InspectedDate {
  readonly date: string;
  readonly path: string;
  /** The real path of the file of pixels; null, as all that follows, where the date cannot be read. */
  readonly dataPath: string | null;
  readonly dataOffset: number | null;
  readonly shape: Shape | null;
  readonly bytes: number | null;
  /** `complex64, little endian`. */
  readonly kind: string | null;
  readonly sample: SceneSample | null;
  readonly problem: PilaError | null;
}

/** What processing would take, with the parameters asked for. */
export interface StackCost {
  readonly looks: string;
  readonly crop: string;
  readonly nodata: string;
  /** Of crops and products, in cells. */
  readonly shape: Shape;
  /** Bytes of all crops, and of mean, std and count. */
  readonly cropBytes: number;
  readonly productBytes: number;
  /** Seconds from a warm page cache, right within a factor of two, and the workers that suit them. */
  readonly predicted: Readonly<
    Record<"prep" | "stats" | "fused", { readonly seconds: number; readonly workers: number }>
  >;
}

export interface StackInspection {
  readonly folder: string;
  readonly dates: readonly InspectedDate[];
  /** Bytes of the pixels of all readable dates. */
  readonly bytes: number;
  /** null when the stack cannot be processed. */
  readonly cost: StackCost | null;
  /** The first thing that stands in the way; null when it can be processed. */
  readonly problem: PilaError | null;
  /** What is worth knowing but stops nothing, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Looks a folder of SLC images over without processing it: every date with what is wrong with it, a sample of its rows,
 * and what the work would cost.
 * @throws FormatError there is no such folder, or nothing in it is named like an SLC description
 */
export function inspectStack(folder: string, parameters: IntensityParameters): StackInspection {
  const dates = findScenes(folder).map(inspectScene);
  const wrong = dates.find((date) => date.problem !== null)?.problem ?? null;
  const { cost, problem } = wrong === null ? estimate(folder, parameters) : { cost: null, problem: wrong };
  const bytes = dates.reduce(
    (sum, { shape }) => sum + (shape === null ? 0 : pixelCount(shape) * PIXEL_BYTES.complex64),
    0,
  );
  return { folder, dates, bytes, cost, problem, notes: noteStack(dates, bytes, totalmem()) };
}

function inspectScene({ date, path, scene, problem }: FoundScene): InspectedDate {
  if (scene === null) {
    return {
      date,
      path,
      dataPath: null,
      dataOffset: null,
      shape: null,
      bytes: null,
      kind: null,
      sample: null,
      problem,
    };
  }
  const { source } = scene;
  return {
    date,
    path,
    dataPath: realpathSync(source.path),
    dataOffset: source.dataOffset,
    shape: source.shape,
    bytes: statSync(source.path).size,
    kind: `${source.kind}, ${source.bigEndian ? "big" : "little"} endian`,
    sample: sampleScene(source),
    problem,
  };
}

function estimate(
  folder: string,
  parameters: IntensityParameters,
): { readonly cost: StackCost | null; readonly problem: PilaError | null } {
  try {
    const { rows } = openSlcRows(folder, parameters);
    const { azimuth, range } = rows.window;
    const planeBytes = pixelCount(rows.window) * PIXEL_BYTES.float32;
    const seconds = (work: typeof rows): { seconds: number; workers: number } => {
      const { seconds, workers } = predictWork(work, "thread", null);
      return { seconds, workers };
    };
    const predicted = { prep: seconds(rows), stats: seconds({ ...rows, looks: null }), fused: seconds(rows) };
    const cost: StackCost = {
      looks: formatLooks(parameters.looks),
      crop: formatWindow(rows.window),
      nodata: parameters.nodata,
      shape: { azimuth, range },
      cropBytes: rows.sources.length * planeBytes,
      productBytes: 3 * planeBytes,
      predicted,
    };
    return { cost, problem: null };
  } catch (error) {
    if (error instanceof PilaError) return { cost: null, problem: error };
    throw error;
  }
}
