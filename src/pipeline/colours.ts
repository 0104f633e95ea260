import type { ColourName } from "../core/maps";

type Colour = readonly [number, number, number, number];

/** d3-scale-chromatic carries no types; of it only this is used. */
interface ScaleChromatic {
  interpolateCividis(share: number): string;
}

const LEVELS = 255;
const TRANSPARENT: Colour = [0, 0, 0, 0];

/**
 * Colours of the levels of `toLevels`: 0 transparent, then dark to light in perceptually even steps. Grey for power, as
 * radar images are shown; cividis (Nuñez, Anderton and Renslow 2018), which colour-blind readers see alike, for the rest.
 */
export function makePalette(name: ColourName): readonly Colour[] {
  const colourAt = name === "grey" ? greyAt : cividisAt();
  return [TRANSPARENT, ...Array.from({ length: LEVELS }, (_, i) => colourAt(i / (LEVELS - 1)))];
}

/** A palette at a few even places from dark to light, as #rrggbb: for a colour bar. */
export function paletteStops(palette: readonly Colour[], stops: number): readonly string[] {
  return Array.from({ length: stops }, (_, i) => {
    const [red, green, blue] = palette[1 + Math.round((i / (stops - 1)) * (LEVELS - 1))]!;
    return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  });
}

function greyAt(share: number): Colour {
  const level = Math.round(share * 255);
  return [level, level, level, 255];
}

function cividisAt(): (share: number) => Colour {
  const { interpolateCividis } = require("d3-scale-chromatic") as ScaleChromatic;
  return (share) => {
    const [red, green, blue] = interpolateCividis(share).match(/\d+/g)!.map(Number) as [
      number,
      number,
      number,
    ];
    return [red, green, blue, 255];
  };
}
