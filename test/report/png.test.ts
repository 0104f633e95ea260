import { test } from "uvu";
import * as assert from "uvu/assert";
import { draw, withCaption } from "../../src/report/draw";
import { renderPng } from "../../src/report/png";
import { readPixels } from "./fixtures/pixels";
import { textsOf } from "./fixtures/svg";

const figure = {
  id: "prueba",
  title: "Ñandú & <año>: él",
  alt: "una línea",
  caption: "Segundos (s). ".repeat(20).trim(),
  width: 400,
  legend: [],
  panels: (plot: Parameters<Parameters<typeof draw>[0]["panels"]>[0]) => [
    { x: 0, y: 0, options: { width: 368, height: 120, marks: [plot.ruleX([1, 2], { marker: "tick" })] } },
  ],
};

test("two pixels a CSS pixel, white ground, and letters where the title is: the font comes along", () => {
  const drawing = draw(figure);
  const pixels = readPixels(renderPng(drawing.svg));
  assert.equal([pixels.width, pixels.height], [800, 2 * drawing.height]);
  const share = pixels.darkShare({ x: 16, y: 18, width: 150, height: 16 });
  assert.ok(share > 0.12 && share < 0.5, String(share));
  assert.is(pixels.darkShare({ x: 0, y: 0, width: 400, height: 14 }), 0);
});

test("text is XML whatever it holds, and the caption is wrapped below the picture", () => {
  const drawing = draw(figure);
  const whole = withCaption(drawing);
  assert.ok(textsOf(whole.svg).includes("Ñandú & <año>: él"));
  assert.is(textsOf(whole.svg).slice(textsOf(drawing.svg).length).join(" "), figure.caption);
  const pixels = readPixels(renderPng(whole.svg));
  assert.is(pixels.height, 2 * whole.height);
  assert.ok(pixels.darkShare({ x: 16, y: drawing.height, width: 360, height: 30 }) > 0.03);
  assert.is(pixels.darkShare({ x: 388, y: 0, width: 12, height: whole.height }), 0);
});

test("marker ids are numbered by figure, not by what was drawn before", () => {
  const first = draw(figure).svg;
  assert.is(draw(figure).svg, first);
  assert.match(first, 'id="prueba-1"');
});

test.run();
