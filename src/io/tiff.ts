// The header of a TIFF: what it says of its pixels, and whether they can be read where they lie.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { FormatError } from "../core/errors";
import { PIXEL_BYTES, type RawSource, type Shape } from "../core/raster";

/**
 * Where the pixels of a one-band float32 TIFF lie: uncompressed strips are read as they are, in either byte order.
 * @returns null where tiles, compression or whole-number samples need a decoder first
 * @throws FormatError no TIFF, several bands, float64 or complex samples, or a truncated file
 */
export function describeTiff(path: string): RawSource | null {
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

  if (one(TAG.compression, 1) !== 1 || header.numbers.has(TAG.tileWidth)) return null;
  return format === 3 && bits === 32 ? plainSource(path, header, shape) : null;
}

function plainSource(path: string, header: TiffHeader, shape: Shape): RawSource {
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
    by: "bytes",
    path,
    kind: "float32",
    wholeNumbers: false,
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

/** The first image directory of a TIFF: numbers by tag, texts by tag. */
interface TiffHeader {
  readonly bigEndian: boolean;
  readonly fileBytes: number;
  readonly numbers: ReadonlyMap<number, readonly number[]>;
  readonly texts: ReadonlyMap<number, string>;
}

/** Longer lists of offsets than any sane image has mean a damaged file. */
const MOST_VALUES = 50_000_000;

/**
 * Reads the first image directory of a classic or BigTIFF file, either byte order.
 * @throws FormatError not a TIFF, or a directory that reaches beyond the file
 * @see TIFF 6.0 (Adobe, 1992) section 2; BigTIFF: libtiff.gitlab.io/libtiff/specification/bigtiff.html
 */
function readTiffHeader(path: string): TiffHeader {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    throw new FormatError(`${path}: found no readable file, expected a TIFF; check the path`, {
      path,
      cause,
    });
  }
  try {
    return parse(path, file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function parse(path: string, file: number, fileBytes: number): TiffHeader {
  const broken = (found: string): FormatError =>
    new FormatError(
      `${path}: found ${found}, expected a float32 GeoTIFF; make the crops again with pila prep`,
      { path },
    );
  // Most directories stand within the first kilobytes: one read serves them.
  const head = Buffer.alloc(Math.min(4096, fileBytes));
  readSync(file, head, 0, head.length, 0);
  const at = (offset: number, bytes: number): Buffer => {
    if (!(offset >= 0) || offset + bytes > fileBytes)
      throw broken("a TIFF directory beyond the end of the file");
    if (offset + bytes <= head.length) return head.subarray(offset, offset + bytes);
    const part = Buffer.alloc(bytes);
    readSync(file, part, 0, bytes, offset);
    return part;
  };
  const order = fileBytes < 8 ? "" : head.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") throw broken("no TIFF");
  const bigEndian = order === "MM";
  const short = (b: Buffer, o = 0): number => (bigEndian ? b.readUInt16BE(o) : b.readUInt16LE(o));
  const long = (b: Buffer, o = 0): number => (bigEndian ? b.readUInt32BE(o) : b.readUInt32LE(o));
  const long8 = (b: Buffer, o = 0): number => Number(bigEndian ? b.readBigUInt64BE(o) : b.readBigUInt64LE(o));
  const version = short(head, 2);
  if (version !== 42 && version !== 43) throw broken("no TIFF");
  const big = version === 43;
  const directory = big ? long8(at(8, 8)) : long(head, 4);
  const entries = big ? long8(at(directory, 8)) : short(at(directory, 2));
  if (entries > 4096) throw broken(`a TIFF directory of ${entries} entries`);
  const entryBytes = big ? 20 : 12;
  const table = at(directory + (big ? 8 : 2), entries * entryBytes);

  const numbers = new Map<number, readonly number[]>();
  const texts = new Map<number, string>();
  for (let i = 0; i < entries; i++) {
    const entry = table.subarray(i * entryBytes, (i + 1) * entryBytes);
    const type = short(entry, 2);
    const count = big ? long8(entry, 4) : long(entry, 4);
    const width = FIELD_BYTES[type] ?? 0;
    if (width === 0) continue;
    if (count > MOST_VALUES) throw broken(`a TIFF tag of ${count} values`);
    const inline = entry.subarray(big ? 12 : 8);
    const values =
      count * width <= inline.length ? inline : at(big ? long8(inline) : long(inline), count * width);
    if (type === FIELD.ascii) {
      texts.set(short(entry), values.toString("latin1", 0, count).replace(/\0.*$/s, ""));
      continue;
    }
    const read = { [FIELD.short]: short, [FIELD.long]: long, [FIELD.long8]: long8 }[type];
    if (read === undefined) continue;
    const list = Array.from({ length: count }, (_, k) => read(values, k * width));
    numbers.set(short(entry), list);
  }
  return { bigEndian, fileBytes, numbers, texts };
}

/** TIFF 6.0 tags that pila reads or writes, and GDAL's own for no data. */
export const TAG = {
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  tileWidth: 322,
  sampleFormat: 339,
  gdalNodata: 42113,
} as const;

/** Bytes of one value by its field type (LONG8, 16, is BigTIFF's); 0: no type, or one that no tag above has. */
export const FIELD_BYTES: readonly number[] = [0, 1, 1, 2, 4, 0, 1, 1, 2, 4, 0, 4, 8, 0, 0, 0, 8, 8, 8];

export const FIELD = { ascii: 2, short: 3, long: 4, long8: 16 } as const;
