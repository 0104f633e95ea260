import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { PIXEL_BYTES, type PlaneSource } from "../core/stack";
import { readRows, rowBufferBytes } from "../io/readRows";

/** Enough rows to tell a border to a few per cent; a full frame costs 2 MB of reading. */
const ROWS = 32;

/** What evenly spaced rows of an SLC image show. */
export interface SceneSample {
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
export function sampleScene(source: PlaneSource): SceneSample {
  const { azimuth, range } = source.shape;
  const rows = Math.min(ROWS, azimuth);
  const buffer = Buffer.alloc(rowBufferBytes(source, 1, range));
  const packed = Buffer.alloc(range * PIXEL_BYTES.complex64);
  const hash = createHash("sha256");
  let [zeros, notFinite] = [0, 0];
  const file = openSync(source.path, "r");
  try {
    for (let i = 0; i < rows; i++) {
      const row = Math.floor(((i + 0.5) * azimuth) / rows);
      readRows(file, source, { row, rows: 1, column: 0, columns: range }, buffer, 0);
      for (let column = 0; column < range; column++) {
        const at = column * source.pixelStride;
        const re = source.bigEndian ? buffer.readFloatBE(at) : buffer.readFloatLE(at);
        const im = source.bigEndian ? buffer.readFloatBE(at + 4) : buffer.readFloatLE(at + 4);
        packed.writeFloatLE(re, column * PIXEL_BYTES.complex64);
        packed.writeFloatLE(im, column * PIXEL_BYTES.complex64 + 4);
        if (re === 0 && im === 0) zeros += 1;
        if (!Number.isFinite(re + im)) notFinite += 1;
      }
      hash.update(packed);
    }
  } finally {
    closeSync(file);
  }
  const samples = rows * range;
  return {
    rows,
    zeroShare: zeros / samples,
    notFiniteShare: notFinite / samples,
    sha256: hash.digest("hex"),
  };
}
