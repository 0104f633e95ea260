import {
  HOST_IS_BIG_ENDIAN,
  type Looks,
  PIXEL_BYTES,
  type PlaneSource,
  pixelCount,
  type RowRange,
  type Shape,
} from "../core/raster";
import { memoryLayout, PlaneReader, type ReadRows, rowBufferBytes } from "../io/rows";
import { type Kernels, MISSING, openKernels, planeBytes, RegionPlan } from "../kernel/kernels";
import { Meter } from "../parallel/meter";
import type { StackRows } from "./stackRows";

/** A stack in blocks of `height` rows and `width` columns; those at the far edges may have fewer. Plain data. */
export interface RowBlocks {
  readonly rows: StackRows;
  readonly height: number;
  /** Of all columns, but where GDAL decodes tiles that would not fit in memory side by side. */
  readonly width: number;
  readonly count: number;
}

/** What a block holds of decoded tiles; more where one tile of each date takes that, up to a limit. */
const [DECODED_BYTES, MOST_DECODED_BYTES] = [16 << 20, 64 << 20];

/**
 * @param height rows wanted in a block; it is held between one row and all of them. Where GDAL decodes rows together, a
 *   block has whole groups of them, of as many tiles side by side as stay within 16 MiB: none is decoded twice then
 * @param cellBytes what is held for each cell
 */
export function cutIntoBlocks(rows: StackRows, height: number, cellBytes = 4): RowBlocks {
  const { azimuth, range } = rows.window;
  const tile = decodedTogether(rows);
  const least = pixelCount(tile) * cellBytes;
  const cells = (least <= MOST_DECODED_BYTES ? Math.max(DECODED_BYTES, least) : DECODED_BYTES) / cellBytes;
  const isWide = height >= tile.azimuth || tile.azimuth * range <= cells;
  const tiles = isWide ? Infinity : Math.max(1, Math.floor(cells / pixelCount(tile)));
  const width = Math.min(range, tiles * tile.range);
  const most = Math.max(height, cells / width);
  const wanted = height >= tile.azimuth ? height - (height % tile.azimuth) : Math.min(tile.azimuth, most);
  const held = Math.min(azimuth, Math.max(1, Math.floor(wanted)));
  return { rows, height: held, width, count: Math.ceil(azimuth / held) * Math.ceil(range / width) };
}

/** The cells of the window that GDAL decodes at once, at most: 1 row where none of the images is decoded. */
function decodedTogether({ sources, looks, window }: StackRows): Shape {
  const decoded = sources.flatMap((source) => (source.by === "gdal" ? source.blockShape : []));
  const most = (sides: readonly number[], look = 1): number =>
    Math.max(1, Math.floor(Math.max(...sides) / look));
  const azimuth = most(
    decoded.map((shape) => shape.azimuth),
    looks?.azimuth,
  );
  // Plain rows are read whole, and so are samples.
  const isCut = looks === null && decoded.length > 0;
  const range = isCut ? most(decoded.map((shape) => shape.range)) : window.range;
  return { azimuth, range };
}

/** Rows and columns of one block, counted in the window; blocks side by side follow each other. */
export function partOfBlock({ rows, height, width }: RowBlocks, block: number): RowRange {
  const { azimuth, range } = rows.window;
  const strips = Math.ceil(range / width);
  const row = Math.floor(block / strips) * height;
  const column = (block % strips) * width;
  return { row, rows: Math.min(height, azimuth - row), column, columns: Math.min(width, range - column) };
}

/** Cells of one block. */
export function cellsOfBlock(blocks: RowBlocks, block: number): number {
  const { rows, columns } = partOfBlock(blocks, block);
  return rows * columns;
}

/** Cells of the largest block, the first. */
export function cellsOfLargest({ height, width }: RowBlocks): number {
  return height * width;
}

/** Bytes of the float32 values of one image in one block. */
export function valueBytes(blocks: RowBlocks, block: number): number {
  return cellsOfBlock(blocks, block) * 4;
}

/** Measured best between 256 KiB and 4 MiB: smaller reads pay more calls, larger ones leave the CPU's own caches. */
const READ_BYTES = 1 << 20;
/** Rows that GDAL decodes together and that take more than this are decoded again for every read. */
const LARGEST_READ_BYTES = 48 << 20;

/** How many looked rows of one image one read brings: at least one, and what GDAL decodes at once is read at once. */
export function looksRowsPerRead(rows: StackRows, looks: Looks): number {
  const samples = rows.window.range * looks.range;
  const bytes = Math.max(...rows.sources.map((source) => rowBufferBytes(source, looks.azimuth, samples)));
  const together = Math.min(decodedTogether(rows).azimuth, Math.floor(LARGEST_READ_BYTES / bytes));
  return Math.max(1, Math.floor(READ_BYTES / bytes), together);
}

/** Brings rows of intensity of any date of a stack into kernel memory, for one thread. */
export class RowReader {
  readonly #planes: PlaneReader;
  /** All images are intensities that need nothing but being read. */
  readonly #isPlain: boolean;

  /**
   * Reserves the buffer that reading complex rows needs.
   * @returns its pointer, for the constructor
   */
  static reserve(plan: RegionPlan, rows: StackRows): number {
    const { looks } = rows;
    if (looks === null) return 0;
    const samples = rows.window.range * looks.range;
    const lines = looksRowsPerRead(rows, looks) * looks.azimuth;
    const bytes = rows.sources.map(
      (source) => rowBufferBytes(source, lines, samples) * (isWidened(source) ? 2 : 1),
    );
    return plan.reserve(Math.max(...bytes));
  }

  constructor(
    private readonly kernels: Kernels,
    private readonly rows: StackRows,
    private readonly buffer: number,
    private readonly meter: Meter,
  ) {
    this.#planes = new PlaneReader(rows.sources);
    this.#isPlain = rows.looks === null && rows.sources.every(isPlain);
  }

  /** Puts a part of every date at `target` (float32), row after row, the dates `dateStride` bytes apart. */
  loadDates(part: RowRange, target: number, dateStride: number): void {
    const { sources } = this.rows;
    if (this.#isPlain) {
      const start = this.meter.since();
      let bytesRead = 0;
      for (let date = 0; date < sources.length; date++)
        bytesRead += this.#readIntensity(date, part, target + date * dateStride);
      this.meter.end("read", `row ${part.row}`, start, bytesRead);
    } else {
      for (let date = 0; date < sources.length; date++) this.load(date, part, target + date * dateStride);
    }
  }

  /** Puts a part of one date (of the window) at `target` (float32), row after row. */
  load(date: number, part: RowRange, target: number): void {
    const { looks } = this.rows;
    if (looks === null) this.#loadIntensity(date, part, target);
    else this.#loadLooks(date, part, target, looks);
  }

  close(): void {
    this.#planes.close();
  }

  #loadIntensity(date: number, part: RowRange, target: number): void {
    const source = this.rows.sources[date]!;
    const item = this.rows.dates[date]!;
    const start = this.meter.since();
    const bytesRead = this.#readIntensity(date, part, target);
    const read = this.meter.end("read", item, start, bytesRead);
    if (isPlain(source)) return;
    const cells = part.rows * part.columns;
    if (isSwapped(source)) this.kernels.swapWords(target, cells);
    if (source.nodata !== null) replaceByNaN(this.kernels.floats, target / 4, cells, source.nodata);
    this.meter.end("decode", item, read);
  }

  #readIntensity(date: number, { row, rows, column, columns }: RowRange, target: number): number {
    const { azimuthOffset, rangeOffset } = this.rows.window;
    const range = { row: azimuthOffset + row, rows, column: rangeOffset + column, columns };
    return this.#read(date, range, target).bytesRead;
  }

  #loadLooks(date: number, part: RowRange, target: number, looks: Looks): void {
    const { window } = this.rows;
    const { columns } = part;
    const item = this.rows.dates[date]!;
    const source = this.rows.sources[date]!;
    const atOnce = looksRowsPerRead(this.rows, looks);
    for (let done = 0; done < part.rows; done += atOnce) {
      const rows = Math.min(atOnce, part.rows - done);
      const range = {
        row: (window.azimuthOffset + part.row + done) * looks.azimuth,
        rows: rows * looks.azimuth,
        column: (window.rangeOffset + part.column) * looks.range,
        columns: columns * looks.range,
      };
      const start = this.meter.since();
      const read = this.#read(date, range, this.buffer);
      let then = this.meter.end("read", item, start, read.bytesRead);
      const stride = this.#decodeSamples(source, range, read.rowStride);
      if (needsDecoding(source)) then = this.meter.end("decode", item, then);
      for (let r = 0; r < rows; r++) {
        const from = this.buffer + r * looks.azimuth * stride;
        this.#takeLooks(source, from, stride, columns, looks, target + (done + r) * columns * 4);
      }
      this.meter.end("compute", item, then);
    }
  }

  #takeLooks(
    source: PlaneSource,
    from: number,
    stride: number,
    cells: number,
    looks: Looks,
    target: number,
  ): void {
    const { nodata } = this.rows;
    const rule =
      nodata === "none" ? MISSING.none : source.wholeNumbers ? MISSING.wholeZero : MISSING.eachZero;
    const isInt16 = source.kind === "cint16" && !isWidened(source);
    const { azimuth, range } = looks;
    if (azimuth === 4 && range === 4) {
      this.kernels[isInt16 ? "looks4x4Int16" : "looks4x4"](from, stride, cells, target, rule);
    } else {
      this.kernels[isInt16 ? "looksInt16" : "looks"](from, stride, azimuth, range, cells, target, rule);
    }
  }

  /**
   * Brings samples together, into this machine's byte order, and to complex64 where no data is declared: it becomes NaN.
   * @returns bytes from one row to the next afterwards
   */
  #decodeSamples(source: PlaneSource, { rows, columns }: RowRange, stride: number): number {
    if (!needsDecoding(source)) return stride;
    const { pixelStride } = memoryLayout(source);
    const bytes = PIXEL_BYTES[source.kind];
    const widened = isWidened(source) ? 2 * stride : stride;
    // From the last row, since rows may grow.
    for (let line = rows - 1; line >= 0; line--) {
      let at = this.buffer + line * stride;
      if (pixelStride !== bytes) this.kernels.gatherSamples(at, columns, pixelStride, bytes);
      if (isSwapped(source)) {
        if (source.kind === "cint16") this.kernels.swapHalves(at, columns * 2);
        else this.kernels.swapWords(at, columns * 2);
      }
      if (source.nodata === null) continue;
      if (isWidened(source)) {
        const to = this.buffer + line * widened;
        this.kernels.bytes.copyWithin(to, at, at + columns * bytes);
        this.kernels.widenSamples(to, columns);
        at = to;
      }
      if (this.rows.nodata === "zero") missingByNaN(this.kernels.floats, at / 4, columns, source.nodata);
    }
    return widened;
  }

  #read(date: number, range: RowRange, at: number): ReadRows {
    const read = this.#planes.read(date, range, this.kernels.bytes, at);
    this.meter.bytesRead += read.bytesRead;
    return read;
  }
}

/** True where intensities need nothing but being read. */
function isPlain(source: PlaneSource): boolean {
  return !isSwapped(source) && source.nodata === null;
}

function isSwapped(source: PlaneSource): boolean {
  return memoryLayout(source).bigEndian !== HOST_IS_BIG_ENDIAN;
}

/** Whole numbers have no NaN: where no data is declared among them they are turned into floats. */
function isWidened({ kind, nodata }: PlaneSource): boolean {
  return kind === "cint16" && nodata !== null;
}

function needsDecoding(source: PlaneSource): boolean {
  const isApart = memoryLayout(source).pixelStride !== PIXEL_BYTES[source.kind];
  return isApart || isSwapped(source) || source.nodata !== null;
}

/** Samples that are declared as no data: re is its value, beside an im of 0 or of the same. */
function missingByNaN(values: Float32Array, from: number, samples: number, nodata: number): void {
  for (let re = from; re < from + 2 * samples; re += 2) {
    if (values[re] === nodata && (values[re + 1] === 0 || values[re + 1] === nodata)) values[re] = Number.NaN;
  }
}

function replaceByNaN(values: Float32Array, from: number, count: number, nodata: number): void {
  for (let i = from; i < from + count; i++) if (values[i] === nodata) values[i] = Number.NaN;
}

/** Where nothing is left to do but reading, about this much of each image is in memory at a time. */
const SCAN_BYTES = 512 * 1024;

/**
 * Brings all rows of some images of a stack, in order, in blocks: the same rows of every image at once.
 * Memory does not grow with the height of the images.
 * @param dates places in `rows.sources`
 * @param visit gets one array of `count` rows an image, to be used during the call only
 * @throws FormatError a file was truncated after it was opened
 */
export function scanRows(
  rows: StackRows,
  dates: readonly number[],
  visit: (planes: readonly Float32Array[], row: number, count: number) => void,
): void {
  const { looks, window } = rows;
  const height = looks === null ? SCAN_BYTES / (window.range * 4) : looksRowsPerRead(rows, looks);
  const blocks = cutIntoBlocks(rows, height);
  const plan = new RegionPlan();
  const buffer = RowReader.reserve(plan, rows);
  const targets = dates.map(() => plan.reserve(planeBytes(cellsOfLargest(blocks))));
  const kernels = openKernels(plan);
  const reader = new RowReader(kernels, rows, buffer, new Meter(0, false));
  try {
    for (let block = 0; block < blocks.count; block++) {
      const part = partOfBlock(blocks, block);
      const planes = dates.map((date, i) => {
        reader.load(date, part, targets[i]!);
        return kernels.floats.subarray(targets[i]! / 4, targets[i]! / 4 + part.rows * window.range);
      });
      visit(planes, part.row, part.rows);
    }
  } finally {
    reader.close();
  }
}
