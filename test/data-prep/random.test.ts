import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  DATE_STREAM,
  exponential,
  naturalLogarithm,
  nextUniform,
  nextWord,
  STATE_WORDS,
  startStream,
} from "../../data-prep/random";

function firstWords(seed: number, date: number, row: number, count: number): number[] {
  const state = new Int32Array(STATE_WORDS);
  startStream(state, seed, date, row);
  return Array.from({ length: count }, () => nextWord(state) >>> 0);
}

// Python with unlimited integers: the definition of sfc32, masked to 32 bits, 15 rounds after (seed, date, row, 1).
test("streams equal sfc32 computed in Python", () => {
  assert.equal(firstWords(7, 20230105, 3, 4), [2890974324, 2107468103, 4255174561, 3821333735]);
  assert.equal(
    firstWords(2 ** 32 - 1, 20230105, DATE_STREAM, 4),
    [3581530189, 2157123215, 565267181, 2956508189],
  );
});

test("neighbouring seeds, dates and rows share no word among 3 x 64 streams of 32", () => {
  const words = new Set<number>();
  for (let index = 0; index < 64; index++) {
    for (const word of firstWords(1000 + index, 20230105, 0, 32)) words.add(word);
    for (const word of firstWords(1, 20230106 + index, 0, 32)) words.add(word);
    for (const word of firstWords(1, 20230105, index, 32)) words.add(word);
  }
  // Birthdays: 6144 words out of 2^32 are expected to meet 0.004 times.
  assert.is(words.size, 3 * 64 * 32);
});

test("words of consecutive rows differ in half of their bits, as independent words do", () => {
  let different = 0;
  const rows = 2000;
  for (let row = 0; row < rows; row++) {
    const [a] = firstWords(1, 20230105, row, 1);
    const [b] = firstWords(1, 20230105, row + 1, 1);
    for (let bits = a! ^ b!; bits !== 0; bits &= bits - 1) different++;
  }
  const expected = 16 * rows;
  assert.ok(Math.abs(different - expected) < 5 * Math.sqrt(rows * 8), `${different} of ${expected}`);
});

test("uniform numbers lie strictly between 0 and 1, also at both ends of the words", () => {
  const state = new Int32Array(STATE_WORDS);
  // a + b + counter = 0, then -1: the smallest and the largest word.
  state.set([0, 0, 0, 0]);
  assert.is(nextUniform(state), 0.5 / 2 ** 32);
  state.set([-1, 0, 0, 0]);
  assert.is(nextUniform(state), (2 ** 32 - 0.5) / 2 ** 32);
});

test("exponential is within 1e-12 relative of Math.exp from -50 to 0", () => {
  for (let x = -50; x <= 0; x += 0.0625) {
    const error = Math.abs(exponential(x) / Math.exp(x) - 1);
    assert.ok(error < 1e-12, `e^${x}: ${error}`);
  }
  assert.is(exponential(0), 1);
});

test("logarithm is within 1e-14 of Math.log from 2^-33 to 1", () => {
  for (let x = 2 ** -33; x < 1; x *= 1.01) {
    const error = Math.abs(naturalLogarithm(x) - Math.log(x));
    assert.ok(error < 1e-14, `ln ${x}: ${error}`);
  }
  assert.is(naturalLogarithm(1), 0);
});

test.run();
