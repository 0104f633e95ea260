import type { Configuration, Level } from "../../evidence/summary";
import {
  draw,
  FIGURE_WIDTH,
  GRID,
  INK,
  INNER_WIDTH,
  labelMargin,
  type Mark,
  MUTED,
  type Panel,
  type PlotModule,
} from "../draw";
import { missing } from "../drawing";
import { formatInterval, formatSeconds } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { textWidth } from "../textWidth";
import { bottomAxis, rowNames, rowTexts } from "./axes";
import { comparable, styleOf } from "./backendStyle";
import {
  capitalise,
  describeBase,
  describeLevel,
  describeMachine,
  describeMedians,
  joinCaption,
} from "./caption";
import type { Chart } from "./chart";
import { makePattern, tint } from "./patterns";
import { layoutRows, type RowLayout, rowPanel } from "./rowLayout";

const PITCH = 25;
/** Height of the strip that a configuration's runs are spread over, in rows. */
const SPREAD = 0.6;

/** F1. Every run as a dot over the bar of its configuration's median. */
export const runTimes: Chart = {
  id: "t_barras",
  figure: "F1",
  title: { es: "Tiempo de cada corrida", en: "Time of every run" },
  reading: {
    es: "La barra llega hasta la mediana, el trazo con topes es su intervalo y cada punto es una corrida (de arriba abajo, en orden de bloque). Una barra rayada tiene más trabajadores que núcleos; la línea vertical punteada es la mediana de sec.",
    en: "The bar reaches to the median, the capped line is its interval and each dot is one run (top to bottom in order of block). A hatched bar has more workers than cores; the dashed vertical line is the median of sec.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const rows = comparable(level?.configurations ?? []);
    if (level === null || rows.length === 0) {
      return missing("no hay corridas que hayan terminado bien", "no run ended well");
    }
    return draw({
      id: "t_barras",
      title: runTimes.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: describeRows(rows, lang),
      caption: joinCaption(
        lang === "es" ? "Segundos de proceso completo." : "Seconds of the whole process.",
        describeMedians(rows, lang),
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(rows, lang),
      definitions: rows.filter((one) => one.oversubscribed).map((one) => hatch(one).definition),
      panels: (plot) => [panelOf(plot, rows, level, lang)],
    });
  },
};

function hatch({ label, backend }: Configuration): { readonly definition: string; readonly fill: string } {
  const { color } = styleOf(backend);
  return makePattern(
    `t_barras-${label.replace(/[^\w-]/g, "_")}`,
    "diagonal",
    tint(color, 0.12),
    tint(color, 0.55),
  );
}

function panelOf(
  plot: PlotModule,
  configurations: readonly Configuration[],
  level: Level,
  lang: Lang,
): Panel {
  const layout = layoutRows(configurations, (one) => one.backend);
  const values = configurations.map((one) => valueText(one, lang));
  const marginRight = Math.max(...values.map((value) => textWidth(value, 11))) + 18;
  const most = Math.max(
    ...configurations.flatMap((one) => [
      ...one.runs.map((run) => run.seconds),
      one.seconds!.interval?.high ?? 0,
    ]),
  );
  const base = level.configurations.find((one) => one.label === "sec")?.seconds?.value ?? null;
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    ...rowPanel(layout, PITCH),
    marginLeft: labelMargin(configurations.map((one) => one.label)),
    marginRight,
    x: { domain: [0, most * 1.02], label: null },
    marks: [
      plot.gridX({ stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(plot, { lang, label: lang === "es" ? "segundos (s)" : "seconds (s)", ticks: 8 }),
      ...barMarks(plot, layout),
      base === null ? null : plot.ruleX([base], { stroke: INK, strokeDasharray: "4 3", strokeWidth: 1 }),
      ...runMarks(plot, layout, most * 1.02),
      rowNames(plot, layout.rows, (one) => one.label),
      rowTexts(plot, layout.rows, (one) => valueText(one, lang)),
    ],
  };
  return { x: 0, y: 0, options };
}

function valueText({ seconds }: Configuration, lang: Lang): string {
  return `${formatSeconds(seconds!.value, lang)} ${seconds!.interval === null ? `(n = ${seconds!.n})` : formatInterval(seconds!.interval, lang)}`;
}

function barMarks(plot: PlotModule, layout: RowLayout<Configuration>): Mark[] {
  return layout.rows.map(({ item, y }) => {
    const { color } = styleOf(item.backend);
    return plot.rect([item], {
      x1: 0,
      x2: item.seconds!.value,
      y1: y - 0.38,
      y2: y + 0.38,
      fill: item.oversubscribed ? hatch(item).fill : tint(color, 0.28),
      stroke: tint(color, 0.7),
      strokeWidth: 1,
      strokeDasharray: item.oversubscribed ? "3 2" : "none",
    });
  });
}

/** Interval and median over the dots; runs of the warm-up, which count nowhere, as crosses. */
function runMarks(plot: PlotModule, layout: RowLayout<Configuration>, most: number): Mark[] {
  const dots = layout.rows.flatMap(({ item, y }) =>
    item.runs.map((run, index) => ({
      x: run.seconds,
      y: y + ((index + 0.5) / item.runs.length - 0.5) * SPREAD,
      noisy: run.noisy,
    })),
  );
  const warmups = layout.rows.flatMap(({ item, y }) =>
    item.warmups.filter((run) => run.seconds <= most).map((run) => ({ x: run.seconds, y })),
  );
  const ends = layout.rows.flatMap(({ item, y }) =>
    item.seconds!.interval === null ? [] : [{ ...item.seconds!.interval, y }],
  );
  const medians = layout.rows.map(({ item, y }) => ({ x: item.seconds!.value, y1: y - 0.38, y2: y + 0.38 }));
  return [
    plot.dot(warmups, { x: "x", y: "y", symbol: "times", stroke: MUTED, r: 3, strokeWidth: 1.1 }),
    plot.dot(
      dots.filter((dot) => !dot.noisy),
      { x: "x", y: "y", r: 1.9, fill: INK, fillOpacity: 0.6 },
    ),
    plot.dot(
      dots.filter((dot) => dot.noisy),
      { x: "x", y: "y", r: 2.2, fill: "#ffffff", stroke: INK, strokeWidth: 0.9 },
    ),
    plot.ruleY(ends, { x1: "low", x2: "high", y: "y", stroke: INK, strokeWidth: 1.6, marker: "tick" }),
    plot.ruleX(medians, { x: "x", y1: "y1", y2: "y2", stroke: INK, strokeWidth: 2.4 }),
  ];
}

function legendOf(rows: readonly Configuration[], lang: Lang): LegendItem[] {
  const es = lang === "es";
  const all = rows.flatMap((one) => one.runs);
  return [
    { shape: "dot", color: "#757575", label: es ? "una corrida" : "one run" },
    ...(all.some((run) => run.noisy)
      ? [
          {
            shape: "open",
            color: INK,
            label: es ? "corrida con la máquina ocupada" : "run on a busy machine",
          } as const,
        ]
      : []),
    ...(rows.some((one) => one.warmups.length > 0)
      ? [
          {
            shape: "cross",
            color: MUTED,
            label: es ? "precalentamiento (no cuenta)" : "warm-up (not counted)",
          } as const,
        ]
      : []),
    { shape: "tick", color: INK, strokeWidth: 2.4, label: es ? "mediana" : "median" },
    ...(rows.some((one) => (one.seconds?.interval ?? null) !== null)
      ? [{ shape: "interval", color: INK, label: es ? "su intervalo" : "its interval" } as const]
      : []),
    { shape: "line", color: INK, dash: "4 3", label: es ? "mediana de sec" : "median of sec" },
    ...(rows.some((one) => one.oversubscribed)
      ? [
          {
            shape: "swatch",
            color: hatch(rows.find((one) => one.oversubscribed)!).fill,
            label: es ? "más trabajadores que núcleos" : "more workers than cores",
          } as const,
        ]
      : []),
  ];
}

function describeRows(rows: readonly Configuration[], lang: Lang): string {
  return rows.map((one) => `${one.label}: ${formatSeconds(one.seconds!.value, lang)}`).join("; ");
}
