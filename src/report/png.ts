import { dirname, join } from "node:path";

/** Pictures are made for dense screens. */
const SCALE = 2;

/**
 * A standalone SVG as PNG bytes, two pixels a CSS pixel, on its own ground.
 * Text is set in DejaVu Sans from its package: no font of the machine enters, so that pictures are the same anywhere.
 */
export function renderPng(svg: string): Uint8Array {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  const fonts = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) => join(fonts, name)),
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return image.render().asPng();
}
