/** True when every sample of a cell is exactly 0+0i; the sign bit of a zero does not count. */
function cellIsZero(source: usize, rowBytes: usize, azimuth: i32, range: i32): bool {
  for (let row = 0; row < azimuth; row++) {
    let bits: u32 = 0;
    for (let word = 0; word < range << 1; word++) bits |= load<u32>(source + (<usize>word << 2)) << 1;
    if (bits !== 0) return false;
    source += rowBytes;
  }
  return true;
}

/**
 * One row of 4 x 4 looks in float32. The summation tree is fixed, so a cell has the same bits whoever computes it:
 * rows (0+1)+(2+3), then samples (0+2)+(1+3), then re+im, then times 1/16 (exact). At most 6 roundings: 4e-7 relative.
 * One cell a step: four at once run out of registers and take 1.4 times as long.
 * @param source complex64 rows `rowBytes` apart
 * @param zeroIsNoData cells of exact zeros become NaN
 */
export function looks4x4(source: usize, rowBytes: usize, cells: i32, target: usize, zeroIsNoData: bool): void {
  const second = source + rowBytes;
  const third = second + rowBytes;
  const fourth = third + rowBytes;
  for (let offset: usize = 0; offset < <usize>cells << 5; offset += 32) {
    const a0 = v128.load(source + offset);
    const b0 = v128.load(second + offset);
    const c0 = v128.load(third + offset);
    const d0 = v128.load(fourth + offset);
    const a1 = v128.load(source + offset, 16);
    const b1 = v128.load(second + offset, 16);
    const c1 = v128.load(third + offset, 16);
    const d1 = v128.load(fourth + offset, 16);
    const squares = f32x4.add(sumOfSquares(a0, b0, c0, d0), sumOfSquares(a1, b1, c1, d1));
    const folded = f32x4.add(squares, v128.shuffle<f32>(squares, squares, 2, 3, 0, 1));
    const total = f32x4.extract_lane(folded, 0) + f32x4.extract_lane(folded, 1);
    store<f32>(target, total * 0.0625);
    if (total === 0 && zeroIsNoData && cellIsZero(source + offset, rowBytes, 4, 4)) store<f32>(target, f32.NaN);
    target += 4;
  }
}

/** re², im² of two neighbouring samples, summed over four rows by the tree (0+1)+(2+3). */
// @ts-expect-error: decorator
@inline
function sumOfSquares(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d)));
}

/**
 * One row of azimuth x range looks, any counts: squares and sums in float64, rounded once to float32.
 * @param source complex64 rows `rowBytes` apart
 * @param zeroIsNoData cells of exact zeros become NaN
 */
export function looks(
  source: usize,
  rowBytes: usize,
  azimuth: i32,
  range: i32,
  cells: i32,
  target: usize,
  zeroIsNoData: bool,
): void {
  const scale = 1.0 / <f64>(azimuth * range);
  const cellBytes = <usize>range << 3;
  for (let cell = 0; cell < cells; cell++) {
    let sums = f64x2.splat(0);
    let row = source;
    for (let a = 0; a < azimuth; a++) {
      for (let sample: usize = 0; sample < cellBytes; sample += 8) {
        const parts = f64x2.promote_low_f32x4(v128.load64_zero(row + sample));
        sums = f64x2.add(sums, f64x2.mul(parts, parts));
      }
      row += rowBytes;
    }
    const total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    let mean = <f32>(total * scale);
    if (total === 0 && zeroIsNoData && cellIsZero(source, rowBytes, azimuth, range)) mean = f32.NaN;
    store<f32>(target, mean);
    source += cellBytes;
    target += 4;
  }
}
