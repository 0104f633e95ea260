// Looks: the mean power of the samples of a cell. A sample is a pair re, im of float32 (complex64) or int16 (CInt16);
// both go through the same float32 arithmetic, so that equal samples give equal bits whichever way they are stored.

/** Every sample is data: NaN and Inf make their cell so. */
const NONE = 0;
/** A sample of exactly 0+0i, or with a NaN, is missing: a cell is the mean of those that are there, NaN of less than half. */
const EACH_ZERO = 1;
/** A sample with a NaN is missing; zeros are data, as integers round to them, unless all others of the cell are 0+0i. */
const WHOLE_ZERO = 2;

/** Two neighbouring samples as re, im, re, im in float32; int16 converts exactly. */
// @ts-expect-error: decorator
@inline
function loadPair<T>(pointer: usize): v128 {
  if (sizeof<T>() === 2) return f32x4.convert_i32x4_s(v128.load_ext<i16>(pointer));
  return v128.load(pointer);
}

/** Cells that are looked over together for samples that may be missing. */
const CELLS_A_LOOK = 8;

/**
 * One row of 4 x 4 looks in float32. The summation tree is fixed, so a cell has the same bits whoever computes it:
 * rows (0+1)+(2+3), then samples (0+2)+(1+3), then re+im, then times 1/16 (exact). At most 6 roundings: 4e-7 relative.
 * Cells among which a sample may be missing (some re² and some im² are 0), or one is not finite, are looked at again.
 * One cell a step: four at once run out of registers and take 1.4 times as long.
 * @param source rows of samples, `rowBytes` apart
 * @param rule which samples are missing: NONE, EACH_ZERO or WHOLE_ZERO
 */
// @ts-expect-error: decorator
@inline
function takeLooks4x4<T>(source: usize, rowBytes: usize, cells: i32, target: usize, rule: i32): void {
  const cellBytes = <usize>sizeof<T>() << 3;
  const half = cellBytes >> 1;
  const end = source + <usize>cells * cellBytes;
  while (source < end) {
    const begin = source;
    const stop = min<usize>(end, source + <usize>CELLS_A_LOOK * cellBytes);
    let least = f32x4.splat(Infinity);
    let sum: f32 = 0;
    for (; source < stop; source += cellBytes) {
      const second = source + rowBytes;
      const third = second + rowBytes;
      const fourth = third + rowBytes;
      const a0 = square(loadPair<T>(source));
      const b0 = square(loadPair<T>(second));
      const c0 = square(loadPair<T>(third));
      const d0 = square(loadPair<T>(fourth));
      const a1 = square(loadPair<T>(source + half));
      const b1 = square(loadPair<T>(second + half));
      const c1 = square(loadPair<T>(third + half));
      const d1 = square(loadPair<T>(fourth + half));
      const squares = f32x4.add(
        f32x4.add(f32x4.add(a0, b0), f32x4.add(c0, d0)),
        f32x4.add(f32x4.add(a1, b1), f32x4.add(c1, d1)),
      );
      least = f32x4.pmin(least, f32x4.pmin(f32x4.pmin(a0, b0), f32x4.pmin(c0, d0)));
      least = f32x4.pmin(least, f32x4.pmin(f32x4.pmin(a1, b1), f32x4.pmin(c1, d1)));
      const folded = f32x4.add(squares, v128.shuffle<f32>(squares, squares, 2, 3, 0, 1));
      const mean = (f32x4.extract_lane(folded, 0) + f32x4.extract_lane(folded, 1)) * 0.0625;
      store<f32>(target, mean);
      sum += mean;
      target += 4;
    }
    if (!(sum < Infinity) || holdsZero(least)) {
      let cell = target - ((stop - begin) / cellBytes) * 4;
      for (let at = begin; at < stop; at += cellBytes) {
        const mean = load<f32>(cell);
        const mayMiss = rule === EACH_ZERO ? holdsZero(leastOfCell<T>(at, rowBytes)) : mean === 0;
        if (mayMiss || !(mean < Infinity)) store<f32>(cell, lookAgain<T>(at, rowBytes, 4, 4, rule, mean));
        cell += 4;
      }
    }
  }
}

/** The least re², im² of the even and of the odd samples of a 4 x 4 cell. */
function leastOfCell<T>(source: usize, rowBytes: usize): v128 {
  let least = f32x4.splat(Infinity);
  for (let row = 0; row < 4; row++) {
    least = f32x4.pmin(least, square(loadPair<T>(source)));
    least = f32x4.pmin(least, square(loadPair<T>(source + <usize>(sizeof<T>() << 2))));
    source += rowBytes;
  }
  return least;
}

/** True where the least re² and the least im² are both 0: squares are never -0, so their 64 bits are. */
// @ts-expect-error: decorator
@inline
function holdsZero(least: v128): bool {
  return i64x2.extract_lane(f32x4.pmin(least, v128.shuffle<f32>(least, least, 2, 3, 0, 1)), 0) === 0;
}

// @ts-expect-error: decorator
@inline
function square(samples: v128): v128 {
  return f32x4.mul(samples, samples);
}

/**
 * The mean of one cell, sample by sample in float64: what the loops over cells leave aside.
 * @param mean what they found; it stands where all samples are there and it is finite
 */
function lookAgain<T>(source: usize, rowBytes: usize, azimuth: i32, range: i32, rule: i32, mean: f32): f32 {
  const samples = azimuth * range;
  let sum: f64 = 0;
  let zeros = 0;
  let missing = 0;
  for (let row = 0; row < azimuth; row++) {
    for (let sample = 0; sample < range; sample++) {
      const at = source + (<usize>sample * (sizeof<T>() << 1));
      const re = <f64>load<T>(at);
      const im = <f64>load<T>(at + sizeof<T>());
      const power = re * re + im * im;
      if (power === 0) zeros++;
      if (rule !== NONE && (isNaN(power) || (rule === EACH_ZERO && power === 0))) missing++;
      else sum += power;
    }
    source += rowBytes;
  }
  if (rule === WHOLE_ZERO && zeros + missing === samples) return f32.NaN;
  if (missing === 0) return mean < Infinity ? mean : <f32>(sum / <f64>samples);
  return missing << 1 > samples ? f32.NaN : <f32>(sum / <f64>(samples - missing));
}

/**
 * One row of azimuth x range looks, any counts: squares and sums in float64, rounded once to float32.
 * @param source rows of samples, `rowBytes` apart
 * @param rule which samples are missing: NONE, EACH_ZERO or WHOLE_ZERO
 */
// @ts-expect-error: decorator
@inline
function takeLooks<T>(
  source: usize,
  rowBytes: usize,
  azimuth: i32,
  range: i32,
  cells: i32,
  target: usize,
  rule: i32,
): void {
  const scale = 1.0 / <f64>(azimuth * range);
  const sampleBytes = <usize>sizeof<T>() << 1;
  const cellBytes = <usize>range * sampleBytes;
  for (let cell = 0; cell < cells; cell++) {
    let sums = f64x2.splat(0);
    let least = f64x2.splat(Infinity);
    let row = source;
    for (let a = 0; a < azimuth; a++) {
      for (let sample: usize = 0; sample < cellBytes; sample += sampleBytes) {
        const parts = loadSample<T>(row + sample);
        const squares = f64x2.mul(parts, parts);
        sums = f64x2.add(sums, squares);
        least = f64x2.pmin(least, squares);
      }
      row += rowBytes;
    }
    const total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    const mean = <f32>(total * scale);
    const isWhole = total < Infinity && (f64x2.extract_lane(least, 0) > 0 || f64x2.extract_lane(least, 1) > 0);
    store<f32>(target, isWhole ? mean : lookAgain<T>(source, rowBytes, azimuth, range, rule, mean));
    source += cellBytes;
    target += 4;
  }
}

/** re, im of one sample in float64. */
// @ts-expect-error: decorator
@inline
function loadSample<T>(pointer: usize): v128 {
  if (sizeof<T>() === 2) {
    return f64x2.convert_low_i32x4_s(i32x4.extend_low_i16x8_s(v128.load32_zero(pointer)));
  }
  return f64x2.promote_low_f32x4(v128.load64_zero(pointer));
}

/** 4 x 4 looks of complex64: see `takeLooks4x4`. */
export function looks4x4(source: usize, rowBytes: usize, cells: i32, target: usize, rule: i32): void {
  takeLooks4x4<f32>(source, rowBytes, cells, target, rule);
}

/** 4 x 4 looks of CInt16. */
export function looks4x4Int16(source: usize, rowBytes: usize, cells: i32, target: usize, rule: i32): void {
  takeLooks4x4<i16>(source, rowBytes, cells, target, rule);
}

/** Looks of complex64: see `takeLooks`. */
export function looks(
  source: usize,
  rowBytes: usize,
  azimuth: i32,
  range: i32,
  cells: i32,
  target: usize,
  rule: i32,
): void {
  takeLooks<f32>(source, rowBytes, azimuth, range, cells, target, rule);
}

/** Looks of CInt16. */
export function looksInt16(
  source: usize,
  rowBytes: usize,
  azimuth: i32,
  range: i32,
  cells: i32,
  target: usize,
  rule: i32,
): void {
  takeLooks<i16>(source, rowBytes, azimuth, range, cells, target, rule);
}
