import type { Drift } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, GRID, INK, INNER_WIDTH, type Panel, type PlotModule } from "../draw";
import { missing } from "../drawing";
import { formatFixed, formatPercent } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import type { ReportData } from "../reportData";
import { leftAxis } from "./axes";
import { describeMachine, joinCaption } from "./caption";
import type { Chart } from "./chart";

const HEIGHT = 300;
/** Differences within this factor are not called anywhere in the report. */
const BAND = 1.05;

interface Point {
  readonly sequence: number;
  readonly relative: number;
  readonly noisy: boolean;
}
interface Block {
  readonly x1: number;
  readonly x2: number;
  readonly mean: number;
  readonly block: number;
}

/** F11. Times in the order they were measured, each against the median of its configuration. */
export const drift: Chart = {
  id: "deriva",
  figure: "F11",
  title: { es: "¿Cambió la máquina durante la medición?", en: "Did the machine change while measuring?" },
  reading: {
    es: "Cada punto es una corrida en el orden en que se midió, dividida por la mediana de su configuración; abierto = con la máquina ocupada. El trazo grueso es la media de un bloque: si sube o baja de izquierda a derecha más allá de la banda gris (±5 %), la máquina cambió y los tiempos con ella.",
    en: "Each dot is one run in the order of measurement, divided by the median of its configuration; open: on a busy machine. The thick line is the mean of a block: where it rises or falls from left to right beyond the grey band (±5%), the machine changed, and the times with it.",
  },
  draw(report, lang) {
    const { drift: found } = report.summary;
    if (found.points.length === 0)
      return missing("no hay corridas que hayan terminado bien", "no run ended well");
    const points = pointsOf(report, found);
    return draw({
      id: drift.id,
      title: drift.title[lang],
      subtitle: describeDrift(found, lang),
      alt: describeDrift(found, lang),
      caption: joinCaption(
        lang === "es"
          ? `Tiempo relativo, sin unidad; base: la mediana de cada configuración. n = ${found.points.length} corridas. Cambio: recta por las medias de ln(relativo) de cada bloque, intervalo t (95 %).`
          : `Relative time, no unit; base: the median of each configuration. n = ${found.points.length} runs. Change: line through the block means of ln(relative), t interval (95%).`,
        describeMachine(report.env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(points, lang),
      panels: (plot) => [panelOf(plot, points, blocksOf(found), lang)],
    });
  },
};

function pointsOf(report: ReportData, { points }: Drift): readonly Point[] {
  const noisy = new Set(report.session.runs.filter((run) => run.noisy).map((run) => run.runId));
  return points.map(({ sequence, relative, runId }) => ({ sequence, relative, noisy: noisy.has(runId) }));
}

function blocksOf({ points }: Drift): readonly Block[] {
  const blocks = new Map<number, Drift["points"][number][]>();
  for (const point of points) blocks.set(point.block, [...(blocks.get(point.block) ?? []), point]);
  return [...blocks].map(([block, own]) => ({
    block,
    x1: Math.min(...own.map((point) => point.sequence)) - 0.5,
    x2: Math.max(...own.map((point) => point.sequence)) + 0.5,
    mean: Math.exp(own.reduce((sum, point) => sum + Math.log(point.relative), 0) / own.length),
  }));
}

function describeDrift({ factor, drifting }: Drift, lang: Lang): string {
  const es = lang === "es";
  if (factor === null) {
    return es
      ? "Menos de 6 bloques: no se puede decir si hubo deriva"
      : "Fewer than 6 blocks: whether times drifted cannot be told";
  }
  const [value, low, high] = [factor.value, factor.interval?.low, factor.interval?.high].map((value) =>
    value === undefined ? "—" : formatFixed(value, 3, lang),
  );
  const told = es ? `×${value} [${low}; ${high}]` : `×${value} [${low}, ${high}]`;
  const verdict = drifting
    ? es
      ? "hay deriva"
      : "times drift"
    : es
      ? "sin deriva distinguible"
      : "no drift to be told";
  return es
    ? `Del primer al último bloque: ${told}, ${verdict}`
    : `From first to last block: ${told}, ${verdict}`;
}

function panelOf(plot: PlotModule, points: readonly Point[], blocks: readonly Block[], lang: Lang): Panel {
  const es = lang === "es";
  const values = points.map((point) => point.relative);
  const domain = [Math.min(0.9, ...values) / 1.02, Math.max(1.1, ...values) * 1.02];
  const end = points.length - 0.5;
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    height: HEIGHT,
    marginLeft: 50,
    marginRight: 14,
    marginTop: 24,
    marginBottom: 42,
    x: { domain: [-0.5, end], axis: null },
    y: { domain },
    marks: [
      plot.rect([0], { x1: -0.5, x2: end, y1: 1 / BAND, y2: BAND, fill: "#ececec" }),
      plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 6 }),
      plot.ruleX(blocks.slice(1), { x: "x1", stroke: "#c4c4c4", strokeWidth: 0.8 }),
      plot.ruleY([1], { stroke: INK, strokeWidth: 0.8 }),
      leftAxis(plot, {
        lang,
        label: es ? "tiempo / mediana de su configuración" : "time / median of its configuration",
        ticks: 6,
      }),
      plot.dot(
        points.filter((point) => !point.noisy),
        { x: "sequence", y: "relative", r: 2, fill: INK, fillOpacity: 0.55 },
      ),
      plot.dot(
        points.filter((point) => point.noisy),
        { x: "sequence", y: "relative", r: 2.6, fill: "#ffffff", stroke: INK, strokeWidth: 1 },
      ),
      plot.ruleY(blocks, { x1: "x1", x2: "x2", y: "mean", stroke: "#d55e00", strokeWidth: 3 }),
      plot.text(blocks, {
        x: (one: Block) => (one.x1 + one.x2) / 2,
        text: (one: Block) => String(one.block),
        frameAnchor: "bottom",
        dy: 14,
        fontSize: 11,
      }),
      plot.text([es ? "bloque, en orden de medición" : "block, in order of measurement"], {
        frameAnchor: "bottom",
        dy: 34,
        fontSize: 11,
      }),
    ],
  };
  return { x: 0, y: 0, options };
}

function legendOf(points: readonly Point[], lang: Lang): LegendItem[] {
  const es = lang === "es";
  return [
    { shape: "dot", color: "#757575", label: es ? "una corrida" : "one run" },
    ...(points.some((point) => point.noisy)
      ? [
          {
            shape: "open",
            color: INK,
            label: es ? "corrida con la máquina ocupada" : "run on a busy machine",
          } as const,
        ]
      : []),
    {
      shape: "line",
      color: "#d55e00",
      strokeWidth: 2.6,
      label: es ? "media geométrica del bloque" : "geometric mean of the block",
    },
    { shape: "swatch", color: "#ececec", label: `±${formatPercent(BAND - 1, lang)}` },
  ];
}
