import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { sep } from "node:path";
import { PilaError } from "../core/errors";
import { formatWindow, PIXEL_BYTES, type PlaneSource, pixelCount, type Shape } from "../core/raster";
import { type FoundScene, findScenes } from "../io/folders";
import { memoryLayout, PlaneReader } from "../io/rows";
import { predictWork } from "./run";
import { formatLooks, type IntensityParameters, openSlcRows } from "./stackRows";

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
 * @param folder of SLC images
 * @param parameters looks, crop (looked pixels; null is the whole image) and no data the cost is for
 * @returns dates, bytes, cost (seconds), notes, and the first problem; null when it can be processed
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
    const unknown = { dataPath: null, dataOffset: null, shape: null, bytes: null, kind: null, sample: null };
    return { date, path, ...unknown, problem };
  }
  const { source } = scene;
  return {
    date,
    path,
    dataPath: realpathSync(source.path),
    dataOffset: source.by === "bytes" ? source.dataOffset : 0,
    shape: source.shape,
    bytes: statSync(source.path).size,
    kind: `${source.kind}, ${memoryLayout(source).bigEndian ? "big" : "little"} endian`,
    sample: sampleScene(source),
    problem,
  };
}

function estimate(folder: string, asked: IntensityParameters): Pick<StackInspection, "cost" | "problem"> {
  try {
    const { rows } = openSlcRows(folder, asked);
    const { azimuth, range } = rows.window;
    const planeBytes = pixelCount(rows.window) * PIXEL_BYTES.float32;
    const seconds = (work: typeof rows): { seconds: number; workers: number } => {
      const { seconds, workers } = predictWork(work, "thread", null);
      return { seconds, workers };
    };
    const cost: StackCost = {
      looks: formatLooks(asked.looks),
      crop: formatWindow(rows.window),
      nodata: asked.nodata,
      shape: { azimuth, range },
      cropBytes: rows.sources.length * planeBytes,
      productBytes: 3 * planeBytes,
      predicted: { prep: seconds(rows), stats: seconds({ ...rows, looks: null }), fused: seconds(rows) },
    };
    return { cost, problem: null };
  } catch (error) {
    if (error instanceof PilaError) return { cost: null, problem: error };
    throw error;
  }
}

/** From this share of zeros on a date has next to no data. */
const NEARLY_EMPTY = 0.99;

/** What is worth knowing of the dates of a stack, in sentences. */
function noteStack(dates: readonly InspectedDate[], bytes: number, memoryBytes: number): readonly string[] {
  const notes = noteTwins(dates);
  const readable = dates.filter((date) => date.dataPath !== null);
  if (readable.length > 0 && readable.every(({ dataPath }) => dataPath!.split(sep).includes("coregSLC"))) {
    notes.push(
      "the reference date is not here: in ISCE2's stripmapStack coregSLC/Coarse holds secondaries after coarse coregistration and merged/SLC the final stack of all dates; link TREE/merged/SLC to have the reference too",
    );
  }
  if (dates.length === 1) notes.push("one date alone: std is 0 everywhere");
  for (const { date, sample } of readable) {
    const { rows, zeroShare, notFiniteShare } = sample!;
    if (zeroShare >= NEARLY_EMPTY) {
      notes.push(
        `${date}: ${(100 * zeroShare).toFixed(1)} % of the samples in ${rows} rows are 0+0i: next to no data`,
      );
    }
    if (notFiniteShare > 0) {
      notes.push(
        `${date}: ${(100 * notFiniteShare).toPrecision(2)} % of the samples in ${rows} rows are NaN or infinite; cells of NaN are left out, infinite ones make mean infinite and std NaN`,
      );
    }
  }
  if (bytes > memoryBytes) {
    notes.push(
      `the images take ${(bytes / 1e9).toFixed(1)} GB and this machine has ${(memoryBytes / 1e9).toFixed(1)} GB of memory: the page cache cannot hold them, so expect the speed of the disk and not the predicted seconds`,
    );
  }
  return notes;
}

/** Dates that are one image: the same pixels of the same file, or the same content in another. */
function noteTwins(dates: readonly InspectedDate[]): string[] {
  const notes: string[] = [];
  const byFile = new Map<string, string>();
  const byContent = new Map<string, string>();
  for (const { date, dataPath, dataOffset, shape, sample } of dates) {
    if (dataPath === null || sample === null || shape === null) continue;
    const file = `${dataPath}:${dataOffset}`;
    const content = `${shape.azimuth}x${shape.range}:${sample.sha256}`;
    const sameFile = byFile.get(file);
    const sameContent = byContent.get(content);
    if (sameFile !== undefined) {
      notes.push(
        `${sameFile} and ${date} are the same image: both lead to ${dataPath}; it would count twice`,
      );
    } else if (sameContent !== undefined && sample.zeroShare < 1) {
      notes.push(
        `${sameContent} and ${date} are the same image as far as ${sample.rows} rows tell: all their samples are equal; it would count twice`,
      );
    }
    if (sameFile === undefined) byFile.set(file, date);
    if (sameContent === undefined) byContent.set(content, date);
  }
  return notes;
}

/** Enough rows to tell a border to a few per cent; a full frame costs 2 MB of reading. */
const ROWS = 32;

/** What evenly spaced rows of an SLC image show. */
interface SceneSample {
  /** Rows looked at: 32, or all of a smaller image. */
  readonly rows: number;
  /** Share of their samples that are exactly 0+0i, 0..1. */
  readonly zeroShare: number;
  /** Share with a NaN or infinite part. */
  readonly notFiniteShare: number;
  /** Of their values as float32 little-endian: equal images have equal hashes in either byte order. */
  readonly sha256: string;
}

/** Looks at the rows in the middle of 32 equal parts of an image, whole rows. Memory: one row. */
function sampleScene(source: PlaneSource): SceneSample {
  const { azimuth, range } = source.shape;
  const rows = Math.min(ROWS, azimuth);
  const hash = createHash("sha256");
  let [zeros, notFinite] = [0, 0];
  const reader = new PlaneReader([source]);
  try {
    for (let i = 0; i < rows; i++) {
      const row = Math.floor(((i + 0.5) * azimuth) / rows);
      const parts = reader.values(0, { row, rows: 1, column: 0, columns: range });
      for (let at = 0; at < parts.length; at += 2) {
        const [re, im] = [parts[at]!, parts[at + 1]!];
        if (re === 0 && im === 0) zeros += 1;
        if (!Number.isFinite(re + im)) notFinite += 1;
      }
      hash.update(Buffer.from(parts.buffer));
    }
  } finally {
    reader.close();
  }
  const samples = rows * range;
  const sha256 = hash.digest("hex");
  return { rows, zeroShare: zeros / samples, notFiniteShare: notFinite / samples, sha256 };
}
