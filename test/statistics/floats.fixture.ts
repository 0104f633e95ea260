import fc from "fast-check";

const view = new DataView(new ArrayBuffer(4));

/** Any float32 by its bits, and those whose sums are hard: near each other, tiny, huge, whole numbers at 2^24. */
export const anyFloat: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }).map((bits) => {
    view.setUint32(0, bits);
    return view.getFloat32(0);
  }),
  fc.integer({ min: -3, max: 3 }).map((step) => 2 ** 24 + 2 * step),
  fc.integer({ min: -4, max: 4 }).map((step) => step * 2 ** -149),
  fc.integer({ min: 0, max: 1000 }).map((step) => Math.fround(1 + step * 2 ** -23)),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 3.4028234663852886e38, -3.4028234663852886e38),
);

/** Dates of one cell, values of one kind or of several. */
export const anyCell: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(anyFloat, { minLength: 1, maxLength: 40 }),
  fc.array(
    fc.float({ noNaN: true, min: 0, max: 1000 }).map((value) => Math.fround(value)),
    { minLength: 1, maxLength: 9 },
  ),
  fc.array(
    fc.integer({ min: 0, max: 7 }).map((step) => 2 ** 24 + 2 * step),
    { minLength: 1, maxLength: 6 },
  ),
);
