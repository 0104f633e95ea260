import { test } from "uvu";
import * as assert from "uvu/assert";
import { covariance, estimateMean } from "../../src/evidence/numbers";
import { studentQuantile, studentTail } from "../../src/statistics/distributions";
import { isClose, readOracle } from "../evidence/oracle";

test("t quantiles are SciPy's for 1 to 200 degrees of freedom", () => {
  for (const { degrees, confidence, t } of readOracle().student) {
    isClose(studentQuantile(confidence, degrees), t, 1e-9, `${degrees} degrees, ${confidence}`);
  }
});

test("with one degree of freedom the tail is Cauchy's", () => {
  for (const t of [0.1, 1, 7]) isClose(studentTail(t, 1), 1 - (2 / Math.PI) * Math.atan(t), 1e-12);
});

test("the covariance of a list and its double is twice its variance", () => {
  isClose(covariance([1, 2, 4], [2, 4, 8]), 2 * (7 / 3));
});

test("a mean of fewer than 6 values has no interval", () => {
  assert.equal(estimateMean([1, 2, 3, 4, 5]), { value: 3, interval: null });
});

test.run();
