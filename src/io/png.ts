import { pixelCount, type Shape } from "../core/raster";

/** A picture of up to 256 colours. */
export interface IndexedImage {
  readonly shape: Shape;
  /** One a pixel, row-major, the place of its colour in the palette. */
  readonly levels: Uint8Array;
  /** Red, green, blue and opacity, 0..255; only the first colours may be other than opaque. */
  readonly palette: readonly (readonly [number, number, number, number])[];
  /** What the picture shows, kept in the file (Latin-1). */
  readonly description: string;
}

/** Levels of speckle hardly compress better with more effort. */
const DEFLATE_LEVEL = 6;

/** The bytes of a PNG file: 8 bits, palette, no interlacing. Equal images give equal bytes. */
export function encodePng({ shape, levels, palette, description }: IndexedImage): Uint8Array {
  if (levels.length !== pixelCount(shape))
    throw new RangeError(`${levels.length} levels for ${pixelCount(shape)} pixels`);
  const { encode } = require("fast-png") as typeof import("fast-png");
  return encode(
    {
      width: shape.range,
      height: shape.azimuth,
      data: levels,
      depth: 8,
      channels: 1,
      palette: palette.map((colour) => [...colour]),
      text: { Description: description, Software: "pila" },
    },
    { zlib: { level: DEFLATE_LEVEL } },
  );
}
