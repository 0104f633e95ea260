import { logGamma } from "../core/logGamma";

/** Gamma distribution: mean shape x scale, variance shape x scale². Intensity of L looks has shape L. */
export interface Gamma {
  readonly shape: number;
  readonly scale: number;
}

/**
 * The Gamma distribution of the mean and variance (ddof 1) of some values.
 * @returns null of fewer than two values, or of values that do not vary around a positive mean
 */
export function fitGamma(values: ArrayLike<number>): Gamma | null {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  const variance = squares / (n - 1);
  if (!(mean > 0 && variance > 0 && Number.isFinite(variance))) return null;
  return { shape: mean ** 2 / variance, scale: variance / mean };
}

/** Probability density at x; 0 below 0. */
export function gammaDensity({ shape, scale }: Gamma, x: number): number {
  if (x < 0) return 0;
  if (x === 0) return shape === 1 ? 1 / scale : shape < 1 ? Number.POSITIVE_INFINITY : 0;
  return Math.exp((shape - 1) * Math.log(x / scale) - x / scale - logGamma(shape)) / scale;
}
