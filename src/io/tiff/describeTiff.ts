import { FormatError } from "../../core/errors";
import type { PlaneSource } from "../../core/stack";
import { PIXEL_BYTES } from "../../core/stack";
import { readTiffHeader, type TiffHeader } from "./readTiffHeader";
import { TAG } from "./tiffTags";

/** What became of a TIFF: its pixels lie plainly in the file, or they first need a decoder. */
export type TiffDescription =
  | { readonly plain: true; readonly source: PlaneSource }
  | { readonly plain: false; readonly why: string };

/**
 * Where the pixels of a one-band float32 TIFF lie. Uncompressed strips are read as they are, in either byte order;
 * tiles, compression and whole-number samples need a decoder.
 * @throws FormatError no TIFF, several bands, float64 or complex samples, or a truncated file
 */
export function describeTiff(path: string): TiffDescription {
  const header = readTiffHeader(path);
  const one = (tag: number, otherwise: number): number => header.numbers.get(tag)?.[0] ?? otherwise;
  const shape = { azimuth: one(TAG.imageLength, 0), range: one(TAG.imageWidth, 0) };
  const bits = one(TAG.bitsPerSample, 1);
  const format = one(TAG.sampleFormat, 1);
  const bands = one(TAG.samplesPerPixel, 1);
  const unsupported = (found: string): FormatError =>
    new FormatError(
      `${path}: found ${found}, expected one band of float32 intensity; this kind is not supported`,
      { path },
    );
  if (shape.azimuth === 0 || shape.range === 0) throw unsupported("no image size");
  if (bands !== 1) throw unsupported(`${bands} bands`);
  if (format > 3 || bits > 32) throw unsupported(`${bits}-bit samples of format ${sampleFormatName(format)}`);
  if (format !== 3 && bits > 16) throw unsupported(`${bits}-bit whole numbers, which float32 does not hold`);

  const compression = one(TAG.compression, 1);
  if (compression !== 1) return { plain: false, why: `compression ${compression}` };
  if (header.numbers.has(TAG.tileWidth)) return { plain: false, why: "tiles" };
  if (format !== 3 || bits !== 32) return { plain: false, why: `${bits}-bit samples` };
  return { plain: true, source: plainSource(path, header, shape) };
}

function plainSource(
  path: string,
  header: TiffHeader,
  shape: { azimuth: number; range: number },
): PlaneSource {
  const rowStride = shape.range * PIXEL_BYTES.float32;
  const offsets = header.numbers.get(TAG.stripOffsets) ?? [];
  const rows = Math.min(header.numbers.get(TAG.rowsPerStrip)?.[0] ?? shape.azimuth, shape.azimuth);
  const expected = Math.ceil(shape.azimuth / rows);
  if (offsets.length !== expected) {
    throw new FormatError(
      `${path}: found ${offsets.length} strips, expected ${expected}; the file is damaged`,
      { path },
    );
  }
  const lastRows = shape.azimuth - (expected - 1) * rows;
  offsets.forEach((offset, strip) => {
    const end = offset + (strip === expected - 1 ? lastRows : rows) * rowStride;
    // GDAL leaves out the strips of a sparse file: offset 0.
    if (offset === 0 || end > header.fileBytes) {
      throw new FormatError(
        `${path}: found ${header.fileBytes} bytes, expected strip ${strip} up to byte ${end}; the file is truncated or sparse, make it again`,
        { path },
      );
    }
  });
  const first = offsets[0]!;
  const contiguous = offsets.every((offset, strip) => offset === first + strip * rows * rowStride);
  return {
    path,
    kind: "float32",
    shape,
    dataOffset: first,
    pixelStride: PIXEL_BYTES.float32,
    rowStride,
    bigEndian: header.bigEndian,
    strips: contiguous ? null : { rows, offsets },
    nodata: nodataPixel(Number(header.texts.get(TAG.gdalNodata) ?? Number.NaN)),
  };
}

/** The pixel that a declared no data stands for: texts such as 0.1 or -3.4028e38 name the float32 nearest to them. */
export function nodataPixel(declared: number | null): number | null {
  const pixel = Math.fround(declared ?? Number.NaN);
  return Number.isFinite(pixel) ? pixel : null;
}

function sampleFormatName(format: number): string {
  return (
    ["", "unsigned", "signed", "float", "undefined", "complex integer", "complex float"][format] ??
    String(format)
  );
}
