import { test } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../src/core/errors";
import { formatWindow, lookedShape, requireInside, sameShape, wholeWindow } from "../../src/core/raster";

const SHAPE = { azimuth: 21, range: 84 };

test("looked shapes are the floor of both axes, azimuth first", () => {
  assert.equal(lookedShape({ azimuth: 22486, range: 8245 }, { azimuth: 4, range: 4 }), {
    azimuth: 5621,
    range: 2061,
  });
  assert.equal(lookedShape({ azimuth: 10, range: 21 }, { azimuth: 5, range: 7 }), { azimuth: 2, range: 3 });
  assert.throws(
    () => lookedShape({ azimuth: 3, range: 100 }, { azimuth: 4, range: 4 }),
    (error: unknown) => error instanceof ShapeError && /3 x 100 pixels.*4 x 4 looks/.test(error.message),
  );
});

test("windows that touch the edges are inside, one cell more is not and the largest that fits is named", () => {
  const inside = { azimuth: 1, range: 4, azimuthOffset: 20, rangeOffset: 80 };
  assert.is(requireInside(inside, SHAPE), inside);
  assert.equal(requireInside(wholeWindow(SHAPE), SHAPE), {
    azimuth: 21,
    range: 84,
    azimuthOffset: 0,
    rangeOffset: 0,
  });
  const cases = [
    [{ ...inside, azimuth: 2 }, "--crop 1,4,20,80"],
    [{ ...inside, range: 5 }, "--crop 1,4,20,80"],
    [{ ...inside, azimuth: 0 }, "--crop 1,4,20,80"],
    [{ ...inside, azimuthOffset: 21 }, "corners go from 0,0 to 20,83"],
    [{ ...inside, rangeOffset: 84 }, "corners go from 0,0 to 20,83"],
  ] as const;
  for (const [window, next] of cases) {
    assert.throws(
      () => requireInside(window, SHAPE),
      (error: unknown) =>
        error instanceof ShapeError &&
        error.message.includes(`found crop ${formatWindow(window)}`) &&
        error.message.includes("inside the looked image of 21 x 84") &&
        error.message.includes(next),
    );
  }
});

test("shapes are equal only when both axes are", () => {
  assert.ok(sameShape(SHAPE, { ...SHAPE }));
  assert.not.ok(sameShape({ azimuth: 2, range: 3 }, { azimuth: 3, range: 2 }));
});

test.run();
