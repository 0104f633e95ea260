import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Estimate } from "../../src/evidence/summary";

/** A number with the ends of its interval, as NumPy and SciPy found them. */
export interface OracleEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What fixtures/make_statistics.py wrote. */
export interface Oracle {
  readonly random: readonly number[];
  readonly rankIntervals: readonly {
    readonly n: number;
    readonly low: number;
    readonly high: number;
    readonly coverage: number;
  }[];
  readonly values: readonly number[];
  readonly medians: readonly number[];
  readonly percentiles: Readonly<Record<string, number>>;
  readonly student: readonly { readonly degrees: number; readonly confidence: number; readonly t: number }[];
  readonly bootstraps: readonly (OracleEstimate & {
    readonly top: readonly (readonly number[])[];
    readonly bottom: readonly (readonly number[])[];
    readonly seed: number;
    readonly draws: number;
  })[];
  readonly growth: {
    readonly sizes: readonly number[];
    readonly first: readonly (readonly number[])[];
    readonly second: readonly (readonly number[])[];
    readonly intercept: OracleEstimate;
    readonly slope: OracleEstimate;
    /** Slope and intercept of one line through all points. */
    readonly pooled: readonly [number, number];
    readonly breakEven: OracleEstimate;
  };
  readonly drift: OracleEstimate & { readonly seconds: readonly number[] };
}

export function readOracle(): Oracle {
  const path = join(__dirname, "../../../test/evidence/fixtures/statistics.json");
  return JSON.parse(readFileSync(path, "utf8")) as Oracle;
}

/** Equal to within `tolerance` of the expected magnitude. */
export function isClose(found: number, expected: number, tolerance = 1e-10, what = "value"): void {
  const close = Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected));
  assert.ok(close, `${what}: found ${found}, expected ${expected}`);
}

export function isCloseEstimate(found: Estimate, expected: OracleEstimate, tolerance = 1e-9): void {
  isClose(found.value, expected.value, tolerance);
  isClose(found.interval!.low, expected.low, tolerance, "low");
  isClose(found.interval!.high, expected.high, tolerance, "high");
}
