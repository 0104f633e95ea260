import {
  addPairs,
  inexact,
  ROOM,
  roundMean,
  roundStd,
  setSums,
  squareHigh,
  squareLow,
  sumHigh,
  sumLow,
} from "./finishCells";

// A block of partial states of `cells` cells (a multiple of two), five planes one after the other:
// float64 Σx high, Σx low, Σx² high, Σx² low; int32 number of valid dates, plus LOST once a pair lost bits.

/** Marks a cell whose sums 106 bits do not hold, or that met an infinite value. */
const LOST: i32 = 1 << 30;
/** The mark in either of two neighbouring counts. */
const LOST_PAIR: u64 = 0x4000000040000000;

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

/**
 * Adds the states of one block to those of another of as many cells. Two cells a step while no bit is lost and none was;
 * the others one by one.
 */
export function merge(states: usize, others: usize, cells: i32): void {
  const plane = <usize>cells << 3;
  const zero = f64x2.splat(0);
  for (let cell: usize = 0; cell < <usize>cells; cell += 2) {
    const at = states + (cell << 3);
    const from = others + (cell << 3);
    const count = states + 4 * plane + (cell << 2);
    const added = others + 4 * plane + (cell << 2);
    const sHigh = v128.load(at);
    const sMore = v128.load(from);
    const qHigh = v128.load(at + 2 * plane);
    const qMore = v128.load(from + 2 * plane);
    const qLow = v128.load(at + 3 * plane);
    const qMoreLow = v128.load(from + 3 * plane);
    const sNew = f64x2.add(sHigh, sMore);
    const head = f64x2.add(qHigh, qMore);
    const tail = twoSum(qHigh, qMore, head);
    const low = f64x2.add(qLow, qMoreLow);
    const rest = f64x2.add(tail, low);
    const lost = v128.or(twoSum(qLow, qMoreLow, low), twoSum(tail, low, rest));
    const sRest = v128.or(v128.or(v128.load(at + plane), v128.load(from + plane)), twoSum(sHigh, sMore, sNew));
    const fits = v128.and(f64x2.eq(sRest, zero), f64x2.eq(lost, zero));
    const marks = (load<u64>(count) | load<u64>(added)) & LOST_PAIR;
    if (i64x2.all_true(fits) && marks === 0) {
      const qNew = f64x2.add(head, rest);
      v128.store(at, sNew);
      v128.store(at + 2 * plane, qNew);
      v128.store(at + 3 * plane, f64x2.sub(rest, f64x2.sub(qNew, head)));
      v128.store64_lane(count, i32x4.add(v128.load64_zero(count), v128.load64_zero(added)), 0);
    } else {
      mergeCell(states, others, cells, cell);
      mergeCell(states, others, cells, cell + 1);
    }
  }
}

function mergeCell(states: usize, others: usize, cells: usize, cell: usize): void {
  const plane = cells << 3;
  const at = others + (cell << 3);
  addToCell(
    states, cells, cell,
    load<i32>(others + 4 * plane + (cell << 2)),
    load<f64>(at), load<f64>(at + plane), load<f64>(at + 2 * plane), load<f64>(at + 3 * plane),
  );
}

/**
 * Mean, std and count of the states of a block, float32, the first two each the nearest to the exact value. Two cells a
 * step where both ends of the error bound round to the same float32; the others exactly.
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
  for (let cell = 0; cell < cells; cell += 2) {
    const at = states + (<usize>cell << 3);
    const count = states + 4 * plane + (<usize>cell << 2);
    const n = f64x2.convert_low_i32x4_s(v128.load64_zero(count));
    const total = v128.load(at);
    const mean = f64x2.div(total, n);
    const meanLow = f32x4.demote_f64x2_zero(scaled(mean, 1 - ROOM));
    const meanHigh = f32x4.demote_f64x2_zero(scaled(mean, 1 + ROOM));
    const power = f64x2.mul(n, v128.load(at + 2 * plane));
    const variance = f64x2.sub(power, f64x2.mul(total, total));
    const room = scaled(power, ROOM);
    const stdLow = f32x4.demote_f64x2_zero(scaled(f64x2.div(f64x2.sqrt(f64x2.sub(variance, room)), n), 1 - ROOM));
    const stdHigh = f32x4.demote_f64x2_zero(scaled(f64x2.div(f64x2.sqrt(f64x2.add(variance, room)), n), 1 + ROOM));
    const offset = <usize>cell << 2;
    v128.store64_lane(means + offset, meanLow, 0);
    v128.store64_lane(stds + offset, stdLow, 0);
    v128.store64_lane(counts + offset, f32x4.demote_f64x2_zero(n), 0);
    const meanIsSure = i32x4.bitmask(f32x4.eq(meanLow, meanHigh));
    const stdIsSure = i32x4.bitmask(f32x4.eq(stdLow, stdHigh));
    const isMarked = (load<u64>(count) & LOST_PAIR) !== 0;
    if ((meanIsSure & stdIsSure & 3) === 3 && !isMarked) continue;
    for (let lane = 0; lane < 2; lane++) {
      const sure = isMarked ? 0 : (meanIsSure >> lane) & 1 | (((stdIsSure >> lane) & 1) << 1);
      if (sure === 3 || finishCell(states, cells, cell + lane, means, stds, counts, sure)) continue;
      store<i32>(unresolved + (<usize>left << 2), cell + lane);
      left++;
    }
  }
  return left;
}

/** What is not sure of one cell, by exact comparison; false when its sums are not exact. @param sure 1 the mean, 2 the std */
function finishCell(
  states: usize, cells: i32, cell: i32, means: usize, stds: usize, counts: usize, sure: i32,
): bool {
  const plane = <usize>cells << 3;
  const at = states + (<usize>cell << 3);
  const offset = <usize>cell << 2;
  const count = load<i32>(states + 4 * plane + offset);
  store<f32>(counts + offset, <f32>(count & ~LOST));
  if ((count & LOST) !== 0) return false;
  const n = <f64>count;
  const sHigh = load<f64>(at);
  const sLow = load<f64>(at + plane);
  if ((sure & 1) === 0) store<f32>(means + offset, roundMean(n, sHigh, sLow));
  if ((sure & 2) === 0) {
    store<f32>(stds + offset, roundStd(n, sHigh, sLow, load<f64>(at + 2 * plane), load<f64>(at + 3 * plane)));
  }
  return true;
}

// @ts-ignore: decorator
@inline
function scaled(value: v128, factor: f64): v128 {
  return f64x2.mul(value, f64x2.splat(factor));
}
