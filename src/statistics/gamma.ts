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

/** ln Γ(x) for x > 0 by Stirling's series from x >= 10 on, relative error of Γ below 1e-12. */
function logGamma(x: number): number {
  let raised = x;
  let product = 1;
  for (; raised < 10; raised += 1) product *= raised;
  const square = raised ** -2;
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / raised;
  return (
    (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}
