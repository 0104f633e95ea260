import type { Looks, NoData, Window } from "../core/raster";
import type { PlaneSource } from "../core/stack";
import { readRows, rowBufferBytes } from "../io/readRows";
import { SourceFiles } from "../io/sourceFiles";
import type { Kernels, RegionPlan } from "../kernel/kernels";
import type { Meter } from "../parallel/meter";

/** Which rows of which images are wanted, as intensity. Plain data: it crosses thread and process borders. */
export interface StackRows {
  readonly sources: readonly PlaneSource[];
  readonly dates: readonly string[];
  /** In looked pixels. */
  readonly window: Window;
  /** Looks still to be taken from complex samples; null where the images are intensities already. */
  readonly looks: Looks | null;
  readonly nodata: NoData;
}

/** Measured best between 256 KiB and 4 MiB: smaller reads pay more calls, larger ones leave the CPU's own caches. */
const READ_BYTES = 1 << 20;

/** How many looked rows of one image one read brings: at least one. */
export function looksRowsPerRead(rows: StackRows, looks: Looks): number {
  const bytes = Math.max(
    ...rows.sources.map((source) => rowBufferBytes(source, looks.azimuth, rows.window.range * looks.range)),
  );
  return Math.max(1, Math.floor(READ_BYTES / bytes));
}

/** Brings rows of intensity of any date of a stack into kernel memory, for one thread. */
export class RowReader {
  readonly #kernels: Kernels;
  readonly #rows: StackRows;
  readonly #buffer: number;
  readonly #meter: Meter;
  readonly #files: SourceFiles;

  /**
   * Reserves the buffer that reading complex rows needs.
   * @returns its pointer, for the constructor
   */
  static reserve(plan: RegionPlan, rows: StackRows): number {
    const { looks } = rows;
    if (looks === null) return 0;
    const samples = rows.window.range * looks.range;
    const lines = looksRowsPerRead(rows, looks) * looks.azimuth;
    const bytes = Math.max(...rows.sources.map((source) => rowBufferBytes(source, lines, samples)));
    return plan.reserve(bytes);
  }

  constructor(kernels: Kernels, rows: StackRows, buffer: number, meter: Meter) {
    this.#kernels = kernels;
    this.#rows = rows;
    this.#buffer = buffer;
    this.#meter = meter;
    this.#files = new SourceFiles(rows.sources);
  }

  /**
   * Puts `count` rows of one date, from `row` of the window on, one after the other at `target` (float32).
   */
  load(date: number, row: number, count: number, target: number): void {
    const { looks } = this.#rows;
    if (looks === null) this.#loadIntensity(date, row, count, target);
    else this.#loadLooks(date, row, count, target, looks);
  }

  close(): void {
    this.#files.close();
  }

  #loadIntensity(date: number, row: number, count: number, target: number): void {
    const { window } = this.#rows;
    const source = this.#read(
      date,
      window.azimuthOffset + row,
      count,
      window.rangeOffset,
      window.range,
      target,
    ).source;
    const cells = count * window.range;
    if (!source.bigEndian && source.nodata === null) return;
    const start = this.#meter.start();
    if (source.bigEndian) this.#kernels.swapWords(target, cells);
    if (source.nodata !== null) replaceByNaN(this.#kernels.floats, target / 4, cells, source.nodata);
    this.#meter.end("decode", this.#rows.dates[date]!, start);
  }

  #loadLooks(date: number, row: number, count: number, target: number, looks: Looks): void {
    const { window } = this.#rows;
    const atOnce = looksRowsPerRead(this.#rows, looks);
    for (let done = 0; done < count; done += atOnce) {
      const rows = Math.min(atOnce, count - done);
      const line = (window.azimuthOffset + row + done) * looks.azimuth;
      const { source, stride } = this.#read(
        date,
        line,
        rows * looks.azimuth,
        window.rangeOffset * looks.range,
        window.range * looks.range,
        this.#buffer,
      );
      this.#decodeSamples(source, rows * looks.azimuth, window.range * looks.range, stride, date);
      const start = this.#meter.start();
      for (let r = 0; r < rows; r++) {
        const from = this.#buffer + r * looks.azimuth * stride;
        this.#takeLooks(from, stride, looks, target + (done + r) * window.range * 4);
      }
      this.#meter.end("compute", this.#rows.dates[date]!, start);
    }
  }

  #takeLooks(from: number, stride: number, looks: Looks, target: number): void {
    const cells = this.#rows.window.range;
    const zeroIsNoData = this.#rows.nodata === "zero";
    if (looks.azimuth === 4 && looks.range === 4) {
      this.#kernels.looks4x4(from, stride, cells, target, zeroIsNoData);
    } else {
      this.#kernels.looks(from, stride, looks.azimuth, looks.range, cells, target, zeroIsNoData);
    }
  }

  #decodeSamples(source: PlaneSource, lines: number, samples: number, stride: number, date: number): void {
    const apart = source.pixelStride !== 8;
    if (!apart && !source.bigEndian) return;
    const start = this.#meter.start();
    for (let line = 0; line < lines; line++) {
      const at = this.#buffer + line * stride;
      if (apart) this.#kernels.gatherSamples(at, samples, source.pixelStride);
      if (source.bigEndian) this.#kernels.swapWords(at, samples * 2);
    }
    this.#meter.end("decode", this.#rows.dates[date]!, start);
  }

  #read(
    date: number,
    row: number,
    rows: number,
    column: number,
    columns: number,
    at: number,
  ): { source: PlaneSource; stride: number } {
    const source = this.#rows.sources[date]!;
    const start = this.#meter.start();
    const file = this.#files.open(date);
    const range = { row, rows, column, columns };
    const { rowStride, bytesRead } = readRows(file, source, range, this.#kernels.bytes, at);
    this.#meter.bytesRead += bytesRead;
    this.#meter.end("read", this.#rows.dates[date]!, start, bytesRead);
    return { source, stride: rowStride };
  }
}

function replaceByNaN(values: Float32Array, from: number, count: number, nodata: number): void {
  for (let i = from; i < from + count; i++) if (values[i] === nodata) values[i] = Number.NaN;
}
