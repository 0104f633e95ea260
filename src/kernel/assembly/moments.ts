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

/**
 * Mean and std (ddof 0) over the dates of each cell, NaN left out, each the float32 nearest to the exact value.
 * Four cells a step: plain float64 sums first; where both ends of their error bound round to the same float32 the
 * result is certain, the rest (near ties, cancellation, negative values, no valid date) is done by exact sums.
 * @param source float32 rows, one a date, `dateBytes` apart; readable up to the next multiple of four cells
 * @param means, stds, counts float32, writable up to the next multiple of four cells
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
  // Errors of Σx (dates - 1 sums) and of n Σx² - (Σx)² (about 3 dates + 2 operations), relative to n Σx².
  const meanRoom = f64x2.splat(<f64>(dates + 2) * UNIT);
  const varianceRoom = f64x2.splat(<f64>(3 * dates + 4) * UNIT);
  for (let cell = 0; cell < cells; cell += 4) {
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
    const meanA = f64x2.div(sumA, countA);
    const meanB = f64x2.div(sumB, countB);
    const meanLow = demote(lower(meanA, meanRoom), lower(meanB, meanRoom));
    const meanHigh = demote(upper(meanA, meanRoom), upper(meanB, meanRoom));
    const powerA = f64x2.mul(countA, squareA);
    const powerB = f64x2.mul(countB, squareB);
    const varianceA = f64x2.sub(powerA, f64x2.mul(sumA, sumA));
    const varianceB = f64x2.sub(powerB, f64x2.mul(sumB, sumB));
    const roomA = f64x2.mul(powerA, varianceRoom);
    const roomB = f64x2.mul(powerB, varianceRoom);
    const stdLow = demote(
      lower(f64x2.div(f64x2.sqrt(f64x2.sub(varianceA, roomA)), countA), meanRoom),
      lower(f64x2.div(f64x2.sqrt(f64x2.sub(varianceB, roomB)), countB), meanRoom),
    );
    const stdHigh = demote(
      upper(f64x2.div(f64x2.sqrt(f64x2.add(varianceA, roomA)), countA), meanRoom),
      upper(f64x2.div(f64x2.sqrt(f64x2.add(varianceB, roomB)), countB), meanRoom),
    );
    v128.store(means + (<usize>cell << 2), meanLow);
    v128.store(stds + (<usize>cell << 2), stdLow);
    v128.store(counts + (<usize>cell << 2), f32x4.convert_i32x4_s(valid));
    const positive = i32x4.ge_s(negative, i32x4.splat(0));
    const meanIsSure = i32x4.bitmask(v128.and(f32x4.eq(meanLow, meanHigh), positive));
    const stdIsSure = i32x4.bitmask(v128.and(f32x4.eq(stdLow, stdHigh), positive));
    if ((meanIsSure & stdIsSure) === 15) continue;
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
