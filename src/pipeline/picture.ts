import type { ColourName, MapScale } from "../core/maps";
import type { Raster } from "../core/raster";
import { encodePng } from "../io/png";
import { makePalette, paletteStops } from "./colours";
import { percentileStretch, type Stretch, toDecibels, toLevels } from "./stretch";

/** The part of the values that the colours are spread over. */
export const PERCENTILES: readonly [number, number] = [2, 98];
const STOPS = 9;

export interface PictureOptions {
  readonly scale: MapScale;
  readonly colours: ColourName;
  /** In decibels where the scale is so; left out: between the percentiles of the values. */
  readonly stretch?: Stretch;
  /** What the values are; the stretch is added. */
  readonly description: string;
}

/** A plane as PNG, with the stretch it was drawn with. */
export interface Picture {
  readonly png: Uint8Array;
  readonly stretch: Stretch;
  /** The stretch is between PERCENTILES. */
  readonly byPercentiles: boolean;
  /** The sentence that the PNG carries too. */
  readonly description: string;
  /** Colours from low to high, as #rrggbb. */
  readonly colourStops: readonly string[];
}

/** Draws a plane; NaN is transparent. A plane without finite values is drawn over 0 to 1. */
export function drawPicture(plane: Raster, options: PictureOptions): Picture {
  const values = options.scale === "decibel" ? toDecibels(plane.values) : plane.values;
  const stretch = options.stretch ?? percentileStretch(values, PERCENTILES) ?? { low: 0, high: 1 };
  const palette = makePalette(options.colours);
  const unit = options.scale === "decibel" ? " dB" : "";
  const byPercentiles = options.stretch === undefined;
  const how = byPercentiles ? ` (${PERCENTILES.join("-")} %)` : "";
  const description = `${options.description}; stretch ${stretch.low.toFixed(2)} to ${stretch.high.toFixed(2)}${unit}${how}`;
  const png = encodePng({ shape: plane.shape, levels: toLevels(values, stretch), palette, description });
  return { png, stretch, byPercentiles, description, colourStops: paletteStops(palette, STOPS) };
}
