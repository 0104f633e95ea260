import type { Raster } from "../core/raster";
import { draw, GRID, INK } from "./draw";
import { type Drawing, type Missing, missing } from "./drawing";
import { formatTick } from "./formatNumber";
import type { Lang } from "./language";

const WIDTH = 640;
const BINS = 60;

/**
 * Histogram of a plane of linear power in decibels; pixels without data and zeros, which have no decibel, are left out
 * and counted in the caption.
 * @param plane linear power, shape azimuth x range
 * @param lang `es` or `en`
 * @returns the drawing, or why there is none
 */
export function powerHistogram(plane: Raster, lang: Lang): Drawing | Missing {
  const decibels = [...plane.values].filter((value) => value > 0).map((value) => 10 * Math.log10(value));
  if (decibels.length === 0) return missing("no hay potencia que mostrar", "there is no power to show");
  const left = plane.values.length - decibels.length;
  const words =
    lang === "es"
      ? {
          title: "Histograma de la intensidad",
          x: "intensidad (dB, sin calibrar)",
          y: "píxeles",
          left: "sin dato o cero",
        }
      : {
          title: "Histogram of intensity",
          x: "intensity (dB, not calibrated)",
          y: "pixels",
          left: "no data or zero",
        };
  return draw({
    id: "histograma",
    title: words.title,
    alt: `${words.title}, ${decibels.length} ${words.y}`,
    caption: `n = ${decibels.length} ${words.y}; ${left} ${words.left}.`,
    width: WIDTH,
    legend: [],
    panels: (plot) => [
      {
        x: 0,
        y: 0,
        options: {
          width: WIDTH - 32,
          height: 260,
          marginLeft: 64,
          marginBottom: 40,
          x: {
            label: words.x,
            labelAnchor: "center",
            labelArrow: "none",
            tickFormat: (value: number) => formatTick(value, lang),
          },
          y: { label: words.y, labelArrow: "none", tickFormat: (value: number) => formatTick(value, lang) },
          marks: [
            plot.gridY({ stroke: GRID, strokeOpacity: 1 }),
            plot.rectY(decibels, {
              ...plot.binX({ y: "count" }, { x: (value: number) => value, thresholds: BINS }),
              fill: INK,
              fillOpacity: 0.6,
            }),
            plot.ruleY([0]),
          ],
        },
      },
    ],
  });
}
