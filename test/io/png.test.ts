import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/pipeline/picture";
import { readPng } from "./png.fixture";

const PALETTE = [
  [0, 0, 0, 0],
  [10, 20, 30, 255],
  [200, 100, 50, 255],
] as const;

test("a PNG read back by another reader has the levels, colours, opacity and description it was made of", () => {
  const levels = Uint8Array.of(0, 1, 2, 2, 1, 0);
  const png = encodePng({
    shape: { azimuth: 2, range: 3 },
    levels,
    palette: PALETTE,
    description: "power, dB",
  });
  const { width, height, levels: found, palette, texts } = readPng(png);
  assert.equal([width, height, [...found]], [3, 2, [...levels]]);
  assert.equal(palette, PALETTE);
  assert.is(texts.Description, "power, dB");
});

test("levels that do not fill the picture are refused", () => {
  const image = {
    shape: { azimuth: 2, range: 2 },
    levels: new Uint8Array(3),
    palette: PALETTE,
    description: "",
  };
  assert.throws(() => encodePng(image), /3 levels for 4 pixels/);
});

test.run();
