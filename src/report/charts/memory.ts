import type { Configuration } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, GRID, INK, INNER_WIDTH, type Mark, type Panel, type PlotModule } from "../draw";
import { missing } from "../drawing";
import { formatMebibytes, formatSeconds } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { bottomAxis, leftAxis } from "./axes";
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
import { configurationDots, dotLegend } from "./configurationDots";

const HEIGHT = 400;
const MARGINS = { left: 58, right: 26, top: 24, bottom: 42 };
const MEBIBYTE = 2 ** 20;

type Weighed = Configuration & { readonly sumRssBytes: number };

/** F10. What each configuration costs in memory and in time. */
export const memory: Chart = {
  id: "memoria",
  figure: "F10",
  title: { es: "Memoria y tiempo", en: "Memory and time" },
  reading: {
    es: "Cada marca es una configuración: a la derecha tarda más, arriba ocupa más memoria (el pico de la suma de todos sus procesos). Lo mejor es estar abajo a la izquierda; una línea une los números de trabajadores de un mismo backend y la marca abierta tiene más trabajadores que núcleos.",
    en: "Each mark is a configuration: further right takes longer, further up needs more memory (the peak of the sum over all its processes). Best is bottom left; a line joins the numbers of workers of one backend, and an open mark has more workers than cores.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const shown = comparable(level?.configurations ?? []).filter(
      (one): one is Weighed => one.sumRssBytes !== null,
    );
    if (level === null || shown.length === 0) {
      return missing("ninguna corrida registró su memoria", "no run recorded its memory");
    }
    return draw({
      id: memory.id,
      title: memory.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: shown
        .map(
          (one) =>
            `${one.label}: ${formatSeconds(one.seconds!.value, lang)}, ${formatMebibytes(one.sumRssBytes, lang)}`,
        )
        .join("; "),
      caption: joinCaption(
        lang === "es"
          ? "Segundos (s) de proceso completo; mebibytes (2^20 bytes) residentes, pico de la suma de los procesos: mediana."
          : "Seconds (s) of the whole process; resident mebibytes (2^20 bytes), peak of the sum over processes: median.",
        describeMedians(shown, lang),
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(shown, lang),
      panels: (plot) => [panelOf(plot, shown, lang)],
    });
  },
};

function panelOf(plot: PlotModule, shown: readonly Weighed[], lang: Lang): Panel {
  const bytes = (one: Weighed): number => one.sumRssBytes / MEBIBYTE;
  const seconds = (one: Weighed): number => one.seconds!.value;
  const [most, top] = [Math.max(...shown.map(seconds)) * 1.12, Math.max(...shown.map(bytes)) * 1.12];
  const area = {
    width: INNER_WIDTH - MARGINS.left - MARGINS.right,
    height: HEIGHT - MARGINS.top - MARGINS.bottom,
    most,
    top,
  };
  const groups = [...new Set(shown.map((one) => one.backend))].filter((backend) => backend !== "peer");
  const intervals = shown.flatMap((one) =>
    one.seconds!.interval === null ? [] : [{ y: bytes(one), ...one.seconds!.interval }],
  );
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    height: HEIGHT,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: MARGINS.top,
    marginBottom: MARGINS.bottom,
    x: { domain: [0, most] },
    y: { domain: [0, top] },
    marks: [
      plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 7 }),
      bottomAxis(plot, { lang, label: lang === "es" ? "segundos (s)" : "seconds (s)" }),
      leftAxis(plot, { lang, label: lang === "es" ? "memoria (MiB)" : "memory (MiB)", ticks: 7 }),
      ...groups.map((backend): Mark => {
        const { color, dash } = styleOf(backend);
        return plot.line(
          shown.filter((one) => one.backend === backend),
          {
            x: seconds,
            y: bytes,
            stroke: color,
            strokeWidth: 1.3,
            strokeDasharray: dash,
            strokeOpacity: 0.8,
          },
        );
      }),
      plot.ruleY(intervals, { x1: "low", x2: "high", y: "y", stroke: INK, strokeWidth: 1, marker: "tick" }),
      ...configurationDots(plot, shown, seconds, bytes, area),
    ],
  };
  return { x: 0, y: 0, options };
}

function legendOf(shown: readonly Weighed[], lang: Lang): LegendItem[] {
  const es = lang === "es";
  const intervals = es ? "intervalo de la mediana (tiempo)" : "interval of the median (time)";
  return [
    {
      shape: "dot",
      color: "#757575",
      label: es ? "mediana de una configuración" : "median of a configuration",
    },
    ...dotLegend(shown, intervals, lang),
  ];
}
