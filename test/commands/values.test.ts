import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCrop, parseLooks, parseSize, parseWhole, parseWholeList } from "../../src/commands/command";
import { formatWindow } from "../../src/core/raster";
import { formatLooks } from "../../src/pipeline/stackRows";

const whole = fc.integer({ min: 0, max: 100_000 });
const look = fc.integer({ min: 1, max: 1024 });

test("crops and looks come back as they were written, rows and azimuth first", () => {
  assert.equal(parseCrop("1,2,3,4"), { azimuth: 1, range: 2, azimuthOffset: 3, rangeOffset: 4 });
  assert.equal(parseLooks("2x3"), { azimuth: 2, range: 3 });
  assert.equal(parseLooks("4"), { azimuth: 4, range: 4 });
  assert.equal(parseSize("size", "4096x2048"), { azimuth: 4096, range: 2048 });
  fc.assert(
    fc.property(whole, whole, whole, whole, look, look, (a, b, c, d, azimuth, range) => {
      assert.is(formatWindow(parseCrop(`${a},${b},${c},${d}`)), `${a},${b},${c},${d}`);
      assert.is(formatLooks(parseLooks(`${azimuth}x${range}`)), `${azimuth}x${range}`);
    }),
    { seed: 1 },
  );
});

test("anything but whole numbers within their bounds is refused", () => {
  for (const text of ["", " ", "1.0", "1e2", "+1", "-1", "0x1", "１", "Infinity", "1025"]) {
    assert.throws(
      () => parseWhole("workers", text, 1, 1024),
      /found --workers .*expected a whole number from 1 to 1024/,
    );
  }
  for (const text of ["", "4,4", "4x", "x4", "0", "4x0", "1025", "4X4X4"])
    assert.throws(() => parseLooks(text), /expected N or AxR/);
  for (const text of ["1,2,3", "1,2,3,4,5", "1,2,3,-4", "1;2;3;4", "a,b,c,d"])
    assert.throws(() => parseCrop(text), /ROWS,COLS,ROW0,COL0/);
  assert.equal(parseWholeList("workers", "1, 2,4,2", 1, 1024), [1, 2, 4]);
});

test.run();
