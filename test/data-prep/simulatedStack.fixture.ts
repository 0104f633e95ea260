import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Shape, Window } from "../../src/core/raster";

/** All files below a folder, relative to it, in order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(folder, path))
    .sort();
}

/** Interleaved real and imaginary parts, read by DataView: little-endian whatever the machine is. */
export function readParts(path: string): Float64Array {
  const bytes = readFileSync(path);
  return Float64Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}

/** Complex sample indices of a window, row by row. */
export function* samplesOf(window: Window, shape: Shape): Generator<number> {
  for (let row = 0; row < window.azimuth; row++) {
    for (let column = 0; column < window.range; column++) {
      yield (window.azimuthOffset + row) * shape.range + window.rangeOffset + column;
    }
  }
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation over mean, ddof 0. */
export function variationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) / mean;
}
