import {
  addPairs,
  inexact,
  roundMean,
  roundStd,
  setSums,
  squareHigh,
  squareLow,
  sumHigh,
  sumLow,
} from "./finishCell";

// A block of partial states of `cells` cells (a multiple of two), five planes one after the other:
// float64 Σx high, Σx low, Σx² high, Σx² low; int32 number of valid dates, plus LOST once a pair lost bits.

/** Marks a cell whose sums 106 bits do not hold, or that met an infinite value. */
const LOST: i32 = 1 << 30;

/** Sets every state of a block to "no date". */
export function clearStates(states: usize, cells: i32): void {
  memory.fill(states, 0, <usize>cells * 36);
}

// @ts-expect-error: decorator
@inline
function addToCell(
  states: usize, cells: usize, cell: usize, n: i32, sHigh: f64, sLow: f64, qHigh: f64, qLow: f64,
): void {
  const plane = cells << 3;
  const at = states + (cell << 3);
  const count = states + 4 * plane + (cell << 2);
  const before = load<i32>(count);
  const lost = ((before | n) & LOST) !== 0;
  setSums(load<f64>(at), load<f64>(at + plane), load<f64>(at + 2 * plane), load<f64>(at + 3 * plane), lost);
  addPairs(sHigh, sLow, qHigh, qLow);
  store<f64>(at, sumHigh);
  store<f64>(at + plane, sumLow);
  store<f64>(at + 2 * plane, squareHigh);
  store<f64>(at + 3 * plane, squareLow);
  store<i32>(count, ((before & ~LOST) + (n & ~LOST)) | (inexact ? LOST : 0));
}

// @ts-expect-error: decorator
@inline
function twoSum(a: v128, b: v128, s: v128): v128 {
  const bb = f64x2.sub(s, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(s, bb)), f64x2.sub(b, bb));
}

/**
 * Adds one date to the states of a block, NaN left out. Two cells a step while no bit is lost; the others one by one.
 * @param values float32 of the date, as many as `cells`, itself a multiple of two
 */
export function accumulate(states: usize, values: usize, cells: i32): void {
  const plane = <usize>cells << 3;
  const counts = states + 4 * plane;
  const zero = f64x2.splat(0);
  for (let cell: usize = 0; cell < <usize>cells; cell += 2) {
    const raw = f64x2.promote_low_f32x4(v128.load64_zero(values + (cell << 2)));
    const isValid = f64x2.eq(raw, raw);
    const value = v128.and(raw, isValid);
    const square = f64x2.mul(value, value);
    const at = states + (cell << 3);
    const sHigh = v128.load(at);
    const qHigh = v128.load(at + 2 * plane);
    const qLow = v128.load(at + 3 * plane);
    const sNew = f64x2.add(sHigh, value);
    const sLost = twoSum(sHigh, value, sNew);
    const qSum = f64x2.add(qHigh, square);
    const qTail = twoSum(qHigh, square, qSum);
    const qRest = f64x2.add(qLow, qTail);
    const qLost = twoSum(qLow, qTail, qRest);
    // Renormalise, so that the pair does not overlap; |qSum| >= |qRest| makes the short form exact.
    const qNew = f64x2.add(qSum, qRest);
    const qNewLow = f64x2.sub(qRest, f64x2.sub(qNew, qSum));
    // The common road: Σx fits one float64 and Σx² its pair. A NaN residue (infinite value) compares unequal too.
    const sRest = v128.or(v128.load(at + plane), sLost);
    const fits = v128.and(f64x2.eq(sRest, zero), f64x2.eq(qLost, zero));
    if (i64x2.all_true(fits)) {
      v128.store(at, sNew);
      v128.store(at + 2 * plane, qNew);
      v128.store(at + 3 * plane, qNewLow);
      const count = counts + (cell << 2);
      const step = v128.shuffle<u32>(isValid, isValid, 0, 2, 0, 2);
      v128.store64_lane(count, i32x4.sub(v128.load64_zero(count), step), 0);
    } else {
      addValue(states, cells, cell, load<f32>(values + (cell << 2)));
      addValue(states, cells, cell + 1, load<f32>(values + (cell << 2) + 4));
    }
  }
}

function addValue(states: usize, cells: usize, cell: usize, single: f32): void {
  if (isNaN<f32>(single)) return;
  const value = <f64>single;
  addToCell(states, cells, cell, 1, value, 0, value * value, 0);
}

/** Adds the states of one block to those of another of as many cells. */
export function merge(states: usize, others: usize, cells: i32): void {
  const plane = <usize>cells << 3;
  for (let cell: usize = 0; cell < <usize>cells; cell++) {
    const at = others + (cell << 3);
    addToCell(
      states, cells, cell,
      load<i32>(others + 4 * plane + (cell << 2)),
      load<f64>(at), load<f64>(at + plane), load<f64>(at + 2 * plane), load<f64>(at + 3 * plane),
    );
  }
}

/**
 * Mean, std and count of the states of a block, float32, the first two each the nearest to the exact value.
 * @returns how many cells were left unresolved, their int32 indexes in `unresolved`
 */
export function finish(
  states: usize,
  cells: i32,
  means: usize,
  stds: usize,
  counts: usize,
  unresolved: usize,
): i32 {
  const plane = <usize>cells << 3;
  let left = 0;
  for (let cell = 0; cell < cells; cell++) {
    const at = states + (<usize>cell << 3);
    const count = load<i32>(states + 4 * plane + (<usize>cell << 2));
    store<f32>(counts + (<usize>cell << 2), <f32>(count & ~LOST));
    if ((count & LOST) !== 0) {
      store<i32>(unresolved + (<usize>left << 2), cell);
      left++;
      continue;
    }
    const n = <f64>count;
    const sHigh = load<f64>(at);
    const sLow = load<f64>(at + plane);
    store<f32>(means + (<usize>cell << 2), roundMean(n, sHigh, sLow));
    store<f32>(stds + (<usize>cell << 2), roundStd(n, sHigh, sLow, load<f64>(at + 2 * plane), load<f64>(at + 3 * plane)));
  }
  return left;
}
