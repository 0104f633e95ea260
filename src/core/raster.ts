import { ShapeError } from "./errors";

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

/** What becomes of cells whose samples are all exactly 0+0i: `zero` makes them NaN, `none` keeps them as data. */
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

/** What one pixel is: intensity (float32) or a complex SLC sample (complex64: re, im as float32). */
type PixelKind = "float32" | "complex64";

/** Bytes of one pixel of each kind. */
export const PIXEL_BYTES = { float32: 4, complex64: 8 } as const satisfies Record<PixelKind, number>;

/** Where the uncompressed pixels of one image lie in a file. Plain data: it crosses thread and process borders. */
export interface PlaneSource {
  /** The file that holds the pixels (for a VRT the raw file it names). */
  readonly path: string;
  readonly kind: PixelKind;
  readonly shape: Shape;
  /** Byte of the first pixel of the first row. */
  readonly dataOffset: number;
  /** Bytes from one pixel to the next of its row, and from one row to the next. */
  readonly pixelStride: number;
  readonly rowStride: number;
  readonly bigEndian: boolean;
  /** A TIFF whose strips do not follow each other: rows a strip and the byte where each begins. */
  readonly strips: { readonly rows: number; readonly offsets: readonly number[] } | null;
  /** Value that the file declares as no data, besides NaN; null where none. */
  readonly nodata: number | null;
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
}
