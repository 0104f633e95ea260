import { test } from "uvu";
import * as assert from "uvu/assert";
import { exponential, naturalLogarithm } from "../../data-prep/random";

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
