import type { Configuration } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, GRID, INK, INNER_WIDTH, type Mark, type Panel, type PlotModule } from "../draw";
import { missing } from "../drawing";
import { formatCount, formatNumber } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { bottomAxis, leftAxis } from "./axes";
import { sortByBackend, styleOf } from "./backendStyle";
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

const HEIGHT = 300;
const GAP = 20;
const MARGINS = { left: 46, right: 20, top: 24, bottom: 42 };

type Counted = Configuration & { readonly ipcMessages: number; readonly ipcBytes: number };
interface Axis {
  readonly name: string;
  value(one: Counted): number;
}

/** F8. mp against mp_v2: time against what crosses between processes. */
export const messages: Chart = {
  id: "mensajes",
  figure: "F8",
  title: {
    es: "mp y mp_v2: tiempo según lo que cruza entre procesos",
    en: "mp and mp_v2: time against what crosses between processes",
  },
  reading: {
    es: "Cada marca es la mediana de una configuración con su intervalo: a la izquierda según los mensajes, a la derecha según los megabytes que cruzan. La línea de puntos une las dos variantes con igual número de trabajadores: si sube hacia la que más cruza, cruzar cuesta; marca abierta = más trabajadores que núcleos.",
    en: "Each mark is the median of a configuration with its interval: on the left against messages, on the right against the megabytes that cross. The dotted line joins the two variants of one number of workers: where it rises towards the one that crosses more, crossing costs; an open mark has more workers than cores.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const pairs = level?.ipc ?? [];
    const wanted = new Set(pairs.flatMap((pair) => [pair.pixels, pair.states]));
    const shown = sortByBackend((level?.configurations ?? []).filter((one) => wanted.has(one.label))).filter(
      (one): one is Counted => one.ipcMessages !== null && one.ipcBytes !== null,
    );
    if (level === null || pairs.length === 0 || shown.length < 2) {
      return missing(
        "faltan corridas de mp y de mp_v2 con igual número de trabajadores, y lo que cruzó en ellas",
        "there are no runs of mp and of mp_v2 at one number of workers with what crossed in them",
      );
    }
    const axes: readonly Axis[] = [
      { name: lang === "es" ? "mensajes" : "messages", value: (one) => one.ipcMessages },
      {
        name: lang === "es" ? "megabytes que cruzan (MB)" : "megabytes that cross (MB)",
        value: (one) => one.ipcBytes / 1e6,
      },
    ];
    return draw({
      id: messages.id,
      title: messages.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: shown
        .map(
          (one) =>
            `${one.label}: ${formatNumber(one.seconds!.value, lang)} s, ${formatCount(one.ipcMessages, lang)} ${axes[0]!.name}, ${formatNumber(one.ipcBytes / 1e6, lang)} MB`,
        )
        .join("; "),
      caption: joinCaption(
        lang === "es"
          ? "Segundos (s) de proceso completo; mensajes y megabytes (1e6 bytes): mediana."
          : "Seconds (s) of the whole process; messages and megabytes (1e6 bytes): median.",
        describeMedians(shown, lang),
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(shown, lang),
      panels: (plot) => axes.map((axis, index) => panelOf(plot, shown, axis, index, lang)),
    });
  },
};

function panelOf(plot: PlotModule, shown: readonly Counted[], axis: Axis, index: number, lang: Lang): Panel {
  const width = (INNER_WIDTH - GAP) / 2;
  const [most, top] = [
    Math.max(...shown.map(axis.value)) * 1.18,
    Math.max(...shown.map((one) => one.seconds!.interval?.high ?? one.seconds!.value)) * 1.12,
  ];
  const area = {
    width: width - MARGINS.left - MARGINS.right,
    height: HEIGHT - MARGINS.top - MARGINS.bottom,
    most,
    top,
  };
  const intervals = shown.flatMap((one) =>
    one.seconds!.interval === null ? [] : [{ x: axis.value(one), ...one.seconds!.interval }],
  );
  const seconds = (one: Counted): number => one.seconds!.value;
  const options: Panel["options"] = {
    width,
    height: HEIGHT,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: MARGINS.top,
    marginBottom: MARGINS.bottom,
    x: { domain: [0, most] },
    y: { domain: [0, top] },
    marks: [
      plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 6 }),
      bottomAxis(plot, { lang, label: axis.name, ticks: 5 }),
      leftAxis(plot, { lang, label: lang === "es" ? "segundos (s)" : "seconds (s)", ticks: 6 }),
      ...workersOf(shown).map(
        (workers): Mark =>
          plot.line(
            shown.filter((one) => one.workers === workers),
            { x: axis.value, y: seconds, stroke: "#8a8a8a", strokeWidth: 1.2, strokeDasharray: "1.5 3" },
          ),
      ),
      plot.ruleX(intervals, { x: "x", y1: "low", y2: "high", stroke: INK, strokeWidth: 1.2, marker: "tick" }),
      ...configurationDots(plot, shown, axis.value, seconds, area),
    ],
  };
  return { x: index * (width + GAP), y: 0, options };
}

function workersOf(shown: readonly Counted[]): readonly number[] {
  return [...new Set(shown.map((one) => one.workers))];
}

function legendOf(shown: readonly Counted[], lang: Lang): LegendItem[] {
  const es = lang === "es";
  return [
    {
      shape: "square",
      color: styleOf("mp").color,
      label: es ? "mp: cruzan los píxeles" : "mp: pixels cross",
    },
    {
      shape: "triangle",
      color: styleOf("mp_v2").color,
      label: es ? "mp_v2: cruzan estados parciales" : "mp_v2: partial states cross",
    },
    ...dotLegend(shown, es ? "intervalo de la mediana" : "interval of the median", lang),
    {
      shape: "line",
      color: "#8a8a8a",
      dash: "1.5 3",
      label: es ? "igual número de trabajadores" : "same number of workers",
    },
  ];
}
