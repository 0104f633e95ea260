import { formatWindow } from "../../core/raster";
import { readMapsRecord } from "../../records/maps";
import { gammaDensity } from "../../statistics/distributions";
import { ACCENT } from "./lines";
import type { Chart } from "./plot";

/** A bar of the histogram of a homogeneous region. */
export interface SpeckleRow {
  /** Linear power, not calibrated. */
  readonly low: number;
  readonly high: number;
  readonly cells: number;
  /** What the Gamma distribution of the same mean and variance would put there. */
  readonly expected: number;
  readonly date: string;
  readonly window: string;
  readonly samples: number;
  readonly outside: number;
}

/** Points of the Gamma within a bar. */
const STEPS = 5;

/** The intensities of a homogeneous region against the Gamma that speckle follows. */
export const speckle: Chart<SpeckleRow> = {
  id: "speckle",
  rows: ({ folder }) => {
    const histogram = folder === null ? null : (readMapsRecord(folder)?.histogram ?? null);
    if (histogram === null) return [];
    const { edges, counts, samples, outside, gamma, date, window } = histogram;
    return counts.map((cells, i) => {
      const [low, high] = [edges[i]!, edges[i + 1]!];
      const width = (high - low) / STEPS;
      const densities = Array.from({ length: STEPS }, (_, k) => gammaDensity(gamma, low + (k + 0.5) * width));
      const expected = samples * width * densities.reduce((sum, density) => sum + density, 0);
      return { low, high, cells, expected, date, window: formatWindow(window), samples, outside };
    });
  },
  claim: (report, { page }) => {
    const [first] = speckle.rows(report);
    return first === undefined ? page.speckle.missing : page.speckle.claim(first.date);
  },
  reading: ({ page }) => page.speckle.reading,
  plot: (rows, { plot, width }, words) => {
    const { page, tick } = words;
    const { samples, outside, window } = rows[0]!;
    return {
      width,
      height: 250,
      marginLeft: 52,
      marginRight: 14,
      marginTop: 30,
      marginBottom: 40,
      style: { fontSize: "12px", overflow: "visible" },
      subtitle: page.speckle.subtitle(samples, window),
      caption: page.speckle.note(outside),
      marks: [
        plot.gridY({ ticks: 4, strokeOpacity: 0.15 }),
        plot.rectY(rows, {
          x1: "low",
          x2: "high",
          y: "cells",
          fill: "currentColor",
          fillOpacity: 0.28,
          inset: 0.4,
        }),
        plot.lineY(rows, {
          x: ({ low, high }) => (low + high) / 2,
          y: "expected",
          stroke: ACCENT,
          strokeWidth: 2,
          curve: "monotone-x",
        }),
        plot.axisX({
          ticks: width < 500 ? 4 : 7,
          tickFormat: (value: number) => tick(value),
          label: page.speckle.x,
          labelAnchor: "center",
          labelArrow: "none",
        }),
        plot.axisY({
          ticks: 4,
          tickSize: 0,
          tickFormat: (value: number) => tick(value),
          label: page.speckle.y,
          labelArrow: "none",
        }),
      ],
    };
  },
};
