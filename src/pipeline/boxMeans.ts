import type { Looks, Raster, Shape } from "../core/raster";

/** Cells a pixel so that no side has more than `longest` pixels; the same along both axes. */
export function boxFor(shape: Shape, longest: number): Looks {
  const side = Math.max(1, Math.ceil(Math.max(shape.azimuth, shape.range) / longest));
  return { azimuth: side, range: side };
}

/** Shape of the means of boxes: those at the far edges may be incomplete. */
export function boxedShape(shape: Shape, box: Looks): Shape {
  return { azimuth: Math.ceil(shape.azimuth / box.azimuth), range: Math.ceil(shape.range / box.range) };
}

/**
 * Averages an image over boxes while its rows come in. Values are averaged as they are: of power, so that speckle keeps its
 * mean; decibels are taken afterwards. NaN cells are left out; a box of nothing else is NaN. Float64 sums.
 */
export class BoxMeans {
  /** Of the means. */
  readonly shape: Shape;
  readonly #width: number;
  readonly #box: Looks;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(shape: Shape, box: Looks) {
    this.shape = boxedShape(shape, box);
    this.#width = shape.range;
    this.#box = box;
    this.#sums = new Float64Array(this.shape.azimuth * this.shape.range);
    this.#counts = new Uint32Array(this.#sums.length);
  }

  /** @param values whole rows, one after the other, from `row` of the image on */
  add(values: ArrayLike<number>, row: number): void {
    const rows = values.length / this.#width;
    for (let r = 0; r < rows; r++) {
      const first = Math.floor((row + r) / this.#box.azimuth) * this.shape.range;
      let at = r * this.#width;
      for (let column = 0; column < this.#width; column++, at++) {
        const value = values[at]!;
        if (Number.isNaN(value)) continue;
        const box = first + Math.floor(column / this.#box.range);
        this.#sums[box]! += value;
        this.#counts[box]! += 1;
      }
    }
  }

  /** The mean of each box, shape ceil(azimuth / box.azimuth) x ceil(range / box.range). */
  finish(): Raster {
    return { shape: this.shape, values: Float32Array.from(this.#sums, (sum, i) => sum / this.#counts[i]!) };
  }
}
