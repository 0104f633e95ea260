import { closeSync, openSync } from "node:fs";
import { pixelCount, type Raster } from "../core/raster";
import { readRows } from "./readRows";
import { decodeTiff } from "./tiff/decodeTiff";
import { describeTiff } from "./tiff/describeTiff";

/**
 * A whole float32 TIFF in memory, its declared no data turned to NaN: for comparing and drawing products, never for
 * reducing a stack.
 * @throws FormatError the file is no one-band TIFF
 */
export async function readPlane(path: string): Promise<Raster> {
  const described = describeTiff(path);
  const source = described.plain ? described.source : await decodeTiff(path);
  const { shape } = source;
  const bytes = Buffer.from(new ArrayBuffer(pixelCount(shape) * 4));
  const file = openSync(source.path, "r");
  try {
    readRows(file, source, { row: 0, rows: shape.azimuth, column: 0, columns: shape.range }, bytes, 0);
  } finally {
    closeSync(file);
  }
  if (source.bigEndian) bytes.swap32();
  const values = new Float32Array(bytes.buffer);
  const { nodata } = source;
  if (nodata !== null) {
    for (let i = 0; i < values.length; i++) if (values[i] === nodata) values[i] = Number.NaN;
  }
  return { shape, values };
}
