import { settle } from "./finishCells";

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
