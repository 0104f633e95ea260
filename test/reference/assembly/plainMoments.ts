/**
 * Mean and std (ddof 0) over the dates of each cell by plain float64 sums, rounded to float32 as they are: what the
 * kernel of pila would do without its promise. NaN is left out; arguments as of `moments` in src/kernel/assembly.
 */
export function plainMoments(
  source: usize,
  dateBytes: usize,
  dates: i32,
  cells: i32,
  means: usize,
  stds: usize,
  counts: usize,
): void {
  for (let cell = 0; cell < cells; cell += 8) {
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    let sumC = f64x2.splat(0);
    let sumD = f64x2.splat(0);
    let squareA = f64x2.splat(0);
    let squareB = f64x2.splat(0);
    let squareC = f64x2.splat(0);
    let squareD = f64x2.splat(0);
    let validNear = i32x4.splat(0);
    let validFar = i32x4.splat(0);
    const offset = <usize>cell << 2;
    let pointer = source + offset;
    for (let date = 0; date < dates; date++) {
      const rawNear = v128.load(pointer);
      const rawFar = v128.load(pointer, 16);
      const isNear = f32x4.eq(rawNear, rawNear);
      const isFar = f32x4.eq(rawFar, rawFar);
      const near = v128.and(rawNear, isNear);
      const far = v128.and(rawFar, isFar);
      validNear = i32x4.sub(validNear, isNear);
      validFar = i32x4.sub(validFar, isFar);
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
    finish(sumA, sumB, squareA, squareB, validNear, means + offset, stds + offset, counts + offset);
    finish(sumC, sumD, squareC, squareD, validFar, means + offset + 16, stds + offset + 16, counts + offset + 16);
  }
}

// @ts-expect-error: decorator
@inline
function finish(
  sumA: v128, sumB: v128, squareA: v128, squareB: v128, valid: v128, means: usize, stds: usize, counts: usize,
): void {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const inverseA = f64x2.div(one, f64x2.convert_low_i32x4_s(valid));
  const inverseB = f64x2.div(one, f64x2.convert_low_i32x4_s(v128.shuffle<u32>(valid, valid, 2, 3, 0, 1)));
  const meanA = f64x2.mul(sumA, inverseA);
  const meanB = f64x2.mul(sumB, inverseB);
  const varianceA = f64x2.max(zero, f64x2.sub(f64x2.mul(squareA, inverseA), f64x2.mul(meanA, meanA)));
  const varianceB = f64x2.max(zero, f64x2.sub(f64x2.mul(squareB, inverseB), f64x2.mul(meanB, meanB)));
  v128.store(means, joined(meanA, meanB));
  v128.store(stds, joined(f64x2.sqrt(varianceA), f64x2.sqrt(varianceB)));
  v128.store(counts, f32x4.convert_i32x4_s(valid));
}

// @ts-expect-error: decorator
@inline
function joined(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}
