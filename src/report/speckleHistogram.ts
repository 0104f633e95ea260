import type { SpeckleHistogram } from "../core/maps";
import { gammaDensity } from "../statistics/distributions";
import { GRID, INK, type Panel, type PlotModule } from "./draw";
import { formatNumber, formatTick } from "./formatNumber";
import type { Lang } from "./language";

const HEIGHT = 230;
const CURVE_POINTS = 200;

/** Measured densities as bars, the fitted Gamma as a line; both over intensity, so their areas compare. */
export function histogramPanel(
  plot: PlotModule,
  histogram: SpeckleHistogram,
  { y, width }: { readonly y: number; readonly width: number },
  lang: Lang,
): Panel {
  const { edges, counts, samples, gamma } = histogram;
  const bars = counts.map((count, i) => ({
    low: edges[i]!,
    high: edges[i + 1]!,
    density: count / samples / (edges[i + 1]! - edges[i]!),
  }));
  const [first, last] = [edges[0]!, edges.at(-1)!];
  const curve = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const intensity = first + ((last - first) * i) / CURVE_POINTS;
    return { intensity, density: gammaDensity(gamma, intensity) };
  });
  const es = lang === "es";
  const options: Panel["options"] = {
    width,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 12,
    marginTop: 28,
    marginBottom: 38,
    x: { domain: [first, last] },
    y: { zero: true },
    marks: [
      plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 4 }),
      plot.rectY(bars, {
        x1: "low",
        x2: "high",
        y: "density",
        fill: "#cfcfcf",
        stroke: "#8a8a8a",
        strokeWidth: 0.6,
      }),
      plot.lineY(
        curve.filter(({ density }) => Number.isFinite(density)),
        { x: "intensity", y: "density", stroke: INK, strokeWidth: 1.8 },
      ),
      plot.ruleY([0], { stroke: INK, strokeWidth: 0.8 }),
      plot.axisX({
        ticks: 8,
        tickFormat: (value: number) => formatTick(value, lang),
        label: es
          ? "intensidad |S|² (potencia lineal, sin calibrar)"
          : "intensity |S|² (linear power, not calibrated)",
        labelAnchor: "center",
        labelArrow: "none",
        fontSize: 10,
      }),
      plot.axisY({
        ticks: 4,
        tickFormat: (value: number) => formatNumber(value, lang),
        label: null,
        fontSize: 10,
      }),
      plot.text(
        [
          es
            ? `densidad: ${samples} celdas de ${histogram.date} (barras), Gamma de forma ${formatNumber(gamma.shape, lang)} (línea)`
            : `density: ${samples} cells of ${histogram.date} (bars), Gamma of shape ${formatNumber(gamma.shape, lang)} (line)`,
        ],
        { frameAnchor: "top-left", dy: -24, dx: -60, fontSize: 12, lineAnchor: "top" },
      ),
    ],
  };
  return { x: 0, y, options };
}
