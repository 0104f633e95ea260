import { closeSync, openSync, readSync } from "node:fs";
import { FormatError } from "../core/errors";
import { PIXEL_BYTES, type PlaneSource, pixelCount, type Raster } from "../core/raster";
import { describeTiff } from "./tiff";

/** Where rows came to lie in memory: bytes from one row to the next, and how many bytes were read. */
export interface ReadRows {
  readonly rowStride: number;
  readonly bytesRead: number;
}

/** Gaps up to a page between the wanted parts of two rows are read too: the page cache hands out whole pages anyway. */
const LARGEST_GAP_BYTES = 4096;

/** The part of some rows of an image that a read is to bring. */
export interface RowRange {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Bytes of memory that `readRows` may write for these rows: gaps included. */
export function rowBufferBytes(source: PlaneSource, rows: number, columns: number): number {
  return rows * memoryStride(source, columns);
}

/**
 * Reads columns of some rows into memory, as they are stored (byte order and pixel stride unchanged).
 * One read where the rows follow each other closely, else one a row.
 * @throws FormatError the file ends early: it was changed after it was opened
 */
export function readRows(
  file: number,
  source: PlaneSource,
  range: RowRange,
  into: Uint8Array,
  at: number,
): ReadRows {
  const width = partBytes(source, range.columns);
  const rowStride = memoryStride(source, range.columns);
  const first = range.column * source.pixelStride;
  let bytesRead = 0;
  let done = 0;
  while (done < range.rows) {
    const row = range.row + done;
    const run = rowStride === source.rowStride ? Math.min(range.rows - done, rowsUntilBreak(source, row)) : 1;
    const length = (run - 1) * rowStride + width;
    readFully(file, source, into, at + done * rowStride, length, rowOffset(source, row) + first);
    bytesRead += length;
    done += run;
  }
  return { rowStride, bytesRead };
}

/** Bytes from the first to the last wanted pixel of a row. */
function partBytes(source: PlaneSource, columns: number): number {
  return (columns - 1) * source.pixelStride + PIXEL_BYTES[source.kind];
}

function memoryStride(source: PlaneSource, columns: number): number {
  const width = partBytes(source, columns);
  return source.rowStride - width <= LARGEST_GAP_BYTES ? source.rowStride : width;
}

function rowOffset(source: PlaneSource, row: number): number {
  const { strips } = source;
  if (strips === null) return source.dataOffset + row * source.rowStride;
  const strip = Math.floor(row / strips.rows);
  return strips.offsets[strip]! + (row - strip * strips.rows) * source.rowStride;
}

function rowsUntilBreak(source: PlaneSource, row: number): number {
  return source.strips === null
    ? source.shape.azimuth - row
    : source.strips.rows - (row % source.strips.rows);
}

function readFully(
  file: number,
  source: PlaneSource,
  into: Uint8Array,
  at: number,
  length: number,
  position: number,
): void {
  let done = 0;
  while (done < length) {
    const got = readSync(file, into, at + done, length - done, position + done);
    if (got === 0) {
      throw new FormatError(
        `${source.path}: found the end of the file at byte ${position + done}, expected ${length - done} more; it was truncated while being read`,
        { path: source.path },
      );
    }
    done += got;
  }
}

/** Descriptors of the images of a stack, each opened when it is first read. */
export class SourceFiles {
  readonly #sources: readonly PlaneSource[];
  readonly #files = new Map<number, number>();

  constructor(sources: readonly PlaneSource[]) {
    this.#sources = sources;
  }

  /** The descriptor of one image, by its place in the stack. */
  open(date: number): number {
    const known = this.#files.get(date);
    if (known !== undefined) return known;
    const file = openSync(this.#sources[date]!.path, "r");
    this.#files.set(date, file);
    return file;
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}

/**
 * Where the pixels of a one-band TIFF lie; what is compressed, tiled or of whole numbers is decoded first.
 * @throws FormatError the file is no one-band TIFF, or cannot be decoded
 */
export async function openPlane(path: string): Promise<PlaneSource> {
  const described = describeTiff(path);
  if (described.plain) return described.source;
  const { decodeTiff } = require("./decodeTiff") as typeof import("./decodeTiff");
  return await decodeTiff(path);
}

/**
 * A whole float32 TIFF in memory, its declared no data turned to NaN: for comparing and drawing products, never for
 * reducing a stack.
 * @throws FormatError the file is no one-band TIFF
 */
export async function readPlane(path: string): Promise<Raster> {
  const source = await openPlane(path);
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
