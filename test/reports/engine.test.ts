import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeResult, meetsGoal, type Result } from "../../reports/engine/report";

const RATIO: Result = {
  kind: "ratio",
  row: 1,
  figure: "fused / C",
  goal: 1.7,
  ratio: {
    value: 1.7,
    interval: { low: 1.6, high: 1.8, coverage: 0.95 },
    numerator: 0.17,
    denominator: 0.1,
    blocks: 9,
  },
};

test("a figure at its goal meets it, one above it misses it", () => {
  assert.is(meetsGoal(RATIO), true);
  assert.is(meetsGoal({ ...RATIO, ratio: { ...RATIO.ratio, value: 1.701 } }), false);
  assert.match(describeResult(RATIO), "| <= 1.7 | 1.700 | 1.60 to 1.80 | 9 | 0.170 s | 0.100 s | met |");
});

test("a run that failed is never a figure that was met, and stays one row of the table", () => {
  const failed: Result = { kind: "failed", row: 6, figure: "mp", reason: "exit 1;\n a | b" };
  assert.is(meetsGoal(failed), false);
  assert.is(describeResult(failed), "| 6 | mp |  | exit 1; a \\| b |  |  |  |  | failed |");
  const leftOut: Result = { kind: "left out", row: 14, figure: "HDF5", reason: "nothing writes the file" };
  assert.is(meetsGoal(leftOut), false);
  assert.is(describeResult(leftOut), "| 14 | HDF5 |  | nothing writes the file |  |  |  |  | left out |");
});

test("memory is held against its goal from below, a rate from above", () => {
  const shared = { kind: "amount", row: 8, figure: "growth", goal: 8, runs: 3 } as const;
  const memory = { ...shared, isFloor: false, unit: "MiB" } as const;
  assert.is(meetsGoal({ ...memory, value: 7.9 }), true);
  assert.is(meetsGoal({ ...memory, value: 8.1 }), false);
  const rate = { ...shared, isFloor: true, unit: "MB/s", value: 8.1 } as const;
  assert.is(meetsGoal(rate), true);
  assert.is(meetsGoal({ ...rate, value: 7.9 }), false);
  assert.is(describeResult(rate), "| 8 | growth | >= 8 MB/s | 8 MB/s |  | 3 |  |  | met |");
});

test.run();
