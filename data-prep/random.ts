/** Words of state of one stream of random numbers. */
export const STATE_WORDS = 4;

/** Rounds that mix the three key words before the first number is used, as the author of sfc32 does it. */
const MIXING_ROUNDS = 15;

/** The stream of a date that belongs to no row: border widths, phases of the point targets. */
export const DATE_STREAM = 0xffffffff;

/**
 * Starts the stream of (seed, date, row). Every round of sfc32 is a bijection of its state, so different keys can
 * never start in the same state: rows may be drawn in any order, by any number of workers.
 * Source: C. Doty-Humphrey, PractRand, generator sfc32 with its seeding from three words.
 * @param state receives the start, STATE_WORDS words
 * @param seed 0 to 2^32 - 1
 * @param date the date as a number, 20230105
 * @param row line of the image, or DATE_STREAM
 */
export function startStream(state: Int32Array, seed: number, date: number, row: number): void {
  state[0] = seed;
  state[1] = date;
  state[2] = row;
  state[3] = 1;
  for (let round = 0; round < MIXING_ROUNDS; round++) nextWord(state);
}

/** The next 32 random bits of a stream, as a signed whole number; speckle.ts holds the same round unrolled. */
export function nextWord(state: Int32Array): number {
  const a = state[0]!;
  const b = state[1]!;
  const c = state[2]!;
  const counter = state[3]!;
  const word = (a + b + counter) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = (c + (c << 3)) | 0;
  state[2] = (((c << 21) | (c >>> 11)) + word) | 0;
  state[3] = (counter + 1) | 0;
  return word;
}

/** A uniform number strictly between 0 and 1, in steps of 2^-32. */
export function nextUniform(state: Int32Array): number {
  return ((nextWord(state) >>> 0) + 0.5) / 2 ** 32;
}
