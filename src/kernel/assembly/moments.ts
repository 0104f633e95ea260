import { residue, sum } from "./doubles";
import {
  addPairs,
  clearSums,
  inexact,
  roundMean,
  roundStd,
  squareHigh,
  squareLow,
  sumHigh,
  sumLow,
} from "./finishCell";

/** Rounding of the sums, twice over: the certificate below stays valid with room to spare. */
const UNIT: f64 = 2.220446049250313e-16;

/** Float32 as whole numbers without sign: below this are all that are finite and not negative. */
const INFINITY_BITS: u32 = 0x7f800000;

/**
 * Mean and std (ddof 0) over the dates of each cell, NaN left out, each the float32 nearest to the exact value.
 * Plain float64 sums first; where both ends of their error bound round to the same float32 the result is certain, the
 * rest (near ties, cancellation, negative values, no valid date) is done by exact sums.
 * Eight cells a step where all their values are finite and not negative, as intensities are; else four with masks.
 * @param source float32 rows, one a date, `dateBytes` apart; readable up to the next multiple of eight cells
 * @param means, stds, counts float32, writable up to the next multiple of eight cells
 * @param unresolved int32 indexes of cells whose sums 106 bits do not hold (the caller does them by whole numbers)
 * @returns how many indexes were written
 */
export function moments(
  source: usize,
  dateBytes: usize,
  dates: i32,
  cells: i32,
  means: usize,
  stds: usize,
  counts: usize,
  unresolved: usize,
): i32 {
  let left = 0;
  const infinity = i32x4.splat(INFINITY_BITS);
  const count = f64x2.splat(<f64>dates);
  const inverse = f64x2.splat(1 / <f64>dates);
  const valid = i32x4.splat(dates);
  for (let cell = 0; cell < cells; cell += 8) {
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    let sumC = f64x2.splat(0);
    let sumD = f64x2.splat(0);
    let squareA = f64x2.splat(0);
    let squareB = f64x2.splat(0);
    let squareC = f64x2.splat(0);
    let squareD = f64x2.splat(0);
    let largest = i32x4.splat(0);
    let pointer = source + (<usize>cell << 2);
    for (let date = 0; date < dates; date++) {
      const near = v128.load(pointer);
      const far = v128.load(pointer, 16);
      largest = i32x4.max_u(largest, i32x4.max_u(near, far));
      const a = f64x2.promote_low_f32x4(near);
      const b = f64x2.promote_low_f32x4(v128.shuffle<u32>(near, near, 2, 3, 0, 1));
      const c = f64x2.promote_low_f32x4(far);
      const d = f64x2.promote_low_f32x4(v128.shuffle<u32>(far, far, 2, 3, 0, 1));
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      sumC = f64x2.add(sumC, c);
      sumD = f64x2.add(sumD, d);
      squareA = f64x2.add(squareA, f64x2.mul(a, a));
      squareB = f64x2.add(squareB, f64x2.mul(b, b));
      squareC = f64x2.add(squareC, f64x2.mul(c, c));
      squareD = f64x2.add(squareD, f64x2.mul(d, d));
      pointer += dateBytes;
    }
    if (i32x4.all_true(i32x4.lt_u(largest, infinity))) {
      // prettier-ignore
      left = settle(source, dateBytes, dates, cells, means, stds, counts, unresolved, left, cell,
        sumA, sumB, squareA, squareB, count, count, inverse, inverse, valid, 15);
      // prettier-ignore
      left = settle(source, dateBytes, dates, cells, means, stds, counts, unresolved, left, cell + 4,
        sumC, sumD, squareC, squareD, count, count, inverse, inverse, valid, 15);
    } else {
      left = sumValid(source, dateBytes, dates, cells, means, stds, counts, unresolved, left, cell);
      left = sumValid(source, dateBytes, dates, cells, means, stds, counts, unresolved, left, cell + 4);
    }
  }
  return left;
}

/** Four cells from `cell` on, NaN left out. Arguments and result as in `settle`. */
function sumValid(
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
): i32 {
  let sumA = f64x2.splat(0);
  let sumB = f64x2.splat(0);
  let squareA = f64x2.splat(0);
  let squareB = f64x2.splat(0);
  let negative = i32x4.splat(0);
  let valid = i32x4.splat(0);
  let pointer = source + (<usize>cell << 2);
  for (let date = 0; date < dates; date++) {
    const raw = v128.load(pointer);
    const isValid = f32x4.eq(raw, raw);
    const values = v128.and(raw, isValid);
    valid = i32x4.sub(valid, isValid);
    negative = v128.or(negative, values);
    const a = f64x2.promote_low_f32x4(values);
    const b = f64x2.promote_low_f32x4(v128.shuffle<u32>(values, values, 2, 3, 0, 1));
    sumA = f64x2.add(sumA, a);
    sumB = f64x2.add(sumB, b);
    squareA = f64x2.add(squareA, f64x2.mul(a, a));
    squareB = f64x2.add(squareB, f64x2.mul(b, b));
    pointer += dateBytes;
  }
  const countA = f64x2.convert_low_i32x4_s(valid);
  const countB = f64x2.convert_low_i32x4_s(v128.shuffle<u32>(valid, valid, 2, 3, 0, 1));
  const one = f64x2.splat(1);
  const positive = i32x4.bitmask(i32x4.ge_s(negative, i32x4.splat(0)));
  // prettier-ignore
  return settle(source, dateBytes, dates, cells, means, stds, counts, unresolved, left, cell,
    sumA, sumB, squareA, squareB, countA, countB, f64x2.div(one, countA), f64x2.div(one, countB), valid, positive);
}

/**
 * Stores mean, std and count of four cells from their sums, those that the error bound leaves open by exact sums.
 * @param left how many cells are unresolved so far
 * @param valid int32 number of valid dates of each cell, `countA` and `countB` the same as float64, `inverseA` and
 *   `inverseB` one by that
 * @param positive bits of the cells without a negative value: only there the bound holds
 * @returns how many cells are unresolved now
 */
function settle(
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
  v128.store(stds + (<usize>cell << 2), stdLow);
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
