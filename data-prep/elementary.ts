// ECMAScript leaves the last bits of Math.exp and Math.log to the engine, and V8 has changed such functions between
// versions. These two use + - * / alone, which IEEE 754 fixes to the last bit: simulated bytes are equal everywhere.

const HALVINGS = 10;
const EXPONENTIAL_TERMS = 8;
const LOGARITHM_TERMS = 24;
const LN_2 = Math.LN2;

/**
 * e^x for -50 <= x <= 0, relative error below 1e-12: Taylor series of x / 2^10, squared ten times.
 */
export function exponential(x: number): number {
  const small = x / 2 ** HALVINGS;
  let sum = 1;
  for (let term = EXPONENTIAL_TERMS; term >= 1; term--) sum = 1 + (small / term) * sum;
  for (let halving = 0; halving < HALVINGS; halving++) sum *= sum;
  return sum;
}

/**
 * Natural logarithm of 2^-33 <= x <= 1, absolute error below 1e-14: x is doubled until it lies in (1/2, 1], there
 * ln x = 2 artanh((x - 1) / (x + 1)) by its series.
 */
export function naturalLogarithm(x: number): number {
  let mantissa = x;
  let doublings = 0;
  while (mantissa <= 0.5) {
    mantissa *= 2;
    doublings++;
  }
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = LOGARITHM_TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return 2 * ratio * sum - doublings * LN_2;
}
