import { test } from "uvu";
import * as assert from "uvu/assert";
import { createRandom } from "../../src/evidence/numbers";
import { fitGamma, gammaDensity } from "../../src/statistics/distributions";

function near(found: number, expected: number, relative: number): void {
  assert.ok(Math.abs(found / expected - 1) < relative, `${found}, expected ${expected}`);
}

test("the density equals its closed form where there is one: exponential, whole and half shapes", () => {
  for (const x of [0.01, 0.7, 3, 42]) {
    near(gammaDensity({ shape: 1, scale: 5 }, x), Math.exp(-x / 5) / 5, 1e-12);
    near(gammaDensity({ shape: 4, scale: 2 }, x), (x ** 3 * Math.exp(-x / 2)) / (6 * 16), 1e-12);
    near(gammaDensity({ shape: 0.5, scale: 1 }, x), Math.exp(-x) / Math.sqrt(Math.PI * x), 1e-12);
  }
  let factorial = 1;
  for (let n = 2; n < 16; n++) factorial *= n;
  near(gammaDensity({ shape: 16, scale: 1 }, 15), (15 ** 15 * Math.exp(-15)) / factorial, 1e-12);
});

test("at 0 and below, the density is that of the limit", () => {
  const at = (shape: number, x: number): number => gammaDensity({ shape, scale: 2 }, x);
  assert.equal([at(3, -1), at(3, 0), at(1, 0), at(0.5, 0)], [0, 0, 0.5, Number.POSITIVE_INFINITY]);
});

test("the fit has the mean and variance (ddof 1) of the values; what does not vary has none", () => {
  const fit = fitGamma([1, 2, 3, 4, 10])!;
  near(fit.shape * fit.scale, 4, 1e-12);
  near(fit.shape * fit.scale ** 2, 12.5, 1e-12);
  const small = fitGamma([0.01, 0.02, 0.03, 0.04, 0.1])!;
  near(small.shape, fit.shape, 1e-12);
  near(small.scale, fit.scale / 100, 1e-12);
  assert.equal(
    [fitGamma([3, 3, 3]), fitGamma([3]), fitGamma([]), fitGamma([-1, -2])],
    [null, null, null, null],
  );
});

test("of seeded sums of 16 exponentials the fit is Gamma(16, s/16) within its sampling error, and its density fills the histogram", () => {
  const random = createRandom(20);
  const n = 20_000;
  const values = Float64Array.from({ length: n }, () => {
    let sum = 0;
    for (let i = 0; i < 16; i++) sum -= Math.log(1 - random.uniform());
    return (800 * sum) / 16;
  });
  const fit = fitGamma(values)!;
  // Moment estimator of a Gamma shape k: relative error sqrt(2 (1 + 1/k) / n).
  near(fit.shape, 16, 4 * Math.sqrt((2 * (1 + 1 / 16)) / n));
  near(fit.shape * fit.scale, 800, (4 * 0.25) / Math.sqrt(n));
  const width = 40;
  const counts = new Array<number>(60).fill(0);
  for (const value of values) if (value < 60 * width) counts[Math.floor(value / width)]! += 1;
  let [chiSquare, bins] = [0, 0];
  counts.forEach((count, i) => {
    const expected = n * width * gammaDensity(fit, (i + 0.5) * width);
    if (expected < 20) return;
    chiSquare += (count - expected) ** 2 / expected;
    bins += 1;
  });
  const degrees = bins - 3;
  assert.ok(bins > 20 && chiSquare < degrees + 4 * Math.sqrt(2 * degrees), `${chiSquare} of ${degrees}`);
});

test.run();
