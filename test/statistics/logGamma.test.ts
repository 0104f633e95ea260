import { test } from "uvu";
import * as assert from "uvu/assert";
import { logGamma } from "../../src/statistics/distributions";

function requireNear(found: number, expected: number, what: string): void {
  assert.ok(Math.abs(found - expected) < 1e-12, `${what}: ${found}, expected ${expected}`);
}

test("ln Γ is the logarithm of the factorials, and of √π (2n)! / (4ⁿ n!) at the halves", () => {
  let [factorial, half] = [1, Math.sqrt(Math.PI)];
  for (let n = 1; n < 20; n++) {
    requireNear(logGamma(n), Math.log(factorial), `Γ(${n})`);
    requireNear(logGamma(n - 0.5), Math.log(half), `Γ(${n - 0.5})`);
    factorial *= n;
    half *= n - 0.5;
  }
});

test("near 0 it is that of Γ(x) = 1/x - γ + …", () => {
  const euler = 0.5772156649015329;
  for (const x of [1e-9, 1e-8, 1e-7]) requireNear(logGamma(x), -Math.log(x) - euler * x, `Γ(${x})`);
});

test.run();
