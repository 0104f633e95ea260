import { closeSync, openSync, readSync } from "node:fs";
import { PIXEL_BYTES, type Shape } from "../core/raster";
import { OutputFile } from "./outputFile";
import { describeTiff, FIELD, FIELD_BYTES, TAG } from "./tiff";

/** Where rows of a product are written. Plain data, valid in every thread of the process. */
export interface ProductTarget {
  readonly file: number;
  readonly dataOffset: number;
  readonly rowBytes: number;
}

/** A float32 product whose rows may be written in any order; it appears whole on `commit`. */
export class Product {
  readonly target: ProductTarget;
  readonly fileBytes: number;
  readonly #output: OutputFile;

  constructor(path: string, shape: Shape) {
    const header = productHeader(shape);
    this.#output = new OutputFile(path);
    this.#output.write(header.bytes, 0);
    this.fileBytes = header.fileBytes;
    this.target = { file: this.#output.file, dataOffset: header.dataOffset, rowBytes: shape.range * 4 };
  }

  /** Where the bytes are until `commit`: for processes that write rows too. */
  get temporaryPath(): string {
    return this.#output.temporaryPath;
  }

  /** Begins to bring what is written so far to the disk. */
  writeBack(): void {
    this.#output.writeBack();
  }

  /** Brings the bytes to the disk. */
  async flush(): Promise<void> {
    await this.#output.flush();
  }

  /** Puts the flushed file in place. */
  async place(): Promise<void> {
    await this.#output.place();
  }

  discard(): void {
    this.#output.discard();
  }
}

/** True for a file with the header of a product: written by pila and by nobody else. @throws FormatError it is no TIFF */
export function isProduct(path: string): boolean {
  const described = describeTiff(path);
  if (!described.plain) return false;
  const expected = productHeader(described.source.shape).bytes;
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
  const entries: { tag: number; type: number; values: number[] }[] = [
    { tag: TAG.imageWidth, type: FIELD.long, values: [shape.range] },
    { tag: TAG.imageLength, type: FIELD.long, values: [shape.azimuth] },
    { tag: TAG.bitsPerSample, type: FIELD.short, values: [32] },
    { tag: TAG.compression, type: FIELD.short, values: [1] },
    { tag: TAG.photometric, type: FIELD.short, values: [1] },
    { tag: TAG.stripOffsets, type: offset, values: [] },
    { tag: TAG.samplesPerPixel, type: FIELD.short, values: [1] },
    { tag: TAG.rowsPerStrip, type: FIELD.long, values: [rows] },
    { tag: TAG.stripByteCounts, type: offset, values: [] },
    { tag: TAG.planarConfiguration, type: FIELD.short, values: [1] },
    { tag: TAG.sampleFormat, type: FIELD.short, values: [3] },
    { tag: TAG.gdalNodata, type: FIELD.ascii, values: [...Buffer.from("nan\0")] },
  ];
  const layout = layOut(entries.length, strips, big);
  entries[5]!.values = Array.from({ length: strips }, (_, i) => layout.dataOffset + i * rows * rowBytes);
  entries[8]!.values = Array.from(
    { length: strips },
    (_, i) => Math.min(rows, shape.azimuth - i * rows) * rowBytes,
  );
  return {
    bytes: encode(entries, layout, big),
    dataOffset: layout.dataOffset,
    fileBytes: layout.dataOffset + dataBytes,
  };
}

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

function encode(
  entries: { tag: number; type: number; values: number[] }[],
  layout: Layout,
  big: boolean,
): Buffer {
  const bytes = Buffer.alloc(layout.dataOffset);
  bytes.write("II", 0, "latin1");
  bytes.writeUInt16LE(big ? 43 : 42, 2);
  if (big) {
    bytes.writeUInt16LE(8, 4);
    bytes.writeBigUInt64LE(BigInt(layout.directory), 8);
    bytes.writeBigUInt64LE(BigInt(entries.length), layout.directory);
  } else {
    bytes.writeUInt32LE(layout.directory, 4);
    bytes.writeUInt16LE(entries.length, layout.directory);
  }
  const inline = big ? 8 : 4;
  let entryAt = layout.directory + (big ? 8 : 2);
  let listAt = layout.lists;
  for (const { tag, type, values } of entries) {
    bytes.writeUInt16LE(tag, entryAt);
    bytes.writeUInt16LE(type, entryAt + 2);
    if (big) bytes.writeBigUInt64LE(BigInt(values.length), entryAt + 4);
    else bytes.writeUInt32LE(values.length, entryAt + 4);
    const valueAt = entryAt + (big ? 12 : 8);
    const size = values.length * FIELD_BYTES[type]!;
    if (size <= inline) {
      writeValues(bytes, valueAt, type, values);
    } else {
      if (big) bytes.writeBigUInt64LE(BigInt(listAt), valueAt);
      else bytes.writeUInt32LE(listAt, valueAt);
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
