// Products: float32 GeoTIFFs that appear whole under their names, their header made before the first pixel is known.
import { closeSync, openSync, readSync } from "node:fs";
import { PIXEL_BYTES, type RowRange, type Shape } from "../core/raster";
import { OutputFile, openInPlace, writeFully } from "./outputFile";
import { describeTiff } from "./tiff";
import { FIELD, FIELD_BYTES, TAG } from "./tiffHeader";

/** Where rows of a product are written. Plain data. */
export interface ProductTarget {
  /** In every thread of the process that made the product; null: the file is opened by its path for every write. */
  readonly file: number | null;
  /** The temporary file, and the product that it becomes. */
  readonly path: string;
  readonly product: string;
  readonly dataOffset: number;
  readonly rowBytes: number;
}

/** A float32 product whose rows may be written in any order; it appears whole when it is put in place. */
export class Product extends OutputFile {
  readonly fileBytes: number;
  readonly #layout: Pick<ProductTarget, "dataOffset" | "rowBytes">;
  #isHeld = true;

  constructor(path: string, shape: Shape) {
    super(path);
    const { bytes, dataOffset, fileBytes } = productHeader(shape);
    this.write(bytes, 0);
    this.fileBytes = fileBytes;
    this.#layout = { dataOffset, rowBytes: shape.range * PIXEL_BYTES.float32 };
  }

  get target(): ProductTarget {
    return {
      file: this.#isHeld ? this.file : null,
      path: this.temporaryPath,
      product: this.path,
      ...this.#layout,
    };
  }

  override release(): void {
    super.release();
    this.#isHeld = false;
  }
}

/** Writes a part of a product, whose rows stand one after the other. */
export function writeProductPart(target: ProductTarget, values: Uint8Array, part: RowRange): void {
  const { dataOffset, rowBytes, product } = target;
  const file = target.file ?? openInPlace(target.path);
  const position = dataOffset + part.row * rowBytes + part.column * PIXEL_BYTES.float32;
  const width = part.columns * PIXEL_BYTES.float32;
  try {
    if (width === rowBytes) writeFully(file, values, position, product);
    else {
      for (let row = 0; row < part.rows; row++) {
        writeFully(file, values.subarray(row * width, (row + 1) * width), position + row * rowBytes, product);
      }
    }
  } finally {
    if (target.file === null) closeSync(file);
  }
}

/** True for a file with the header of a product: written by pila and by nobody else. @throws FormatError it is no TIFF */
export function isProduct(path: string): boolean {
  const source = describeTiff(path);
  if (source === null) return false;
  const expected = productHeader(source.shape).bytes;
  const found = Buffer.alloc(expected.length);
  const file = openSync(path, "r");
  try {
    readSync(file, found, 0, found.length, 0);
  } finally {
    closeSync(file);
  }
  return found.equals(expected);
}

/** Header of a product and the byte where its pixels begin. */
interface ProductHeader {
  readonly bytes: Buffer;
  readonly dataOffset: number;
  /** Bytes of the whole file. */
  readonly fileBytes: number;
}

/** Strips of about this size: small enough for readers that load one at a time, few enough for a short header. */
const STRIP_BYTES = 1 << 20;
/** Classic TIFF addresses 32 bits. */
const CLASSIC_LIMIT = 2 ** 32;

/**
 * Header of an uncompressed float32 GeoTIFF with identity geotransform and NaN as no data; little endian, strips in
 * order behind it. Files of 4 GiB and more are BigTIFF. No tag depends on anything but the shape.
 */
export function productHeader(shape: Shape): ProductHeader {
  const rowBytes = shape.range * PIXEL_BYTES.float32;
  const rows = Math.min(shape.azimuth, Math.max(1, Math.floor(STRIP_BYTES / rowBytes)));
  const strips = Math.ceil(shape.azimuth / rows);
  const dataBytes = shape.azimuth * rowBytes;
  const big = dataBytes + 64 * strips + 4096 > CLASSIC_LIMIT;
  const offset = big ? FIELD.long8 : FIELD.long;
  const entries: Entry[] = [
    [TAG.imageWidth, FIELD.long, [shape.range]],
    [TAG.imageLength, FIELD.long, [shape.azimuth]],
    [TAG.bitsPerSample, FIELD.short, [32]],
    [TAG.compression, FIELD.short, [1]],
    [TAG.photometric, FIELD.short, [1]],
    [TAG.stripOffsets, offset, []],
    [TAG.samplesPerPixel, FIELD.short, [1]],
    [TAG.rowsPerStrip, FIELD.long, [rows]],
    [TAG.stripByteCounts, offset, []],
    [TAG.planarConfiguration, FIELD.short, [1]],
    [TAG.sampleFormat, FIELD.short, [3]],
    [TAG.gdalNodata, FIELD.ascii, [...Buffer.from("nan\0")]],
  ];
  const layout = layOut(entries.length, strips, big);
  entries[5]![2] = Array.from({ length: strips }, (_, i) => layout.dataOffset + i * rows * rowBytes);
  entries[8]![2] = Array.from(
    { length: strips },
    (_, i) => Math.min(rows, shape.azimuth - i * rows) * rowBytes,
  );
  return {
    bytes: encode(entries, layout, big),
    dataOffset: layout.dataOffset,
    fileBytes: layout.dataOffset + dataBytes,
  };
}

type Entry = [tag: number, type: number, values: number[]];

interface Layout {
  readonly directory: number;
  /** Where lists that do not fit their entry begin. */
  readonly lists: number;
  readonly dataOffset: number;
}

function layOut(entries: number, strips: number, big: boolean): Layout {
  const directory = big ? 16 : 8;
  const lists = directory + (big ? 8 + entries * 20 + 8 : 2 + entries * 12 + 4);
  const end = lists + 2 * strips * (big ? 8 : 4);
  return { directory, lists: Math.ceil(lists / 8) * 8, dataOffset: Math.ceil((end + 8) / 64) * 64 };
}

function encode(entries: readonly Entry[], layout: Layout, big: boolean): Buffer {
  const bytes = Buffer.alloc(layout.dataOffset);
  const writeOffset = (value: number, at: number): void => {
    if (big) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUInt32LE(value, at);
  };
  bytes.write("II", 0, "latin1");
  bytes.writeUInt16LE(big ? 43 : 42, 2);
  if (big) bytes.writeUInt16LE(8, 4);
  writeOffset(layout.directory, big ? 8 : 4);
  if (big) writeOffset(entries.length, layout.directory);
  else bytes.writeUInt16LE(entries.length, layout.directory);
  const inline = big ? 8 : 4;
  let entryAt = layout.directory + (big ? 8 : 2);
  let listAt = layout.lists;
  for (const [tag, type, values] of entries) {
    bytes.writeUInt16LE(tag, entryAt);
    bytes.writeUInt16LE(type, entryAt + 2);
    writeOffset(values.length, entryAt + 4);
    const valueAt = entryAt + (big ? 12 : 8);
    const size = values.length * FIELD_BYTES[type]!;
    if (size <= inline) {
      writeValues(bytes, valueAt, type, values);
    } else {
      writeOffset(listAt, valueAt);
      writeValues(bytes, listAt, type, values);
      listAt += Math.ceil(size / 8) * 8;
    }
    entryAt += big ? 20 : 12;
  }
  return bytes;
}

function writeValues(bytes: Buffer, at: number, type: number, values: readonly number[]): void {
  const width = FIELD_BYTES[type]!;
  values.forEach((value, i) => {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at + 8 * i);
    else bytes.writeUIntLE(value, at + width * i, width);
  });
}
