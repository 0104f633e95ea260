import {
  draw,
  FIGURE_WIDTH,
  GRID,
  INK,
  INNER_WIDTH,
  labelMargin,
  type Mark,
  type Panel,
  type PlotModule,
} from "../draw";
import { missing } from "../drawing";
import { formatEstimate, formatSeconds } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { textWidth } from "../textWidth";
import { bottomAxis, rowNames, rowTexts } from "./axes";
import {
  capitalise,
  describeLevel,
  describeMachine,
  describeRatios,
  joinCaption,
  medianMethod,
} from "./caption";
import type { Chart } from "./chart";
import { type Bar, barsOf, type Part } from "./fusedBars";
import { makePattern, type Pattern } from "./patterns";
import { layoutRows, rowPanel } from "./rowLayout";

const PITCH = 28;
const SPREAD = 0.55;

/** FF. fused against prep + sec of the same blocks, the only comparison it is in. */
export const fused: Chart = {
  id: "fusionado",
  figure: "FF",
  title: {
    es: "fused frente a prep + sec de los mismos bloques",
    en: "fused against prep + sec of the same blocks",
  },
  reading: {
    es: "De cada par, la barra de arriba es preparar y luego reducir (la división está en la mediana de prep) y la de abajo hace ambas cosas en una pasada; cada punto es un bloque y el trazo con topes el intervalo de la mediana. A la derecha de fused, el cociente de los tiempos: menor que 1 dice que fused tarda menos.",
    en: "Of each pair the upper bar prepares and then reduces (divided at the median of prep) and the lower one does both in one pass; each dot is a block and the capped line the interval of the median. To the right of fused stands the ratio of the times: below 1 fused takes less.",
  },
  draw(report, lang) {
    const { level, env, summary } = report;
    if (level === null || level.fused.length === 0) {
      return missing(
        "fused, prep y sec no se midieron en los mismos bloques (hacen falta los SLC: --slc)",
        "fused, prep and sec were not measured in the same blocks (that takes the SLC: --slc)",
      );
    }
    const bars = level.fused.flatMap((comparison) => barsOf(comparison, level));
    const patterns = patternsOf();
    const medians = level.fused.flatMap((one) => [one.seconds, one.separateSeconds]);
    const blocks = level.fused.map((comparison) => comparison.ratio.blocks);
    return draw({
      id: fused.id,
      title: fused.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: bars.map((bar) => `${bar.label}: ${formatSeconds(bar.value, lang)}`).join("; "),
      caption: joinCaption(
        lang === "es"
          ? `Segundos (s) de proceso completo, sumados bloque a bloque; n = ${span(blocks)} bloques; ${medianMethod(medians, lang)}. Base: prep + sec.`
          : `Seconds (s) of the whole process, added block by block; n = ${span(blocks)} blocks; ${medianMethod(medians, lang)}. Base: prep + sec.`,
        describeRatios(summary.options, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(
        patterns,
        medians.some((one) => one.interval !== null),
        lang,
      ),
      definitions: Object.values(patterns).map((pattern) => pattern.definition),
      panels: (plot) => [panelOf(plot, bars, patterns, lang)],
    });
  },
};

function span(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low}–${high}`;
}

function patternsOf(): Readonly<Record<Part, Pattern>> {
  return {
    prepare: makePattern("fusionado-prep", "diagonal", "#dddddd", "#7a7a7a"),
    sec: makePattern("fusionado-sec", "plain", "#b3b3b3", "#b3b3b3"),
    fused: makePattern("fusionado-fused", "plain", "#a5d6f3", "#a5d6f3"),
  };
}

function textOf({ isFused, value, comparison }: Bar, lang: Lang): string {
  if (!isFused) return formatSeconds(value, lang);
  const { ratio } = comparison;
  return `${formatSeconds(value, lang)} · ×${formatEstimate(ratio, lang)}`;
}

function panelOf(
  plot: PlotModule,
  bars: readonly Bar[],
  patterns: Readonly<Record<Part, Pattern>>,
  lang: Lang,
): Panel {
  const layout = layoutRows(bars, (bar) => bar.pair);
  const intervalOf = ({ isFused, comparison }: Bar) =>
    (isFused ? comparison.seconds : comparison.separateSeconds).interval;
  const most = Math.max(...bars.flatMap((bar) => [...bar.blocks, intervalOf(bar)?.high ?? 0])) * 1.02;
  const dots = layout.rows.flatMap(({ item, y }) =>
    item.blocks.map((x, index) => ({ x, y: y + ((index + 0.5) / item.blocks.length - 0.5) * SPREAD })),
  );
  const ends = layout.rows.flatMap(({ item, y }) => {
    const interval = intervalOf(item);
    return interval === null ? [] : [{ ...interval, y }];
  });
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    ...rowPanel(layout, PITCH),
    marginLeft: labelMargin(bars.map((bar) => bar.label)),
    marginRight: Math.max(...bars.map((bar) => textWidth(textOf(bar, lang), 11))) + 18,
    x: { domain: [0, most] },
    marks: [
      plot.gridX({ stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(plot, { lang, label: lang === "es" ? "segundos (s)" : "seconds (s)", ticks: 8 }),
      ...layout.rows.flatMap(({ item, y }) =>
        item.parts.map(
          ({ part, from, to }): Mark =>
            plot.rect([part], {
              x1: from,
              x2: to,
              y1: y - 0.4,
              y2: y + 0.4,
              fill: patterns[part].fill,
              stroke: "#4a4a4a",
              strokeWidth: 0.8,
            }),
        ),
      ),
      plot.dot(dots, { x: "x", y: "y", r: 1.9, fill: INK, fillOpacity: 0.6 }),
      plot.ruleY(ends, { x1: "low", x2: "high", y: "y", stroke: INK, strokeWidth: 1.6, marker: "tick" }),
      plot.ruleX(layout.rows, {
        x: (row) => row.item.value,
        y1: (row) => row.y - 0.4,
        y2: (row) => row.y + 0.4,
        stroke: INK,
        strokeWidth: 2.4,
      }),
      rowNames(plot, layout.rows, (one) => one.label),
      rowTexts(plot, layout.rows, (one) => textOf(one, lang)),
    ],
  };
  return { x: 0, y: 0, options };
}

function legendOf(
  patterns: Readonly<Record<Part, Pattern>>,
  hasIntervals: boolean,
  lang: Lang,
): LegendItem[] {
  const es = lang === "es";
  return [
    { shape: "swatch", color: patterns.prepare.fill, label: "prep" },
    { shape: "swatch", color: patterns.sec.fill, label: "sec" },
    { shape: "swatch", color: patterns.fused.fill, label: "fused" },
    { shape: "dot", color: "#757575", label: es ? "un bloque" : "one block" },
    { shape: "tick", color: INK, strokeWidth: 2.4, label: es ? "mediana" : "median" },
    ...(hasIntervals
      ? [{ shape: "interval", color: INK, label: es ? "su intervalo" : "its interval" } as const]
      : []),
  ];
}
