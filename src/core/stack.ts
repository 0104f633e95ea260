import type { Shape } from "./raster";

/** What one pixel is: intensity (float32) or a complex SLC sample (complex64: re, im as float32). */
export type PixelKind = "float32" | "complex64";

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
