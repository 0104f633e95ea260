// Error-free transformations of float64 arithmetic and exact signs of short sums.
// Sources: Dekker (1971) for the product, Knuth TAOCP 2 §4.2.2 for the sum, Shewchuk (1997) for expansions.

/** The rounding error of the last `sum` or `product`: AssemblyScript returns one value only. */
export let residue: f64 = 0;

/** a + b rounded; `residue` is what rounding lost, exactly. */
// @ts-expect-error: decorator
@inline
export function sum(a: f64, b: f64): f64 {
  const s = a + b;
  const bb = s - a;
  residue = a - (s - bb) + (b - bb);
  return s;
}

/** a * b rounded; `residue` is what rounding lost, exactly (no overflow and no underflow for squares of float32 sums). */
// @ts-expect-error: decorator
@inline
export function product(a: f64, b: f64): f64 {
  const p = a * b;
  const ca = 134217729.0 * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = 134217729.0 * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  residue = ah * bh - p + ah * bl + al * bh + al * bl;
  return p;
}

/** Components of the expansion below, smallest first, at most 16: memory of the caller, since threads may share theirs. */
let components: usize = 0;
let length: i32 = 0;

/** Names 128 bytes that this instance alone may write. To be called once, before anything else. */
export function useScratch(pointer: usize): void {
  components = pointer;
}

export function clearExpansion(): void {
  length = 0;
}

/** Adds one term exactly: the components keep not overlapping and growing in size (Shewchuk's GROW-EXPANSION, zeros left out). */
export function addTerm(term: f64): void {
  if (term === 0) return;
  let carried = term;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    carried = sum(carried, load<f64>(components + (<usize>i << 3)));
    if (residue !== 0) {
      store<f64>(components + (<usize>kept << 3), residue);
      kept++;
    }
  }
  if (carried !== 0) {
    store<f64>(components + (<usize>kept << 3), carried);
    kept++;
  }
  length = kept;
}

export function addProduct(a: f64, b: f64): void {
  const p = product(a, b);
  const lost = residue;
  addTerm(lost);
  addTerm(p);
}

/** The largest component has the sign of the exact sum; it is 0 only when the sum is. */
export function leadingComponent(): f64 {
  return length === 0 ? 0 : load<f64>(components + (<usize>(length - 1) << 3));
}

/** The expansion rounded to about float64: the sum from the smallest component up. */
export function roundedExpansion(): f64 {
  let total: f64 = 0;
  for (let i = 0; i < length; i++) total += load<f64>(components + (<usize>i << 3));
  return total;
}

/** Reverses the bytes of `words` 32-bit words in place. */
export function swapWords(pointer: usize, words: i32): void {
  const vectorEnd = pointer + ((<usize>(words & ~3)) << 2);
  const end = pointer + ((<usize>words) << 2);
  while (pointer < vectorEnd) {
    const bytes = v128.load(pointer);
    v128.store(pointer, v128.shuffle<u8>(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    pointer += 16;
  }
  while (pointer < end) {
    store<u32>(pointer, bswap<u32>(load<u32>(pointer)));
    pointer += 4;
  }
}

/** Packs `samples` samples of 4 or 8 bytes that stand `stride` bytes apart next to each other, in place. */
export function gatherSamples(pointer: usize, samples: i32, stride: usize, bytes: usize): void {
  if (bytes === 4) {
    for (let i: usize = 0; i < <usize>samples; i++) store<u32>(pointer + (i << 2), load<u32>(pointer + i * stride));
  } else {
    for (let i: usize = 0; i < <usize>samples; i++) store<u64>(pointer + (i << 3), load<u64>(pointer + i * stride));
  }
}

/** Reverses the bytes of 16-bit words in place. */
export function swapHalves(pointer: usize, halves: i32): void {
  for (let i: usize = 0; i < <usize>halves; i++) {
    store<u16>(pointer + (i << 1), bswap<u16>(load<u16>(pointer + (i << 1))));
  }
}

/** Turns `samples` packed CInt16 samples into complex64 ones, in place: from the last, since they grow. */
export function widenSamples(pointer: usize, samples: i32): void {
  for (let i = <isize>samples - 1; i >= 0; i--) {
    const at = pointer + (<usize>i << 2);
    const re = <f32>load<i16>(at);
    const im = <f32>load<i16>(at + 2);
    store<f32>(pointer + (<usize>i << 3), re);
    store<f32>(pointer + (<usize>i << 3) + 4, im);
  }
}
