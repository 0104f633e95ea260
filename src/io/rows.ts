// Rows of an image in memory: where the bytes of some columns of some rows lie, and how they are read.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { fault } from "../core/errors";
import {
  type GdalSource,
  HOST_IS_BIG_ENDIAN,
  type MosaicSource,
  PIXEL_BYTES,
  type PlaneSource,
  pixelCount,
  type RawSource,
  type RowRange,
  type Window,
} from "../core/raster";
import type { GdalDataset } from "./gdal";

/** Where rows came to lie in memory: bytes from one row to the next, and how many bytes were read. */
export interface ReadRows {
  readonly rowStride: number;
  readonly bytesRead: number;
}

/** Gaps up to a page between the wanted parts of two rows are read too: the page cache hands out whole pages anyway. */
const LARGEST_GAP_BYTES = 4096;

/** Bytes of memory that reading these rows may write: gaps included. */
export function rowBufferBytes(source: PlaneSource, rows: number, columns: number): number {
  return rows * (source.by === "bytes" ? memoryStride(source, columns) : columns * PIXEL_BYTES[source.kind]);
}

/**
 * Reads columns of some rows into memory, as they are stored (byte order and pixel stride unchanged).
 * One read where the rows follow each other closely, else one a row.
 * @throws FormatError the file ends early: it was changed after it was opened
 */
function readRows(file: number, source: RawSource, range: RowRange, into: Uint8Array, at: number): ReadRows {
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
function partBytes(source: RawSource, columns: number): number {
  return (columns - 1) * source.pixelStride + PIXEL_BYTES[source.kind];
}

function memoryStride(source: RawSource, columns: number): number {
  const width = partBytes(source, columns);
  return source.rowStride - width <= LARGEST_GAP_BYTES ? source.rowStride : width;
}

function rowOffset(source: RawSource, row: number): number {
  const { strips } = source;
  if (strips === null) return source.dataOffset + row * source.rowStride;
  const strip = Math.floor(row / strips.rows);
  return strips.offsets[strip]! + (row - strip * strips.rows) * source.rowStride;
}

function rowsUntilBreak(source: RawSource, row: number): number {
  return source.strips === null
    ? source.shape.azimuth - row
    : source.strips.rows - (row % source.strips.rows);
}

function readFully(
  file: number,
  source: RawSource,
  into: Uint8Array,
  at: number,
  length: number,
  position: number,
): void {
  let done = 0;
  while (done < length) {
    const got = readSync(file, into, at + done, length - done, position + done);
    if (got === 0) {
      throw fault(
        source.path,
        `found the end of the file at byte ${position + done}, expected ${length - done} more; it was truncated while being read`,
      );
    }
    done += got;
  }
}

/** How the pixels of a row that was read stand in memory. */
export function memoryLayout(source: PlaneSource): {
  readonly pixelStride: number;
  readonly bigEndian: boolean;
} {
  return source.by === "bytes"
    ? source
    : { pixelStride: PIXEL_BYTES[source.kind], bigEndian: HOST_IS_BIG_ENDIAN };
}

/** Reads the images of a stack. Files are opened when they are first read, and no more than may be open stay so. */
export class PlaneReader {
  /** The longest unused first. */
  readonly #files = new Map<string, number>();
  readonly #datasets = new Map<number, GdalDataset>();
  readonly #mostFiles = filesToHold(READERS);
  /** What `values` reads into. */
  #bytes: Buffer = Buffer.alloc(0);

  constructor(private readonly sources: readonly PlaneSource[]) {}

  /**
   * Brings columns of some rows of one image, by its place in the stack, to `at`; their pixels stand as `memoryLayout`
   * says, and rows `rowStride` bytes apart.
   * @throws FormatError the file ends early, or cannot be decoded
   */
  read(date: number, range: RowRange, into: Uint8Array, at: number): ReadRows {
    const source = this.sources[date]!;
    if (source.by === "bytes") return readRows(this.#open(source.path), source, range, into, at);
    if (source.by === "pieces") return this.#drawPieces(source, range, into, at);
    return readByGdal(this.#dataset(date, source), source, range, into, at);
  }

  /**
   * Rows of one image as float32 in this machine's byte order, re, im, re, im … of complex ones: for looking at an image,
   * where `read` and the kernels are for reducing it. Declared no data is NaN (in re).
   * @param into what to fill, of their length; left out: a new array
   */
  values(date: number, range: RowRange, into?: Float32Array): Float32Array {
    const source = this.sources[date]!;
    const { kind, nodata } = source;
    const { pixelStride, bigEndian } = memoryLayout(source);
    const needed = rowBufferBytes(source, range.rows, range.columns);
    if (this.#bytes.length < needed) this.#bytes = Buffer.alloc(needed);
    const bytes = this.#bytes;
    const { rowStride } = this.read(date, range, bytes, 0);
    const parts = kind === "float32" ? 1 : 2;
    const values = into ?? new Float32Array(range.rows * range.columns * parts);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let row = 0, i = 0; row < range.rows; row++) {
      for (let column = 0; column < range.columns; column++) {
        const at = row * rowStride + column * pixelStride;
        for (let part = 0; part < parts; part++, i++) {
          values[i] =
            kind === "cint16"
              ? view.getInt16(at + 2 * part, !bigEndian)
              : view.getFloat32(at + 4 * part, !bigEndian);
        }
        const re = i - parts;
        const isMissing =
          values[re] === nodata && (parts === 1 || values[re + 1] === 0 || values[re + 1] === nodata);
        if (isMissing) values[re] = Number.NaN;
      }
    }
    return values;
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
    for (const dataset of this.#datasets.values()) dataset.close();
    this.#datasets.clear();
  }

  #open(path: string): number {
    const known = this.#files.get(path);
    if (known !== undefined) {
      if (this.#files.size === this.#mostFiles) {
        this.#files.delete(path);
        this.#files.set(path, known);
      }
      return known;
    }
    while (this.#files.size >= this.#mostFiles) this.#closeOldest();
    for (;;) {
      try {
        const file = openSync(path, "r");
        this.#files.set(path, file);
        return file;
      } catch (error) {
        // Other threads of this process may have taken what seemed free.
        if ((error as NodeJS.ErrnoException).code !== "EMFILE" || this.#files.size === 0) throw error;
        this.#closeOldest();
      }
    }
  }

  #closeOldest(): void {
    const [path, file] = this.#files.entries().next().value!;
    this.#files.delete(path);
    closeSync(file);
  }

  #dataset(date: number, source: GdalSource): GdalDataset {
    const known = this.#datasets.get(date);
    if (known !== undefined) return known;
    // Each keeps room for a compressed tile.
    const tileBytes = pixelCount(source.blockShape) * PIXEL_BYTES[source.kind];
    if (this.#datasets.size >= Math.min(this.#mostFiles, Math.ceil(TILE_BYTES / tileBytes))) {
      const [oldest, dataset] = this.#datasets.entries().next().value!;
      this.#datasets.delete(oldest);
      dataset.close();
    }
    const { openGdal } = require("./gdal") as typeof import("./gdal");
    const opened = openGdal(source.path, source.dataset);
    this.#datasets.set(date, opened);
    return opened;
  }

  #drawPieces(mosaic: MosaicSource, range: RowRange, into: Uint8Array, at: number): ReadRows {
    const bytes = PIXEL_BYTES[mosaic.kind];
    const rowStride = range.columns * bytes;
    fillBackground(mosaic, into.subarray(at, at + range.rows * rowStride));
    let bytesRead = 0;
    for (const { source, window } of mosaic.pieces) {
      const part = intersect(window, range);
      if (part === null) continue;
      const piece = {
        ...part,
        row: part.row - window.azimuthOffset,
        column: part.column - window.rangeOffset,
      };
      const first = at + (part.row - range.row) * rowStride + (part.column - range.column) * bytes;
      bytesRead += this.#drawPiece(source, piece, into, first, rowStride);
    }
    return { rowStride, bytesRead };
  }

  /** Draws a part of a piece row by row; pieces of any layout come packed and in this machine's byte order. */
  #drawPiece(source: RawSource, part: RowRange, into: Uint8Array, first: number, rowStride: number): number {
    const file = this.#open(source.path);
    const bytes = PIXEL_BYTES[source.kind];
    const isPacked = source.pixelStride === bytes && source.bigEndian === HOST_IS_BIG_ENDIAN;
    const row = Buffer.alloc(isPacked ? 0 : rowBufferBytes(source, 1, part.columns));
    let bytesRead = 0;
    for (let r = 0; r < part.rows; r++) {
      const range = { ...part, row: part.row + r, rows: 1 };
      const target = first + r * rowStride;
      if (isPacked) bytesRead += readRows(file, source, range, into, target).bytesRead;
      else {
        bytesRead += readRows(file, source, range, row, 0).bytesRead;
        for (let column = 0; column < part.columns; column++) {
          const at = column * source.pixelStride;
          into.set(row.subarray(at, at + bytes), target + column * bytes);
        }
        if (source.bigEndian !== HOST_IS_BIG_ENDIAN) {
          const drawn = Buffer.from(into.buffer, into.byteOffset + target, part.columns * bytes);
          if (source.kind === "cint16") drawn.swap16();
          else drawn.swap32();
        }
      }
    }
    return bytesRead;
  }
}

/** What open datasets may keep of compressed tiles. */
const TILE_BYTES = 16 << 20;

/** Rows that GDAL decodes; what its mask leaves out is NaN. */
function readByGdal(
  dataset: GdalDataset,
  { kind, band, shape, hasMask, blockShape }: GdalSource,
  range: RowRange,
  into: Uint8Array,
  at: number,
): ReadRows {
  const rowStride = range.columns * PIXEL_BYTES[kind];
  const bytesRead = range.rows * rowStride;
  dataset.readRows(band, range, kind === "float32" ? "float32" : "complex64", into, at);
  if (hasMask) {
    const mask = new Uint8Array(range.rows * range.columns);
    dataset.readMask(band, range, mask, 0);
    const values = new Float32Array(into.buffer, into.byteOffset + at, bytesRead / 4);
    const parts = values.length / mask.length;
    for (let i = 0; i < mask.length; i++)
      if (mask[i] === 0) values.fill(Number.NaN, i * parts, (i + 1) * parts);
  }
  // Rows and tiles are read in order: what was decoded for those before is done with.
  const isStrip = range.columns < shape.range && range.columns >= blockShape.range;
  if (isStrip || (range.row + range.rows) % blockShape.azimuth === 0) dataset.forget(band);
  return { rowStride, bytesRead };
}

/** The part of some rows that lies in a window; null where none does. Both in pixels of the same image. */
function intersect(window: Window, range: RowRange): RowRange | null {
  const row = Math.max(window.azimuthOffset, range.row);
  const column = Math.max(window.rangeOffset, range.column);
  const rows = Math.min(window.azimuthOffset + window.azimuth, range.row + range.rows) - row;
  const columns = Math.min(window.rangeOffset + window.range, range.column + range.columns) - column;
  return rows > 0 && columns > 0 ? { row, rows, column, columns } : null;
}

/** No data in every sample of some packed rows: re (or the value) is what is declared, im is 0. */
function fillBackground({ nodata, kind }: MosaicSource, rows: Uint8Array): void {
  rows.fill(0);
  if (nodata === null || nodata === 0) return;
  const sample = Buffer.alloc(PIXEL_BYTES[kind]);
  if (kind === "cint16") new Int16Array(sample.buffer, sample.byteOffset, 1)[0] = nodata;
  else new Float32Array(sample.buffer, sample.byteOffset, 1)[0] = nodata;
  for (let at = 0; at < rows.length; at += sample.length) rows.set(sample, at);
}

/** Descriptors that stay free for what Node, its threads and children open themselves. */
const OTHER_FILES = 64;
/** Threads of one process share its descriptors, and are not told how many of them read. */
const READERS = 16;

/** How many files each of `sharers` may hold open at once, of those that this process may have; at least one. */
export function filesToHold(sharers: number): number {
  let most = 256;
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
    most = Number(soft ?? most);
  } catch {
    // Not Linux: what every system allows at least.
  }
  return Math.max(1, Math.floor((most - OTHER_FILES) / sharers));
}
