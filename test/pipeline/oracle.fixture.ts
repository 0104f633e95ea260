import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { formatWindow, type Raster } from "../../src/core/raster";
import type { IntensityParameters } from "../../src/pipeline/stackRows";
import { runPython } from "../io/python.fixture";

/** What numpy makes of a folder, in float64. */
export interface Oracle {
  readonly dates: readonly string[];
  readonly mean: Float64Array;
  readonly std: Float64Array;
  readonly count: Float64Array;
  /** Intensity of each date. */
  crop(date: string): Float64Array;
}

const PROGRAM = `
import json, sys, oracle
for arguments in json.load(sys.stdin):
    sys.argv = ["oracle.py", *arguments]
    oracle.main()
`;

/** Runs oracle.py on folders of SLC or crops, all in one process. */
export function runOracle(
  jobs: readonly { folder: string; out: string; parameters?: IntensityParameters }[],
): Oracle[] {
  const words = jobs.map(({ folder, out, parameters }) => [
    folder,
    out,
    "--crops",
    ...oracleOptions(parameters),
  ]);
  runPython(PROGRAM, words);
  return jobs.map(({ out }) => {
    const read = (name: string): Float64Array =>
      new Float64Array(Uint8Array.from(readFileSync(join(out, `${name}.f64`))).buffer);
    const { dates } = JSON.parse(readFileSync(join(out, "oracle.json"), "utf8")) as { dates: string[] };
    return { dates, mean: read("mean"), std: read("std"), count: read("count"), crop: read };
  });
}

function oracleOptions(parameters: IntensityParameters | undefined): string[] {
  if (parameters === undefined) return [];
  const { looks, crop, nodata } = parameters;
  const window = crop === null ? [] : ["--crop", formatWindow(crop)];
  return ["--looks", `${looks.azimuth}x${looks.range}`, "--nodata", nodata, ...window];
}

/** Fails at the first value further than `room(i)` from the oracle, or NaN on one side only. */
export function assertNear(
  found: Raster,
  expected: Float64Array,
  room: (index: number) => number,
  what: string,
): void {
  assert.is(found.values.length, expected.length, `${what}: size`);
  for (const [i, value] of found.values.entries()) {
    const other = expected[i]!;
    const agree = Object.is(value, other) || Math.abs(value - other) <= room(i) || value === other;
    if (!agree) assert.unreachable(`${what}: value ${i} is ${value}, numpy has ${other}`);
  }
}

/** Mean within 1e-6 relative, std within 5e-6 of the mean, the same NaN, the same counts. */
export function assertStatistics(
  found: { mean: Raster; std: Raster; count: Raster },
  oracle: Oracle,
  what: string,
): void {
  assertNear(found.mean, oracle.mean, (i) => 1e-6 * Math.abs(oracle.mean[i]!), `${what}, mean`);
  assertNear(found.std, oracle.std, (i) => 5e-6 * Math.abs(oracle.mean[i]!), `${what}, std`);
  assertNear(found.count, oracle.count, () => 0, `${what}, count`);
}
