import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  exactCoverage,
  SCATTERS,
  simulateEqualSessions,
  simulateRankIntervals,
  simulateRatios,
  simulateShuffledSessions,
} from "./simulation";

// A fiftieth of coverage.long.ts: 20 sets instead of 1,000, 4 sessions instead of 200, once each.
const SCATTER = SCATTERS["blocks 5 %, runs 5 %"]!;

// Fewer than 16 of 20 has probability 0.3 % at a true coverage of 95 %, and below 0.01 % at 97.9 %.
test("at least 16 of 20 rank intervals at n = 10 hold the true median", () => {
  const { covered, sets } = simulateRankIntervals(20, 10, SCATTER, 31);
  assert.is(sets, 20);
  assert.ok(covered >= 16, `${covered} of ${sets}`);
  assert.is(exactCoverage(10).toFixed(4), "0.9785");
});

test("at least 16 of 20 bootstrap intervals at n = 10 hold the true ratio", () => {
  const { covered, sets } = simulateRatios(20, 10, 2, SCATTER, 32);
  assert.ok(covered >= 16, `${covered} of ${sets}`);
});

// At the allowed 5 %, two of four sessions would call one in 1.4 % of such tests.
test("of 4 sessions of equal configurations at most 1 calls a difference, of 4 with shuffled labels likewise", () => {
  assert.ok(simulateEqualSessions(4, SCATTER, 33).amongAll <= 1);
  assert.ok(simulateShuffledSessions(4, 34).amongAll <= 1);
});

test.run();
