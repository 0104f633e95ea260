import type { Scaling } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, INK, INNER_WIDTH, MUTED } from "../draw";
import { missing } from "../drawing";
import { formatFixed } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { sortByBackend } from "./backendStyle";
import {
  capitalise,
  describeBase,
  describeLevel,
  describeMachine,
  describeRatios,
  joinCaption,
} from "./caption";
import type { Chart } from "./chart";
import { layoutGrid } from "./panelGrid";
import { type Line, type Point, speedupPanel } from "./speedupPanel";

const HEIGHT = 236;
/** F2. Speedup over `sec` against workers, a panel a backend. */
export const speedup: Chart = {
  id: "speedup",
  figure: "F2",
  title: { es: "Aceleración respecto de sec", en: "Speedup over sec" },
  reading: {
    es: "Cada punto es T_sec / T con su intervalo; los puntos abiertos, unidos con trazos, tienen más trabajadores que núcleos y no dicen nada de cómo escala el backend. La recta gris es lo ideal, la curva de trazo y punto la cota de Amdahl con la parte serie medida, y el guion ancho la cota que deja la sobrecarga medida.",
    en: "Each point is T_sec / T with its interval; open points, joined by dashes, have more workers than cores and say nothing on how the backend scales. The grey line is ideal, the dash-dotted curve is Amdahl's bound from the measured serial share, and the wide bar is the bound the measured overhead leaves.",
  },
  draw(report, lang) {
    const { level, env, summary } = report;
    const lines = linesOf(level?.scaling ?? []);
    if (level === null || lines.length === 0) {
      return missing(
        "falta un par de corridas de sec y de algún backend paralelo en los mismos bloques",
        "there is no pair of runs of sec and of a parallel backend in the same blocks",
      );
    }
    const cells = layoutGrid(lines.length, INNER_WIDTH, HEIGHT);
    return draw({
      id: "speedup",
      title: speedup.title[lang],
      subtitle: `${capitalise(describeLevel(level, lang))}. ${describeBase(level, lang)}`,
      alt: describeLines(lines, lang),
      caption: joinCaption(
        lang === "es" ? "Aceleración T_sec / T, sin unidad." : "Speedup T_sec / T, no unit.",
        describeBase(level, lang),
        blocksOf(lines, lang),
        describeRatios(summary.options, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(lines, lang),
      panels: (plot) => lines.map((line, index) => speedupPanel(plot, line, lines, cells[index]!, lang)),
    });
  },
};

function linesOf(scalings: readonly Scaling[]): readonly Line[] {
  const known = scalings.map((scaling) => ({
    scaling,
    points: scaling.points.filter((point): point is Point => point.absolute !== null),
    backend: scaling.backend,
    label: scaling.backend,
    workers: 0,
  }));
  return sortByBackend(known.filter((line) => line.points.length > 0));
}

function legendOf(lines: readonly Line[], lang: Lang): LegendItem[] {
  const es = lang === "es";
  const points = lines.flatMap((line) => line.points);
  return [
    { shape: "dot", color: MUTED, label: es ? "T_sec / T con intervalo" : "T_sec / T with interval" },
    ...(points.some((point) => point.oversubscribed)
      ? [
          {
            shape: "open",
            color: MUTED,
            label: es ? "más trabajadores que núcleos" : "more workers than cores",
          } as const,
        ]
      : []),
    { shape: "line", color: "#8a8a8a", label: es ? "ideal" : "ideal" },
    ...(lines.some(({ scaling }) => scaling.serialShare.value !== null)
      ? [
          {
            shape: "line",
            color: INK,
            dash: "7 3 1.5 3",
            label: es ? "cota de Amdahl" : "Amdahl's bound",
          } as const,
        ]
      : []),
    ...(points.some((point) => point.overheadBound !== null)
      ? [
          {
            shape: "line",
            color: MUTED,
            strokeWidth: 3,
            label: es ? "cota por sobrecarga" : "overhead bound",
          } as const,
        ]
      : []),
  ];
}

function blocksOf(lines: readonly Line[], lang: Lang): string {
  const blocks = lines.flatMap((line) => line.points.map((point) => point.absolute.blocks));
  const [low, high] = [Math.min(...blocks), Math.max(...blocks)];
  return `n = ${low === high ? low : `${low}–${high}`} ${lang === "es" ? "bloques" : "blocks"}.`;
}

function describeLines(lines: readonly Line[], lang: Lang): string {
  return lines
    .flatMap((line) =>
      line.points.map((point) => `${point.label}: ${formatFixed(point.absolute.value, 2, lang)}`),
    )
    .join("; ");
}
