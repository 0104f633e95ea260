import { test } from "uvu";
import * as assert from "uvu/assert";
import { nextWord, normalFrom, STATE_WORDS, startStream } from "../../data-prep/random";
import { fillSpeckle } from "../../data-prep/scene";

const SAMPLES = 500_000;
const parts = new Float32Array(2 * SAMPLES);
const state = new Int32Array(STATE_WORDS);
startStream(state, 5, 20230105, 0);
fillSpeckle(parts, 0, SAMPLES, 1, state);

// Python: [statistics.NormalDist().inv_cdf(i / 32) for i in range(17, 32)]; the other half by symmetry.
const UPPER_QUANTILES = [
  0.078412, 0.157311, 0.237202, 0.318639, 0.40225, 0.488776, 0.579132, 0.67449, 0.776422, 0.887147, 1.00999,
  1.150349, 1.318011, 1.534121, 1.862732,
];

function moment(power: number): number {
  let sum = 0;
  for (const part of parts) sum += part ** power;
  return sum / parts.length;
}

test("moments one to six are those of the normal distribution, within five standard errors", () => {
  const expected = [0, 1, 0, 3, 0, 15];
  // Var(g^k) = E[g^2k] - E[g^k]^2, with E[g^2k] = (2k - 1)!!.
  const variances = [1, 3 - 1, 15, 105 - 9, 945, 10395 - 225];
  for (const [index, mean] of expected.entries()) {
    const error = (moment(index + 1) - mean) / Math.sqrt(variances[index]! / parts.length);
    assert.ok(Math.abs(error) < 5, `moment ${index + 1} is ${error} standard errors off`);
  }
});

test("32 equally likely bins of the normal distribution are equally full (chi-square below its 1e-6 point)", () => {
  const edges = [...UPPER_QUANTILES.map((edge) => -edge).reverse(), 0, ...UPPER_QUANTILES];
  const counts = new Array<number>(32).fill(0);
  for (const part of parts) {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (part < edges[middle]!) high = middle;
      else low = middle + 1;
    }
    counts[low]!++;
  }
  const expected = parts.length / 32;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chiSquare < 84, `chi-square ${chiSquare}, 31 degrees of freedom`);
});

test("the tail beyond the last layer holds the share that erfc gives, and reaches as far in the mean", () => {
  const start = 3.6541528853610088;
  const tail = [...parts.filter((part) => Math.abs(part) > start)].map(Math.abs);
  // Python: Q = math.erfc(start / math.sqrt(2)) / 2, mean m = density / Q, variance 1 + start m - m^2.
  const expected = 2.580324876539013e-4 * parts.length;
  assert.ok(Math.abs(tail.length - expected) < 5 * Math.sqrt(expected), `${tail.length} of ${expected}`);
  const mean = tail.reduce((sum, part) => sum + part, 0) / tail.length;
  const errors = ((mean - 3.8970391) / 0.2312208) * Math.sqrt(tail.length);
  assert.ok(Math.abs(errors) < 5, `mean ${mean} is ${errors} standard errors off`);
});

test("real and imaginary part, and neighbouring samples, are uncorrelated", () => {
  for (const lag of [1, 2, 3, 4]) {
    let sum = 0;
    for (let part = lag; part < parts.length; part++) sum += parts[part]! * parts[part - lag]!;
    const correlation = sum / (parts.length - lag);
    assert.ok(Math.abs(correlation) < 5 / Math.sqrt(parts.length), `lag ${lag}: ${correlation}`);
  }
});

test("no part is exactly zero, and the smallest are of both signs", () => {
  assert.is(parts.indexOf(0), -1);
  const small = parts.filter((part) => Math.abs(part) < 1e-3);
  const negative = small.filter((part) => part < 0).length;
  assert.ok(
    Math.abs(negative - small.length / 2) < 5 * Math.sqrt(small.length / 4),
    `${negative} of ${small.length}`,
  );
});

test("speckle in one call equals speckle in three, and the plain loop over nextWord", () => {
  const whole = new Float32Array(2 * 5000);
  const split = new Float32Array(2 * 5000);
  const plain = new Float32Array(2 * 5000);
  const stream = new Int32Array(STATE_WORDS);
  startStream(stream, 1, 2, 3);
  fillSpeckle(whole, 0, 5000, 3, stream);
  startStream(stream, 1, 2, 3);
  for (const [from, to] of [
    [0, 1],
    [1, 2500],
    [2500, 5000],
  ] as const)
    fillSpeckle(split, from, to, 3, stream);
  startStream(stream, 1, 2, 3);
  for (let part = 0; part < plain.length; part++) plain[part] = 3 * normalFrom(nextWord(stream), stream);
  assert.ok(Buffer.from(whole.buffer).equals(Buffer.from(split.buffer)));
  assert.ok(Buffer.from(whole.buffer).equals(Buffer.from(plain.buffer)));
});

test.run();
