import { ShapeError } from "../core/errors";
import { formatShape, type Raster, sameShape } from "../core/raster";
import { readPlane } from "../io/formats/intensity";

/** How two planes compare. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  /** Largest |a - b| over the pixels valid in both; 0 where there is none. */
  readonly maxAbsolute: number;
  /** Largest |a - b| / |b|; Infinity where only b is 0. */
  readonly maxRelative: number;
  /** Pixels that differ by more than rtol |b|, or are NaN on one side only. */
  readonly differing: number;
  /** The first such pixel in row order. */
  readonly first: Readonly<Record<"azimuth" | "range" | "a" | "b", number>> | null;
  /** Pixels that are NaN on both sides. */
  readonly bothNaN: number;
  readonly pixels: number;
}

/**
 * Compares two products of one shape. NaN on both sides agrees, on one side only it is a difference.
 * @param rtol allowed |a - b| / |b|; 0 asks for equal values
 * @param a a TIFF
 * @param b the TIFF that is right
 * @returns largest absolute and relative difference, number of pixels that differ, and the first of them
 * @throws ShapeError their shapes differ
 */
export async function verifyPlanes(a: string, b: string, rtol: number): Promise<Comparison> {
  const [one, other] = [await readPlane(a), await readPlane(b)];
  if (!sameShape(one.shape, other.shape)) {
    throw new ShapeError(
      `${a}: found ${formatShape(one.shape)}, expected ${formatShape(other.shape)} as ${b}; compare products of one crop`,
      { path: a },
    );
  }
  return { a, b, ...compareValues(one, other, rtol) };
}

/** The comparison itself, of planes of one shape. */
function compareValues(one: Raster, other: Raster, rtol: number): Omit<Comparison, "a" | "b"> {
  const width = one.shape.range;
  let maxAbsolute = 0;
  let maxRelative = 0;
  let differing = 0;
  let bothNaN = 0;
  let first: Comparison["first"] = null;
  for (let i = 0; i < one.values.length; i++) {
    const a = one.values[i]!;
    const b = other.values[i]!;
    if (a === b) continue;
    const missing = Number(Number.isNaN(a)) + Number(Number.isNaN(b));
    if (missing === 2) {
      bothNaN += 1;
      continue;
    }
    const delta = Math.abs(a - b);
    if (missing === 0) {
      maxAbsolute = Math.max(maxAbsolute, delta);
      maxRelative = Math.max(maxRelative, delta / Math.abs(b));
    }
    if (missing === 0 && delta <= rtol * Math.abs(b)) continue;
    differing += 1;
    first ??= { azimuth: Math.floor(i / width), range: i % width, a, b };
  }
  return { maxAbsolute, maxRelative, differing, first, bothNaN, pixels: one.values.length };
}
