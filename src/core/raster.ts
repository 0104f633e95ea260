import { fault, ShapeError } from "./errors";
import type { Finding } from "./findings";

/** Lines x samples. The axis order is always azimuth (line, row), range (sample, column). */
export interface Shape {
  readonly azimuth: number;
  readonly range: number;
}

/** A half-open window in pixels: rows azimuthOffset ≤ a < azimuthOffset + azimuth, columns likewise. */
export interface Window extends Shape {
  readonly azimuthOffset: number;
  readonly rangeOffset: number;
}

/** Pixels averaged into one cell along each axis. */
export type Looks = Shape;

/** A float32 plane, row-major, azimuth x range. */
export interface Raster {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/**
 * Which samples are no data. `zero`: those of exactly 0+0i or with a NaN; a cell is the mean of the samples that are
 * there when at least half are, else NaN (of integer samples zeros are data, unless a whole cell is zero). `none`: none.
 */
export type NoData = "zero" | "none";

export function pixelCount(shape: Shape): number {
  return shape.azimuth * shape.range;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.azimuth === b.azimuth && a.range === b.range;
}

/** `1024 x 2048`: azimuth x range, as every message and table writes it. */
export function formatShape(shape: Shape): string {
  return `${shape.azimuth} x ${shape.range}`;
}

/** Far more than any radar makes: rows of what is larger would not fit in memory. */
const LARGEST: Shape = { azimuth: 10_000_000, range: 1_000_000 };

/** @throws FormatError a file describes an image that cannot be meant */
export function requireImageSize(path: string, shape: Shape): void {
  if (shape.azimuth <= LARGEST.azimuth && shape.range <= LARGEST.range) return;
  const sentence = `found an image of ${formatShape(shape)}, expected at most ${formatShape(LARGEST)}; correct its description`;
  throw fault(path, sentence);
}

/** The window that covers the whole of a shape. */
export function wholeWindow(shape: Shape): Window {
  return { azimuth: shape.azimuth, range: shape.range, azimuthOffset: 0, rangeOffset: 0 };
}

/**
 * Shape after averaging cells of looks.azimuth x looks.range pixels; incomplete far-edge cells are dropped.
 * @throws ShapeError a look count exceeds the image
 */
export function lookedShape(shape: Shape, looks: Looks): Shape {
  const looked = {
    azimuth: Math.floor(shape.azimuth / looks.azimuth),
    range: Math.floor(shape.range / looks.range),
  };
  if (looked.azimuth === 0 || looked.range === 0) {
    throw new ShapeError(
      `found an image of ${formatShape(shape)} pixels, expected at least one cell of ${formatShape(looks)} looks; ask for fewer looks`,
    );
  }
  return looked;
}

/**
 * The window itself when it lies inside the looked image; it is never clipped.
 * @param shape the looked image the window is cut from
 * @throws ShapeError the window is empty or reaches outside; the message names the largest that fits from its corner
 */
export function requireInside(window: Window, shape: Shape): Window {
  const { azimuth, range, azimuthOffset, rangeOffset } = window;
  const fits =
    azimuth > 0 &&
    range > 0 &&
    azimuthOffset + azimuth <= shape.azimuth &&
    rangeOffset + range <= shape.range;
  if (fits) return window;
  const rows = shape.azimuth - azimuthOffset;
  const columns = shape.range - rangeOffset;
  const next =
    rows > 0 && columns > 0
      ? `the largest window that fits from that corner is --crop ${rows},${columns},${azimuthOffset},${rangeOffset}`
      : `no window fits from that corner; corners go from 0,0 to ${shape.azimuth - 1},${shape.range - 1}`;
  throw new ShapeError(
    `found crop ${formatWindow(window)} (rows,cols,row0,col0), expected a window inside the looked image of ${formatShape(shape)}; ${next}`,
  );
}

/** `rows,cols,row0,col0`, the order of --crop. */
export function formatWindow(window: Window): string {
  return [window.azimuth, window.range, window.azimuthOffset, window.rangeOffset].join(",");
}

/** The part of some rows of an image that a read is to bring. */
export interface RowRange {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** What one pixel is: intensity (float32) or a complex SLC sample (complex64: re, im as float32; cint16: as int16). */
type PixelKind = "float32" | "complex64" | "cint16";

/** Bytes of one pixel of each kind. */
export const PIXEL_BYTES = { float32: 4, complex64: 8, cint16: 4 } as const satisfies Record<
  PixelKind,
  number
>;

/** True where this machine itself stores the low byte last. */
export const HOST_IS_BIG_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** What is known of one image, however its pixels are had. */
interface Plane {
  /** The file that holds the pixels (for a VRT the raw file it names), or that describes where they are. */
  readonly path: string;
  /** As the pixels come into memory. */
  readonly kind: PixelKind;
  readonly shape: Shape;
  /** Value that is declared as no data, besides NaN; null where none. Of complex samples: their re, beside an im of 0. */
  readonly nodata: number | null;
  /** The pixels were stored as whole numbers: their zeros are data, unless a whole cell is zero. */
  readonly wholeNumbers: boolean;
}

/** Uncompressed pixels in a file: plain bytes at known places. */
export interface RawSource extends Plane {
  readonly by: "bytes";
  /** Byte of the first pixel of the first row. */
  readonly dataOffset: number;
  /** Bytes from one pixel to the next of its row, and from one row to the next. */
  readonly pixelStride: number;
  readonly rowStride: number;
  readonly bigEndian: boolean;
  /** A TIFF whose strips do not follow each other: rows a strip and the byte where each begins. */
  readonly strips: { readonly rows: number; readonly offsets: readonly number[] } | null;
}

/** Raw images drawn one over the other on a background of no data, or of 0 where none is declared. */
export interface MosaicSource extends Plane {
  readonly by: "pieces";
  /** In the order of drawing, all of the mosaic's kind. */
  readonly pieces: readonly {
    readonly source: RawSource;
    /** Where the whole `source` lies in the mosaic; inside it. */
    readonly window: Window;
  }[];
}

/** Pixels that GDAL decodes: rows come packed, in this machine's byte order. */
export interface GdalSource extends Plane {
  readonly by: "gdal";
  /** What GDAL opens: `path`, or the name of a subdataset in it. */
  readonly dataset: string;
  /** From 1. */
  readonly band: number;
  /** Name of the driver, such as `GTiff`. */
  readonly driver: string;
  /** Pixels that are decoded together: reads of whole rows of them, from a multiple on, decode nothing twice. */
  readonly blockShape: Shape;
  /** A mask or an alpha band tells which pixels are there; the others become NaN. */
  readonly hasMask: boolean;
}

/** Where the pixels of one image are and how they are had. Plain data: it crosses thread and process borders. */
export type PlaneSource = RawSource | MosaicSource | GdalSource;

/** Every file that holds pixels of an image. */
export function filesOf(source: PlaneSource): readonly string[] {
  return source.by === "pieces"
    ? [...new Set(source.pieces.map((piece) => piece.source.path))]
    : [source.path];
}

/** One date of a stack. */
export interface Scene {
  /** The file name before its first dot of `.slc`, or the stem of a crop: usually the date. */
  readonly date: string;
  /** The file the user named. */
  readonly path: string;
  readonly source: PlaneSource;
}

/** Coregistered images of one shape and kind, in name order. */
export interface Stack {
  readonly folder: string;
  readonly kind: PixelKind;
  readonly shape: Shape;
  readonly scenes: readonly Scene[];
  /** What is worth knowing of the images but stops nothing. */
  readonly findings: readonly Finding[];
}
