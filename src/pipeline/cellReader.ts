import { readRows } from "../io/readRows";
import { SourceFiles } from "../io/sourceFiles";
import type { Meter } from "../parallel/meter";
import type { StackRows } from "./rowReader";

/** Reads single cells of every date of a stack of intensities. */
export class CellReader {
  readonly #rows: StackRows;
  readonly #meter: Meter;
  readonly #files: SourceFiles;
  readonly #cell = Buffer.alloc(4);

  constructor(rows: StackRows, meter: Meter) {
    this.#rows = rows;
    this.#meter = meter;
    this.#files = new SourceFiles(rows.sources);
  }

  /** The values of one cell of the window, one a date; declared no data is NaN. */
  read(row: number, column: number): number[] {
    const { sources, window } = this.#rows;
    const start = this.#meter.start();
    const range = {
      row: window.azimuthOffset + row,
      rows: 1,
      column: window.rangeOffset + column,
      columns: 1,
    };
    const values = sources.map((source, date) => {
      const file = this.#files.open(date);
      this.#meter.bytesRead += readRows(file, source, range, this.#cell, 0).bytesRead;
      const value = source.bigEndian ? this.#cell.readFloatBE(0) : this.#cell.readFloatLE(0);
      return value === source.nodata ? Number.NaN : value;
    });
    this.#meter.end("read", "undecided cell", start, 4 * sources.length);
    return values;
  }

  close(): void {
    this.#files.close();
  }
}
