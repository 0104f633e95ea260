import { test } from "uvu";
import * as assert from "uvu/assert";
import { datesOfWorker } from "../../src/backends/backend";
import type { PlaneSource } from "../../src/core/raster";
import type { StackRows } from "../../src/pipeline/stackRows";
import { uniform } from "../io/slcFile.fixture";

const RANGE = 100;

/** A stack of which only the kinds of its images matter. */
function stackOf(kinds: readonly PlaneSource["kind"][]): StackRows {
  const sources = kinds.map((kind) => ({ kind, by: "gdal" }) as PlaneSource);
  const window = { azimuth: 10, range: RANGE, azimuthOffset: 0, rangeOffset: 0 };
  return { sources, dates: [], window, looks: null, nodata: "zero", findings: [] };
}

test("every date goes to one worker, whose bytes differ by one date at most", () => {
  const next = uniform(5);
  for (let round = 0; round < 200; round++) {
    const kinds = Array.from({ length: 1 + Math.floor(20 * next()) }, () =>
      next() < 0.5 ? "complex64" : "cint16",
    );
    const workers = 1 + Math.floor(9 * next());
    const shares = Array.from({ length: workers }, (_, w) => datesOfWorker(stackOf(kinds), w, workers));
    assert.equal(
      shares.flat().sort((a, b) => a - b),
      kinds.map((_, date) => date),
    );
    const bytes = shares.map((dates) =>
      dates.reduce((sum, date) => sum + (kinds[date] === "cint16" ? 4 : 8), 0),
    );
    assert.ok(Math.max(...bytes) - Math.min(...bytes) <= 8, `${kinds} by ${workers}: ${bytes}`);
    for (const dates of shares)
      assert.equal(
        dates,
        [...dates].sort((a, b) => a - b),
      );
  }
});

test("large dates are parted first: two of 8 bytes and four of 4 make two equal shares", () => {
  const rows = stackOf(["complex64", "complex64", "cint16", "cint16", "cint16", "cint16"]);
  assert.equal(
    [datesOfWorker(rows, 0, 2), datesOfWorker(rows, 1, 2)],
    [
      [0, 2, 4],
      [1, 3, 5],
    ],
  );
  const late = stackOf(["cint16", "cint16", "complex64"]);
  assert.equal([datesOfWorker(late, 0, 2), datesOfWorker(late, 1, 2)], [[2], [0, 1]]);
});

test("equal dates are dealt out in turn; with more workers than dates some take none", () => {
  const rows = stackOf(["complex64", "complex64", "complex64", "complex64", "complex64"]);
  assert.equal(
    [0, 1].map((worker) => datesOfWorker(rows, worker, 2)),
    [
      [0, 2, 4],
      [1, 3],
    ],
  );
  assert.equal(datesOfWorker(rows, 6, 7), []);
});

test.run();
