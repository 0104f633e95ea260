import type { Configuration, Gantt } from "../../evidence/summary";
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
import { formatSeconds } from "../formatNumber";
import type { Lang } from "../language";
import { bottomAxis } from "./axes";
import { pickRepresentatives } from "./backendStyle";
import { capitalise, describeBase, describeLevel, describeMachine, joinCaption } from "./caption";
import type { Chart } from "./chart";
import type { Pattern } from "./patterns";
import { PHASE_GROUPS, phaseLegend, phasePatterns } from "./phaseGroups";
import { layoutTimeline, type Piece } from "./timeline";

/** Pixels of a worker's line, and of the gap between configurations. */
const PITCH = 18;
const GAP = 0.55;
/** Lines of a configuration that are drawn; of more workers the rest is told in words. */
const MOST_LINES = 9;

type Traced = Configuration & { readonly gantt: Gantt };
interface Line {
  readonly one: Traced;
  readonly worker: number;
  readonly first: boolean;
  readonly y: number;
}

/** F4. What every worker did when, in the median run of one configuration a backend. */
export const gantt: Chart = {
  id: "gantt",
  figure: "F4",
  title: { es: "Qué hizo cada trabajador y cuándo", en: "What every worker did when" },
  reading: {
    es: "Cada renglón es un trabajador (0 es el proceso que se lanza) y cada tramo una fase, sobre un reloj común que arranca con la corrida; la línea vertical corta es su final. Donde hay muchos tramos cortos, la altura de cada color dice qué parte de ese momento se llevó su fase.",
    en: "Each line is a worker (0 is the process that is started) and each piece a phase, on one clock that starts with the run; the short vertical line is its end. Where there are many short pieces, the height of each colour tells which part of that moment its phase took.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const chosen = pickRepresentatives(level?.configurations ?? [], (one) => one.gantt !== null).filter(
      (one): one is Traced => one.gantt !== null,
    );
    if (level === null || chosen.length === 0) {
      return missing("ninguna corrida registró tramos (spans)", "no run recorded spans");
    }
    const patterns = phasePatterns(gantt.id);
    const lines = linesOf(chosen);
    const pieces = new Map(
      chosen.map((one) => [one.label, layoutTimeline(one.gantt.spans, one.gantt.wallSeconds)]),
    );
    const present = new Set([...pieces.values()].flat().map((piece) => piece.group));
    return draw({
      id: gantt.id,
      title: gantt.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: chosen.map((one) => `${one.label}: ${formatSeconds(one.gantt.wallSeconds, lang)}`).join("; "),
      caption: joinCaption(
        lang === "es"
          ? "Segundos (s) desde el lanzamiento. n = 1 por backend: la corrida con tramos de tiempo mediano, con el mayor número de trabajadores que no pasa de los núcleos; sin intervalo."
          : "Seconds (s) since the start. n = 1 a backend: the run with spans of median time, with the most workers that do not exceed the cores; no interval.",
        leftOut(chosen, lang),
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: phaseLegend(patterns, present, lang),
      definitions: [...patterns.values()].map((pattern) => pattern.definition),
      panels: (plot) => [panelOf(plot, lines, pieces, patterns, lang)],
    });
  },
};

function workersOf({ gantt: { spans } }: Traced): readonly number[] {
  return [...new Set(spans.map((span) => span.worker))].sort((a, b) => a - b);
}

function linesOf(chosen: readonly Traced[]): readonly Line[] {
  let y = -1 - GAP;
  return chosen.flatMap((one) =>
    workersOf(one)
      .slice(0, MOST_LINES)
      .map((worker, index) => {
        y += index === 0 ? 1 + GAP : 1;
        return { one, worker, first: index === 0, y };
      }),
  );
}

function leftOut(chosen: readonly Traced[], lang: Lang): string {
  const long = chosen.filter((one) => workersOf(one).length > MOST_LINES);
  if (long.length === 0) return "";
  const names = long.map((one) => `${one.label} (${workersOf(one).length})`).join(", ");
  return lang === "es"
    ? `Se dibujan los primeros ${MOST_LINES} trabajadores de ${names}.`
    : `The first ${MOST_LINES} workers of ${names} are drawn.`;
}

function panelOf(
  plot: PlotModule,
  lines: readonly Line[],
  pieces: ReadonlyMap<string, readonly Piece[]>,
  patterns: ReadonlyMap<string, Pattern>,
  lang: Lang,
): Panel {
  const placed = lines.flatMap(({ one, worker, y }) =>
    pieces
      .get(one.label)!
      .filter((piece) => piece.worker === worker)
      .map((piece) => ({ ...piece, y1: y - 0.42 + 0.84 * piece.y1, y2: y - 0.42 + 0.84 * piece.y2 })),
  );
  const most = Math.max(...lines.map(({ one }) => one.gantt.wallSeconds));
  const bottom = lines.at(-1)!.y + 0.5;
  const names = lines.filter((line) => line.first);
  const ends = names.map(({ one, y }) => {
    const last = lines.findLast((line) => line.one === one)!;
    return { x: one.gantt.wallSeconds, y1: y - 0.5, y2: last.y + 0.5, middle: (y + last.y) / 2, one };
  });
  const labels = lines.map((line) => (line.first ? line.one.label : ""));
  const bars = PHASE_GROUPS.map(
    (group): Mark =>
      plot.rect(
        placed.filter((piece) => piece.group === group.id),
        { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: patterns.get(group.id)!.fill },
      ),
  );
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    height: (bottom + 0.5) * PITCH + 46,
    marginLeft: labelMargin(labels) + 22,
    marginRight: 70,
    marginTop: 6,
    marginBottom: 40,
    x: { domain: [0, most] },
    y: { domain: [bottom, -0.5], axis: null },
    marks: [
      plot.gridX({ stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(plot, {
        lang,
        label: lang === "es" ? "segundos desde el lanzamiento (s)" : "seconds since the start (s)",
        ticks: 8,
      }),
      ...bars,
      plot.ruleX(ends, { x: "x", y1: "y1", y2: "y2", stroke: INK, strokeWidth: 1.6 }),
      plot.text(ends, {
        x: "x",
        y: "middle",
        text: ({ one }) => formatSeconds(one.gantt.wallSeconds, lang),
        textAnchor: "start",
        dx: 5,
        fontSize: 11,
        stroke: "#ffffff",
        strokeWidth: 3,
        fill: INK,
      }),
      plot.text(names, {
        y: "y",
        text: ({ one }) => one.label,
        frameAnchor: "left",
        dx: -26,
        textAnchor: "end",
        fontSize: 12,
        fontWeight: "bold",
      }),
      plot.text(lines, {
        y: "y",
        text: ({ worker }) => String(worker),
        frameAnchor: "left",
        dx: -8,
        textAnchor: "end",
        fontSize: 10.5,
        fill: MUTED,
      }),
    ],
  };
  return { x: 0, y: 0, options };
}
