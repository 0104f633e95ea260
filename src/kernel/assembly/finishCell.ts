import {
  addProduct,
  clearExpansion,
  leadingComponent,
  residue,
  roundedExpansion,
  sum,
} from "./doubles";

/** Relative room around a float64 estimate, 8 units: more than the error of the few operations that made it. */
export const ROOM: f64 = 8.881784197001252e-16;

// @ts-expect-error: decorator
@inline
function isOdd(value: f32): bool {
  return (reinterpret<u32>(value) & 1) !== 0;
}

/** Which of two neighbouring float32 the exact value rounds to, from the sign of (exact - midpoint); a tie goes to even. */
// @ts-expect-error: decorator
@inline
function choose(low: f32, high: f32, sign: f64): f32 {
  if (sign > 0) return high;
  if (sign < 0) return low;
  return isOdd(low) ? high : low;
}

/**
 * Mean of a cell: the float32 nearest to (sHigh + sLow) / n, ties to even; NaN for n = 0.
 * Where two float32 are candidates, their midpoint is compared exactly.
 * @param n number of valid dates, a whole number below 2^28
 * @param sHigh, sLow Σx as an exact float64 pair
 */
export function roundMean(n: f64, sHigh: f64, sLow: f64): f32 {
  if (n === 0) return f32.NaN;
  const estimate = sHigh / n;
  const a = <f32>(estimate * (1 - ROOM));
  const b = <f32>(estimate * (1 + ROOM));
  if (a === b) return a;
  const low = min(a, b);
  const high = max(a, b);
  // n * midpoint is exact (25 + 28 bits); the difference of two near doubles is exact (Sterbenz);
  // a rounded sum of two doubles has the sign of the exact one.
  const midpoint = (<f64>low + <f64>high) * 0.5;
  return choose(low, high, sHigh - n * midpoint + sLow);
}

/** n Σx² - (Σx)², as an exact expansion. */
function expandVariance(n: f64, sHigh: f64, sLow: f64, qHigh: f64, qLow: f64): void {
  clearExpansion();
  addProduct(n, qLow);
  addProduct(n, qHigh);
  if (sLow !== 0) {
    addProduct(-sLow, sLow);
    addProduct(-2 * sHigh, sLow);
  }
  addProduct(-sHigh, sHigh);
}

/**
 * Std (ddof 0) of a cell: the float32 nearest to sqrt(n Σx² - (Σx)²) / n, ties to even; NaN for n = 0.
 * Where two float32 are candidates, the square of their midpoint is compared exactly.
 * @param qHigh, qLow Σx² as an exact float64 pair; the rest as in `roundMean`
 */
export function roundStd(n: f64, sHigh: f64, sLow: f64, qHigh: f64, qLow: f64): f32 {
  if (n === 0) return f32.NaN;
  if (n === 1) return 0;
  expandVariance(n, sHigh, sLow, qHigh, qLow);
  if (leadingComponent() === 0) return 0;
  const estimate = sqrt(roundedExpansion()) / n;
  const low = <f32>(estimate * (1 - ROOM));
  const high = <f32>(estimate * (1 + ROOM));
  if (low === high) return low;
  const midpoint = (<f64>low + <f64>high) * 0.5;
  addProduct(-n * midpoint, n * midpoint);
  return choose(low, high, leadingComponent());
}

/** Sums of one cell while its dates are added one by one. */
export let sumHigh: f64 = 0;
export let sumLow: f64 = 0;
export let squareHigh: f64 = 0;
export let squareLow: f64 = 0;
/** True once a pair could not hold the sum exactly, or a value was infinite. */
export let inexact: bool = false;

export function clearSums(): void {
  sumHigh = 0;
  sumLow = 0;
  squareHigh = 0;
  squareLow = 0;
  inexact = false;
}

/** Sets the sums to a stored state. */
export function setSums(sHigh: f64, sLow: f64, qHigh: f64, qLow: f64, lost: bool): void {
  sumHigh = sHigh;
  sumLow = sLow;
  squareHigh = qHigh;
  squareLow = qLow;
  inexact = lost;
}

/** Adds a pair (high, low) to Σx and another to Σx²; `inexact` is raised where 106 bits do not hold the result. */
export function addPairs(sHigh: f64, sLow: f64, qHigh: f64, qLow: f64): void {
  let head = sum(sumHigh, sHigh);
  let tail = residue;
  let low = sum(sumLow, sLow);
  let lost = residue;
  tail = sum(tail, low);
  lost = abs(lost) + abs(residue);
  sumHigh = sum(head, tail);
  sumLow = residue;

  head = sum(squareHigh, qHigh);
  tail = residue;
  low = sum(squareLow, qLow);
  lost += abs(residue);
  tail = sum(tail, low);
  lost += abs(residue);
  squareHigh = sum(head, tail);
  squareLow = residue;
  // An infinite value makes a residue NaN, and NaN !== 0 holds.
  if (lost !== 0) inexact = true;
}
