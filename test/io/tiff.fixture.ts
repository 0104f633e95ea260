import { writeFileSync } from "node:fs";
import type { Shape } from "../../src/core/raster";

/** How the samples of a TIFF lie in it; what is left out is plain: complex64, little endian, one strip. */
export interface TiffLayout {
  readonly kind?: "complex64" | "cint16";
  readonly bigEndian?: boolean;
  /** BigTIFF. */
  readonly big?: boolean;
  readonly rowsPerStrip?: number;
  /** 1: the samples of a pixel together; 2: plane after plane. */
  readonly planar?: 1 | 2;
  /** Strips in the order last to first, with gaps between them. */
  readonly scattered?: boolean;
  /** The text of GDAL's tag for no data. */
  readonly nodata?: string;
}

/** Writes an uncompressed complex TIFF; bytes that belong to no sample are 0xff, a NaN to whoever takes them for data. */
export function writeComplexTiff(
  path: string,
  shape: Shape,
  bands: readonly Float32Array[],
  layout: TiffLayout = {},
): void {
  const { kind = "complex64", bigEndian = false, big = false, planar = 1, nodata } = layout;
  const { rowsPerStrip = shape.azimuth, scattered = false } = layout;
  const part = kind === "complex64" ? 4 : 2;
  const planes = planar === 2 ? bands.map((band) => [band]) : [bands];
  const strips = planes.flatMap((plane) =>
    Array.from({ length: Math.ceil(shape.azimuth / rowsPerStrip) }, (_, strip) => {
      const first = strip * rowsPerStrip * shape.range;
      const last = Math.min(shape.azimuth, (strip + 1) * rowsPerStrip) * shape.range;
      const bytes = Buffer.alloc((last - first) * plane.length * 2 * part);
      let at = 0;
      for (let i = first; i < last; i++) {
        for (const band of plane) {
          for (const value of band.subarray(2 * i, 2 * i + 2)) {
            if (part === 4) bytes[bigEndian ? "writeFloatBE" : "writeFloatLE"](value, at);
            else bytes[bigEndian ? "writeInt16BE" : "writeInt16LE"](value, at);
            at += part;
          }
        }
      }
      return bytes;
    }),
  );
  const offsets: number[] = new Array(strips.length).fill(0);
  const dataOffset = 1024;
  let end = dataOffset;
  const order = [...strips.keys()];
  for (const strip of scattered ? order.reverse() : order) {
    offsets[strip] = end;
    end += strips[strip]!.length + (scattered ? 24 : 0);
  }
  const offsetType = big ? 16 : 4;
  const entries: [tag: number, type: number, values: readonly number[]][] = [
    [256, 4, [shape.range]],
    [257, 4, [shape.azimuth]],
    [258, 3, bands.map(() => 16 * part)],
    [259, 3, [1]],
    [262, 3, [1]],
    [273, offsetType, offsets],
    [277, 3, [bands.length]],
    [278, 4, [rowsPerStrip]],
    [279, offsetType, strips.map(({ length }) => length)],
    [284, 3, [planar]],
    [339, 3, bands.map(() => (part === 4 ? 6 : 5))],
    ...(nodata === undefined ? [] : ([[42113, 2, [...Buffer.from(`${nodata}\0`)]]] as const)).map(
      ([tag, type, values]): [number, number, readonly number[]] => [tag, type, values],
    ),
  ];
  const bytes = Buffer.alloc(end, 0xff);
  const put = (value: number, at: number, width: number): void => {
    if (width === 8) bytes[bigEndian ? "writeBigUInt64BE" : "writeBigUInt64LE"](BigInt(value), at);
    else if (bigEndian) bytes.writeUIntBE(value, at, width);
    else bytes.writeUIntLE(value, at, width);
  };
  bytes.write(bigEndian ? "MM" : "II", 0, "latin1");
  put(big ? 43 : 42, 2, 2);
  const [word, first] = big ? [8, 16] : [4, 8];
  if (big) {
    put(8, 4, 2);
    put(0, 6, 2);
  }
  put(first, big ? 8 : 4, word);
  put(entries.length, first, big ? 8 : 2);
  let at = first + (big ? 8 : 2);
  let listAt = 512;
  for (const [tag, type, values] of entries) {
    const width = { 2: 1, 3: 2, 4: 4, 16: 8 }[type]!;
    put(tag, at, 2);
    put(type, at + 2, 2);
    put(values.length, at + 4, word);
    const valueAt = at + 4 + word;
    put(0, valueAt, word);
    const isInline = values.length * width <= word;
    if (!isInline) put(listAt, valueAt, word);
    values.forEach((value, i) => {
      put(value, (isInline ? valueAt : listAt) + i * width, width);
    });
    if (!isInline) listAt += values.length * width;
    at = valueAt + word;
  }
  put(0, at, word);
  strips.forEach((strip, i) => {
    strip.copy(bytes, offsets[i]!);
  });
  writeFileSync(path, bytes);
}
