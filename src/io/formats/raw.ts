import { existsSync, statSync } from "node:fs";
import { endianness } from "node:os";
import { FormatError } from "../../core/errors";
import { PIXEL_BYTES, type PlaneSource, type Shape } from "../../core/raster";

/** What a description says of the raw complex64 file it names. */
interface RawLayout {
  readonly description: string;
  readonly dataPath: string;
  readonly shape: Shape;
  readonly imageOffset: number;
  readonly pixelOffset: number;
  readonly lineOffset: number;
  readonly bigEndian: boolean;
}

/** True where this machine itself stores the low byte last. */
export const HOST_IS_BIG_ENDIAN: boolean = endianness() === "BE";

/**
 * A raw complex64 image, checked against the size of its file.
 * @throws FormatError the data file is missing or shorter than the description needs, or a number makes no sense
 */
export function describeRawImage(layout: RawLayout): PlaneSource {
  const { description, dataPath, shape, imageOffset, pixelOffset, lineOffset } = layout;
  const bytes = PIXEL_BYTES.complex64;
  const numbers = [shape.azimuth, shape.range, imageOffset + 1, pixelOffset, lineOffset];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value > 0)) {
    throw new FormatError(
      `${description}: found size ${shape.azimuth} x ${shape.range}, ImageOffset ${imageOffset}, PixelOffset ${pixelOffset}, LineOffset ${lineOffset}, expected whole numbers above 0 (ImageOffset from 0)`,
      { path: description },
    );
  }
  if (pixelOffset < bytes || pixelOffset % 4 !== 0 || lineOffset < (shape.range - 1) * pixelOffset + bytes) {
    throw new FormatError(
      `${description}: found PixelOffset ${pixelOffset} and LineOffset ${lineOffset}, expected lines of ${shape.range} samples of 8 bytes that do not overlap; correct the description`,
      { path: description },
    );
  }
  if (!existsSync(dataPath)) {
    throw new FormatError(
      `${description}: found no data file ${dataPath}, expected the pixels there; a copied description needs its data beside it, or link it instead`,
      { path: description },
    );
  }
  const { size } = statSync(dataPath);
  const needed = imageOffset + (shape.azimuth - 1) * lineOffset + (shape.range - 1) * pixelOffset + bytes;
  if (size < needed) {
    throw new FormatError(
      `${dataPath}: found ${size} bytes, expected ${needed} for ${shape.azimuth} x ${shape.range} complex64 samples; the file is truncated, copy it again`,
      { path: dataPath },
    );
  }
  return {
    path: dataPath,
    kind: "complex64",
    shape,
    dataOffset: imageOffset,
    pixelStride: pixelOffset,
    rowStride: lineOffset,
    bigEndian: layout.bigEndian,
    strips: null,
    nodata: null,
  };
}
