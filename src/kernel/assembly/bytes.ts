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

/** Packs `samples` complex64 samples that stand `stride` bytes apart next to each other, in place. */
export function gatherSamples(pointer: usize, samples: i32, stride: usize): void {
  for (let i: usize = 0; i < <usize>samples; i++) {
    store<u64>(pointer + (i << 3), load<u64>(pointer + i * stride));
  }
}
