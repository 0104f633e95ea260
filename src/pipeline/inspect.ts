import { realpathSync, statSync } from "node:fs";
import { PilaError, RealBandError } from "../core/errors";
import type { Finding } from "../core/findings";
import {
  formatWindow,
  type Looks,
  PIXEL_BYTES,
  type PlaneSource,
  pixelCount,
  type Shape,
  type Window,
} from "../core/raster";
import { type FoundScene, findIntensities, findScenes } from "../io/folders";
import { readManifest } from "../io/manifest";
import { memoryLayout, PlaneReader } from "../io/rows";
import { readTiff } from "../io/tiff";
import { TAG } from "../io/tiffHeader";
import { usableMemory } from "../parallel/limits";
import { findFaults } from "./faults";
import { predictWork } from "./run";
import { digestSamples, planSamples, type SampleDigest } from "./samples";
import {
  formatLooks,
  type IntensityParameters,
  openIntensityRows,
  openSlcRows,
  type StackRows,
} from "./stackRows";

/** One date as it was found. */
export interface InspectedDate {
  readonly date: string;
  readonly path: string;
  /** The real path of the file of pixels; null, as all that follows, where the date cannot be read. */
  readonly dataPath: string | null;
  readonly shape: Shape | null;
  /** Of the file of pixels. */
  readonly bytes: number | null;
  /** Of a pixel: `complex64`, `CInt16`, `float32`; of big-endian ones with `, big endian`. */
  readonly type: string | null;
  /** In words, such as `VRT over raw` or `GeoTIFF, tiles, deflate (GDAL)`. */
  readonly format: string | null;
  /** What samples of it show. */
  readonly sample: Omit<SampleDigest, "blocks"> | null;
  readonly problem: PilaError | null;
}

/** What processing would take, with the parameters asked for. */
export interface StackCost {
  /** null, as what it takes to make crops, where the images are intensities already. */
  readonly looks: string | null;
  readonly crop: string;
  readonly nodata: string;
  /** Of crops and products, in cells. */
  readonly shape: Shape;
  /** Bytes of all crops, and of mean, std and count. */
  readonly cropBytes: number;
  readonly productBytes: number;
  /** Seconds from a warm page cache, right within a factor of two, and the workers that suit them. */
  readonly predicted: Readonly<
    Partial<Record<"prep" | "stats" | "fused", { readonly seconds: number; readonly workers: number }>>
  >;
}

export interface StackInspection {
  readonly folder: string;
  readonly dates: readonly InspectedDate[];
  /** Bytes of the pixels of all readable dates. */
  readonly bytes: number;
  /** What is wrong with it or worth knowing of it, the gravest first. */
  readonly findings: readonly Finding[];
  /** null when the stack cannot be processed. */
  readonly cost: StackCost | null;
  /** The first thing that stands in the way; null when it can be processed. */
  readonly problem: PilaError | null;
}

/**
 * Looks a stack over without processing it: every date with what samples of it show, what is wrong with it by itself and
 * beside the others, and what the work would cost. It reads 32 rows and 49 small blocks of each date, whose digests
 * (at most 0.7 MB a date) are all it holds.
 * @param folder of SLC images, or of intensities where it holds no SLC
 * @param parameters looks, crop (looked pixels; null is the whole image) and no data the cost is for, and the images meant
 * @returns dates, findings, bytes, cost (seconds), and the first problem; null when it can be processed
 * @throws FormatError no such folder, no image in it, or several of a date that the choice does not tell apart
 */
export async function inspectStack(
  folder: string,
  parameters: IntensityParameters,
): Promise<StackInspection> {
  const slc = findScenes(folder, parameters.choice);
  const isIntensity = slc.every(({ problem }) => problem instanceof RealBandError);
  const found = isIntensity ? await findIntensities(folder, [], parameters.choice) : slc;
  const looked = found.map(lookAt);
  const bytes = found.reduce((sum, { scene }) => sum + (scene === null ? 0 : pixelBytes(scene.source)), 0);
  const findings = findFaults({
    folder,
    scenes: looked,
    findings: found.flatMap((scene) => scene.findings),
    looks: isIntensity ? looksOfCrops(folder) : null,
    bytes,
    memoryBytes: usableMemory(),
  });
  const wrong = looked.find(({ problem }) => problem !== null)?.problem ?? null;
  const { cost, problem } =
    wrong === null ? await estimate(isIntensity, folder, parameters) : { cost: null, problem: wrong };
  const dates = looked.map(({ digest, bigEndian, ...date }) => {
    if (digest === null) return { ...date, sample: null };
    const { blocks, ...sample } = digest;
    return { ...date, sample };
  });
  return { folder, dates, bytes, findings, cost, problem };
}

/** Looks of crops that pila prep made; null of others. */
function looksOfCrops(folder: string): Looks | null {
  if (statSync(folder).isFile()) return null;
  const [azimuth, range] = readManifest(folder)?.looks.split("x").map(Number) ?? [];
  return azimuth === undefined || range === undefined ? null : { azimuth, range };
}

function pixelBytes({ shape, kind }: PlaneSource): number {
  return pixelCount(shape) * PIXEL_BYTES[kind];
}

type LookedAt = Omit<InspectedDate, "sample"> & {
  readonly bigEndian: boolean;
  readonly digest: SampleDigest | null;
};

function lookAt({ date, path, format, scene, problem }: FoundScene): LookedAt {
  if (scene === null) {
    const unknown = { dataPath: null, shape: null, bytes: null, type: null, bigEndian: false, digest: null };
    return { date, path, ...unknown, format, problem };
  }
  const { source } = scene;
  const { bigEndian } = memoryLayout(source);
  const type = source.kind === "cint16" ? "CInt16" : source.kind;
  const looked = {
    date,
    path,
    dataPath: realpathSync(source.path),
    shape: source.shape,
    bytes: statSync(source.path).size,
    type: bigEndian ? `${type}, big endian` : type,
    format: wordFormat(format, source),
    bigEndian,
  };
  try {
    return { ...looked, digest: digestImage(source), problem };
  } catch (error) {
    // What is damaged inside shows where it is decoded.
    if (error instanceof PilaError) return { ...looked, digest: null, problem: problem ?? error };
    throw error;
  }
}

function digestImage(source: PlaneSource): SampleDigest {
  const plan = planSamples(source.shape);
  const parts = source.kind === "float32" ? 1 : 2;
  const reader = new PlaneReader([source]);
  const { range } = source.shape;
  const rows = plan.rows.map((row) => ({ azimuth: 1, range, azimuthOffset: row, rangeOffset: 0 }));
  function* read(windows: readonly Window[]): Generator<Float32Array> {
    const into = new Float32Array(parts * pixelCount(windows[0]!));
    for (const window of windows) {
      const { azimuthOffset: row, azimuth, rangeOffset: column, range } = window;
      yield reader.values(0, { row, rows: azimuth, column, columns: range }, into);
    }
  }
  try {
    const kind = parts === 1 ? "intensity" : "complex";
    return digestSamples(plan, { kind, rows: read(rows), blocks: read(plan.blocks) });
  } finally {
    reader.close();
  }
}

/** By their number in a TIFF. */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  5: "LZW",
  7: "JPEG",
  8: "deflate",
  32773: "packbits",
  32946: "deflate",
  34887: "LERC",
  34925: "LZMA",
  50000: "zstd",
};

/** @param title of the format of a complex image; null of intensities */
function wordFormat(title: string | null, source: PlaneSource): string {
  if (source.by === "pieces") return `${title} of ${source.pieces.length} pieces`;
  if (source.by === "bytes") {
    const isTiff = source.strips !== null || /\.tiff?$/i.test(source.path);
    return title === "VRT" ? `VRT over ${isTiff ? "TIFF" : "raw"}` : (title ?? "GeoTIFF");
  }
  if (source.driver !== "GTiff") return `${title ?? source.driver} (GDAL)`;
  const { numbers } = readTiff(source.path).header;
  const [compression = 1] = numbers.get(TAG.compression) ?? [];
  const layout = numbers.has(TAG.tileWidth) ? ", tiles" : "";
  return `GeoTIFF${layout}${compression === 1 ? "" : `, ${COMPRESSIONS[compression] ?? "packed"}`} (GDAL)`;
}

async function estimate(
  isIntensity: boolean,
  folder: string,
  parameters: IntensityParameters,
): Promise<Pick<StackInspection, "cost" | "problem">> {
  try {
    const rows = isIntensity
      ? await openIntensityRows(folder, [], parameters.choice)
      : openSlcRows(folder, parameters).rows;
    const { azimuth, range } = rows.window;
    const planeBytes = pixelCount(rows.window) * PIXEL_BYTES.float32;
    const predict = (work: StackRows): { seconds: number; workers: number } => {
      const { seconds, workers } = predictWork(work, "thread", null);
      return { seconds, workers };
    };
    const stats = predict({ ...rows, looks: null });
    const cost: StackCost = {
      looks: rows.looks && formatLooks(rows.looks),
      crop: formatWindow(rows.window),
      nodata: parameters.nodata,
      shape: { azimuth, range },
      cropBytes: rows.sources.length * planeBytes,
      productBytes: 3 * planeBytes,
      predicted: isIntensity ? { stats } : { prep: predict(rows), stats, fused: predict(rows) },
    };
    return { cost, problem: null };
  } catch (error) {
    if (error instanceof PilaError) return { cost: null, problem: error };
    throw error;
  }
}
