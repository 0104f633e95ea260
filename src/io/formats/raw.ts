// Raw files: samples row after row and nothing else. Several formats describe one; what they say is checked here.
import { existsSync, statSync } from "node:fs";
import { FormatError } from "../../core/errors";
import { PIXEL_BYTES, type RawSource } from "../../core/raster";

/**
 * A raw complex64 image, checked against the size of its file.
 * @param description the file that says so
 * @throws FormatError the data file is missing or shorter than the description needs, or a number makes no sense
 */
export function describeRawImage(
  description: string,
  image: Omit<RawSource, "by" | "kind" | "strips" | "nodata" | "wholeNumbers">,
): RawSource {
  const { path, shape, dataOffset, pixelStride, rowStride } = image;
  const bytes = PIXEL_BYTES.complex64;
  const numbers = [shape.azimuth, shape.range, dataOffset + 1, pixelStride, rowStride];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value > 0)) {
    throw new FormatError(
      `${description}: found size ${shape.azimuth} x ${shape.range}, ImageOffset ${dataOffset}, PixelOffset ${pixelStride}, LineOffset ${rowStride}, expected whole numbers above 0 (ImageOffset from 0)`,
      { path: description },
    );
  }
  if (pixelStride < bytes || pixelStride % 4 !== 0 || rowStride < (shape.range - 1) * pixelStride + bytes) {
    throw new FormatError(
      `${description}: found PixelOffset ${pixelStride} and LineOffset ${rowStride}, expected lines of ${shape.range} samples of 8 bytes that do not overlap; correct the description`,
      { path: description },
    );
  }
  if (!existsSync(path)) {
    throw new FormatError(
      `${description}: found no data file ${path}, expected the pixels there; a copied description needs its data beside it, or link it instead`,
      { path: description },
    );
  }
  const { size } = statSync(path);
  const needed = dataOffset + (shape.azimuth - 1) * rowStride + (shape.range - 1) * pixelStride + bytes;
  if (size < needed) {
    throw new FormatError(
      `${path}: found ${size} bytes, expected ${needed} for ${shape.azimuth} x ${shape.range} complex64 samples; the file is truncated, copy it again`,
      { path },
    );
  }
  return { ...image, by: "bytes", kind: "complex64", strips: null, nodata: null, wholeNumbers: false };
}
