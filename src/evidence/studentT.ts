import { logGamma } from "../core/logGamma";
import type { Estimate } from "./estimateTypes";
import { LEAST_BLOCKS } from "./ratio";

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

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Covariance of two equally long lists, divided by n - 1. */
export function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0) / (a.length - 1);
}

/** Mean of independent values with the 95 % t interval, which is null below 6 values. */
export function estimateMean(values: readonly number[]): Estimate {
  const value = mean(values);
  const n = values.length;
  if (n < LEAST_BLOCKS) return { value, interval: null };
  const half = studentQuantile(0.95, n - 1) * Math.sqrt(covariance(values, values) / n);
  return { value, interval: { low: value - half, high: value + half, coverage: 0.95 } };
}
