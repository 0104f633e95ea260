/** Gamma distribution: mean shape x scale, variance shape x scale². Intensity of L looks has shape L. */
interface Gamma {
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

/** Regularised incomplete beta I_x(a, b) by its continued fraction (Lentz), for x < (a + 1) / (a + b + 2). */
function incompleteBeta(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guard = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) * fraction) / a;
}

/** P(|T| > t) of Student's t, t >= 0. */
export function studentTail(t: number, degrees: number): number {
  const x = degrees / (degrees + t * t);
  const a = degrees / 2;
  return x < (a + 1) / (a + 2.5) ? incompleteBeta(x, a, 0.5) : 1 - incompleteBeta(1 - x, 0.5, a);
}

/** The t with P(|T| <= t) = confidence, by bisection to 1e-12 relative. */
export function studentQuantile(confidence: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentTail(high, degrees) > 1 - confidence) high *= 2;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (studentTail(middle, degrees) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * ln Γ(x) for x > 0 by Stirling's series from x >= 10 on; relative error of Γ below 1e-12 up to x = 1000, from there on
 * the rounding of the result.
 */
export function logGamma(x: number): number {
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
