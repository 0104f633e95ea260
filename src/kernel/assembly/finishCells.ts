import { addProduct, clearExpansion, leadingComponent, residue, roundedExpansion, sum } from "./doubles";

/** Rounding of the sums, twice over: the certificate below stays valid with room to spare. */
const UNIT: f64 = 2.220446049250313e-16;

/**
 * Stores mean, std and count of four cells from their sums, those that the error bound leaves open by exact sums.
 * @param left how many cells are unresolved so far
 * @param valid int32 number of valid dates of each cell, `countA` and `countB` the same as float64, `inverseA` and
 *   `inverseB` one by that
 * @param positive bits of the cells without a negative value: only there the bound holds
 * @returns how many cells are unresolved now
 */
export function settle(
  source: usize,
  dateBytes: usize,
  dates: i32,
  cells: i32,
  means: usize,
  stds: usize,
  counts: usize,
  unresolved: usize,
  left: i32,
  cell: i32,
  sumA: v128,
  sumB: v128,
  squareA: v128,
  squareB: v128,
  countA: v128,
  countB: v128,
  inverseA: v128,
  inverseB: v128,
  valid: v128,
  positive: i32,
): i32 {
  // Errors of Σx (dates - 1 sums) and of n Σx² - (Σx)² (about 3 dates + 2 operations), relative to n Σx².
  const meanRoom = f64x2.splat(<f64>(dates + 2) * UNIT);
  const varianceRoom = f64x2.splat(<f64>(3 * dates + 4) * UNIT);
  const meanA = f64x2.mul(sumA, inverseA);
  const meanB = f64x2.mul(sumB, inverseB);
  const meanLow = demote(lower(meanA, meanRoom), lower(meanB, meanRoom));
  const meanHigh = demote(upper(meanA, meanRoom), upper(meanB, meanRoom));
  const powerA = f64x2.mul(countA, squareA);
  const powerB = f64x2.mul(countB, squareB);
  const varianceA = f64x2.sub(powerA, f64x2.mul(sumA, sumA));
  const varianceB = f64x2.sub(powerB, f64x2.mul(sumB, sumB));
  const stdA = f64x2.mul(f64x2.sqrt(varianceA), inverseA);
  const stdB = f64x2.mul(f64x2.sqrt(varianceB), inverseB);
  // A relative error e of the variance is at most one of e in its root.
  const roomA = f64x2.add(f64x2.div(f64x2.mul(powerA, varianceRoom), varianceA), meanRoom);
  const roomB = f64x2.add(f64x2.div(f64x2.mul(powerB, varianceRoom), varianceB), meanRoom);
  const stdLow = demote(lower(stdA, roomA), lower(stdB, roomB));
  const stdHigh = demote(upper(stdA, roomA), upper(stdB, roomB));
  v128.store(means + (<usize>cell << 2), meanLow);
  // The upper end: where both round to 0, the lower one may be -0.
  v128.store(stds + (<usize>cell << 2), stdHigh);
  v128.store(counts + (<usize>cell << 2), f32x4.convert_i32x4_s(valid));
  const meanIsSure = i32x4.bitmask(f32x4.eq(meanLow, meanHigh)) & positive;
  const stdIsSure = i32x4.bitmask(f32x4.eq(stdLow, stdHigh)) & positive;
  if ((meanIsSure & stdIsSure) === 15) return left;
  for (let lane = 0; lane < 4 && cell + lane < cells; lane++) {
    const bit = 1 << lane;
    const at = cell + lane;
    if ((meanIsSure & stdIsSure & bit) !== 0) continue;
    // A mean near a tie is by far the commonest case, and needs the sum alone.
    if ((stdIsSure & bit) !== 0 && exactMeanOfCell(source, dateBytes, dates, at, means)) continue;
    if (!momentsOfCell(source, dateBytes, dates, at, means, stds)) {
      store<i32>(unresolved + (<usize>left << 2), at);
      left++;
    }
  }
  return left;
}

// @ts-expect-error: decorator
@inline
function lower(value: v128, room: v128): v128 {
  return f64x2.sub(value, f64x2.mul(value, room));
}

// @ts-expect-error: decorator
@inline
function upper(value: v128, room: v128): v128 {
  return f64x2.add(value, f64x2.mul(value, room));
}

// @ts-expect-error: decorator
@inline
function demote(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** The mean of one cell whose sum float64 holds exactly, as of nearly every cell; false when it does not. */
function exactMeanOfCell(source: usize, dateBytes: usize, dates: i32, cell: i32, means: usize): bool {
  let valid = 0;
  let total: f64 = 0;
  let lost: f64 = 0;
  let pointer = source + (<usize>cell << 2);
  for (let date = 0; date < dates; date++) {
    const value = <f64>load<f32>(pointer);
    pointer += dateBytes;
    if (isNaN<f64>(value)) continue;
    valid++;
    total = sum(total, value);
    lost += abs(residue);
  }
  // An infinite value makes the residue NaN, and NaN === 0 does not hold.
  if (!(lost === 0)) return false;
  store<f32>(means + (<usize>cell << 2), roundMean(<f64>valid, total, 0));
  return true;
}

/** One cell by exact sums; false when 106 bits do not hold them or a value is infinite. */
function momentsOfCell(
  source: usize,
  dateBytes: usize,
  dates: i32,
  cell: i32,
  means: usize,
  stds: usize,
): bool {
  let valid = 0;
  let first: f64 = 0;
  let last: f64 = 0;
  let pointer = source + (<usize>cell << 2);
  clearSums();
  for (let date = 0; date < dates; date++) {
    const value = <f64>load<f32>(pointer);
    pointer += dateBytes;
    if (isNaN<f64>(value)) continue;
    if (valid === 0) first = value;
    last = value;
    valid++;
    addPairs(value, 0, value * value, 0);
  }
  if (inexact) return false;
  const n = <f64>valid;
  const offset = <usize>cell << 2;
  store<f32>(means + offset, roundMean(n, sumHigh, sumLow));
  // Of two dates the std is half their distance: exact in float64 nearly always, and a tie of float32 for 2 cells of 5.
  const distance = abs(sum(first, -last));
  const std: f32 =
    valid === 2 && residue === 0 ? <f32>(distance * 0.5) : roundStd(n, sumHigh, sumLow, squareHigh, squareLow);
  store<f32>(stds + offset, std);
  return true;
}

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
