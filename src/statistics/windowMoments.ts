import type { Window } from "../core/raster";

/** Mean and variance (ddof 1) of the cells of one window of an image. */
export interface WindowMoments {
  readonly window: Window;
  readonly mean: number;
  readonly variance: number;
}

/** Collects the moments of the side x side windows of an image that comes row by row. Memory: one row of windows. */
export class WindowCollector {
  /** Windows without a NaN or infinite cell; incomplete ones at the far edges are left out. */
  readonly windows: WindowMoments[] = [];
  readonly #side: number;
  readonly #columns: number;
  readonly #width: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(width: number, side: number) {
    this.#side = side;
    this.#width = width;
    this.#columns = Math.floor(width / side);
    this.#sums = new Float64Array(this.#columns);
    this.#squares = new Float64Array(this.#columns);
  }

  /** @param values whole rows, one after the other @param row the first of them; rows come in order, from 0 */
  add(values: Float32Array, row: number): void {
    const rows = values.length / this.#width;
    for (let r = 0; r < rows; r++) {
      this.#addRow(values, r * this.#width);
      if ((row + r + 1) % this.#side === 0) this.#finishRow(row + r + 1 - this.#side);
    }
  }

  #addRow(values: Float32Array, start: number): void {
    let at = start;
    for (let column = 0; column < this.#columns; column++) {
      let [sum, squares] = [0, 0];
      for (const end = at + this.#side; at < end; at++) {
        const value = values[at]!;
        sum += value;
        squares += value * value;
      }
      this.#sums[column]! += sum;
      this.#squares[column]! += squares;
    }
  }

  #finishRow(row: number): void {
    const side = this.#side;
    const n = side * side;
    for (let column = 0; column < this.#columns; column++) {
      const mean = this.#sums[column]! / n;
      // A NaN or infinite cell makes the squares so too.
      if (Number.isFinite(this.#squares[column]!)) {
        const variance = Math.max(0, (this.#squares[column]! - mean * this.#sums[column]!) / (n - 1));
        const window = { azimuth: side, range: side, azimuthOffset: row, rangeOffset: column * side };
        this.windows.push({ window, mean, variance });
      }
    }
    this.#sums.fill(0);
    this.#squares.fill(0);
  }
}
