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

/** re², im² of two neighbouring samples, summed over four rows by the tree (0+1)+(2+3). */
// @ts-expect-error: decorator
@inline
function squaresOfFourRows(source: usize, rowBytes: usize): v128 {
  const row0 = v128.load(source);
  const row1 = v128.load(source + rowBytes);
  const row2 = v128.load(source + 2 * rowBytes);
  const row3 = v128.load(source + 3 * rowBytes);
  return f32x4.add(
    f32x4.add(f32x4.mul(row0, row0), f32x4.mul(row1, row1)),
    f32x4.add(f32x4.mul(row2, row2), f32x4.mul(row3, row3)),
  );
}

/** Sums of squares of the sixteen samples of one cell, still apart: re, im of even samples, re, im of odd ones. */
// @ts-expect-error: decorator
@inline
function squaresOfCell(source: usize, rowBytes: usize): v128 {
  return f32x4.add(squaresOfFourRows(source, rowBytes), squaresOfFourRows(source + 16, rowBytes));
}

/**
 * One row of 4 x 4 looks in float32, four cells a step. The summation tree is fixed, so a cell has the same bits whoever
 * computes it: rows (0+1)+(2+3), then samples (0+2)+(1+3), then re+im, then times 1/16 (exact).
 * At most 6 roundings: 4e-7 relative.
 * @param source complex64 rows `rowBytes` apart, readable 96 bytes past their end
 * @param target float32, writable up to the next multiple of four cells
 * @param zeroIsNoData cells of exact zeros become NaN
 */
export function looks4x4(source: usize, rowBytes: usize, cells: i32, target: usize, zeroIsNoData: bool): void {
  const zero = f32x4.splat(0);
  const scale = f32x4.splat(0.0625);
  for (let cell = 0; cell < cells; cell += 4) {
    const a = squaresOfCell(source, rowBytes);
    const b = squaresOfCell(source + 32, rowBytes);
    const c = squaresOfCell(source + 64, rowBytes);
    const d = squaresOfCell(source + 96, rowBytes);
    const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
    const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
    const total = f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
    v128.store(target, f32x4.mul(total, scale));
    const zeros = f32x4.eq(total, zero);
    if (zeroIsNoData && v128.any_true(zeros)) {
      for (let lane = 0; lane < 4 && cell + lane < cells; lane++) {
        if (load<f32>(target + (<usize>lane << 2)) !== 0) continue;
        if (cellIsZero(source + (<usize>lane << 5), rowBytes, 4, 4)) store<f32>(target + (<usize>lane << 2), f32.NaN);
      }
    }
    source += 128;
    target += 16;
  }
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
