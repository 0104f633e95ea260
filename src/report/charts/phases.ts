import type { Configuration, Decomposition } from "../../evidence/summary";
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
import { formatNumber, formatPercent } from "../formatNumber";
import type { Lang } from "../language";
import { bottomAxis, rowNames } from "./axes";
import { comparable } from "./backendStyle";
import { capitalise, describeBase, describeLevel, describeMachine, joinCaption } from "./caption";
import type { Chart } from "./chart";
import type { Pattern } from "./patterns";
import { GROUP_OF, PHASE_GROUPS, type PhaseGroup, phaseLegend, phasePatterns } from "./phaseGroups";
import { layoutRows, type RowLayout, rowPanel } from "./rowLayout";

const PITCH = 24;
/** Pixels of the panel of totals. */
const TOTALS = 190;
/** Shares from this on are written into their bar. */
const LEAST_WRITTEN = 0.075;

type Decomposed = Configuration & { readonly decomposition: Decomposition };
interface Segment {
  readonly group: PhaseGroup;
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

/** F3. Where the worker-seconds of every configuration went. */
export const phases: Chart = {
  id: "fases",
  figure: "F3",
  title: { es: "En qué se van los segundos de los trabajadores", en: "Where the worker-seconds go" },
  reading: {
    es: "Cada barra de la izquierda reparte el 100 % de los segundos de trabajador de una corrida (P trabajadores, coordinador incluido, por T segundos) entre sus fases. La barra de la derecha dice cuántos segundos de trabajador son en total: si crece con los trabajadores, se paga más por el mismo resultado.",
    en: "Each bar on the left divides 100% of the worker-seconds of one run (P workers, the coordinator included, times T seconds) among its phases. The bar on the right tells how many worker-seconds that is in all: where it grows with the workers, more is paid for the same result.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const rows = comparable(level?.configurations ?? []).filter(
      (one): one is Decomposed => one.decomposition !== null,
    );
    if (level === null || rows.length === 0) {
      return missing("ninguna corrida registró tramos (spans)", "no run recorded spans");
    }
    const patterns = phasePatterns(phases.id);
    const present = new Set(
      PHASE_GROUPS.filter((group) => rows.some((one) => shareOf(one, group) > 0)).map((group) => group.id),
    );
    const layout = layoutRows(rows, (one) => one.backend);
    return draw({
      id: phases.id,
      title: phases.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: describeRows(rows, lang),
      caption: joinCaption(
        lang === "es"
          ? "Segundos de trabajador (s) y partes de su total. n = 1: la corrida con tramos de tiempo mediano de cada configuración, sin intervalo."
          : "Worker-seconds (s) and shares of their total. n = 1: the run with spans of median time of each configuration, no interval.",
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: phaseLegend(patterns, present, lang),
      definitions: [...patterns.values()].map((pattern) => pattern.definition),
      panels: (plot) => [sharePanel(plot, layout, patterns, lang), totalPanel(plot, layout, lang)],
    });
  },
};

function shareOf(one: Decomposed, group: PhaseGroup): number {
  return group.phases.reduce((sum, phase) => sum + one.decomposition.shares[phase], 0);
}

function segmentsOf({ rows }: RowLayout<Decomposed>): Segment[] {
  return rows.flatMap(({ item, y }) => {
    let from = 0;
    return PHASE_GROUPS.flatMap((group) => {
      const to = from + shareOf(item, group);
      const segment = { group, from, to, y };
      from = to;
      return segment.to > segment.from ? [segment] : [];
    });
  });
}

function sharePanel(
  plot: PlotModule,
  layout: RowLayout<Decomposed>,
  patterns: ReadonlyMap<string, Pattern>,
  lang: Lang,
): Panel {
  const segments = segmentsOf(layout);
  const written = segments.filter(({ from, to }) => to - from >= LEAST_WRITTEN);
  const bars = PHASE_GROUPS.map(
    (group): Mark =>
      plot.rect(
        segments.filter((segment) => segment.group === group),
        {
          x1: "from",
          x2: "to",
          y1: (d: Segment) => d.y - 0.4,
          y2: (d: Segment) => d.y + 0.4,
          fill: patterns.get(group.id)!.fill,
          stroke: INK,
          strokeWidth: 0.6,
        },
      ),
  );
  const labels = ["#ffffff", "#1a1a1a"].map(
    (ink): Mark =>
      plot.text(
        written.filter((segment) => segment.group.ink === ink),
        {
          x: (d: Segment) => (d.from + d.to) / 2,
          y: "y",
          text: (d: Segment) => formatPercent(d.to - d.from, lang),
          fontSize: 10.5,
          fill: ink,
          ...(ink === "#ffffff" ? {} : { stroke: "#ffffff", strokeWidth: 3.5 }),
        },
      ),
  );
  const options: Panel["options"] = {
    width: INNER_WIDTH - TOTALS,
    ...rowPanel(layout, PITCH),
    marginLeft: labelMargin(layout.rows.map(({ item }) => item.label)),
    marginRight: 30,
    x: { domain: [0, 1] },
    marks: [
      plot.axisX({
        tickFormat: (value: number) => formatPercent(value, lang),
        label: lang === "es" ? "parte de los segundos de trabajador" : "share of the worker-seconds",
        labelAnchor: "center",
        labelArrow: "none",
        fontSize: 11,
        ticks: 5,
      }),
      ...bars,
      ...labels,
      rowNames(plot, layout.rows, (one) => one.label),
    ],
  };
  return { x: 0, y: 0, options };
}

function totalPanel(plot: PlotModule, layout: RowLayout<Decomposed>, lang: Lang): Panel {
  const total = ({ item }: { item: Decomposed }): number =>
    item.decomposition.processes * item.decomposition.wallSeconds;
  const most = Math.max(...layout.rows.map(total));
  const options: Panel["options"] = {
    width: TOTALS,
    ...rowPanel(layout, PITCH),
    marginLeft: 8,
    marginRight: 84,
    x: { domain: [0, most] },
    marks: [
      plot.gridX({ stroke: GRID, strokeOpacity: 1, ticks: 3 }),
      bottomAxis(plot, { lang, label: "P·T (s)", ticks: 3 }),
      plot.rect(layout.rows, {
        x1: 0,
        x2: total,
        y1: (row) => row.y - 0.28,
        y2: (row) => row.y + 0.28,
        fill: "#6b6b6b",
      }),
      plot.text(layout.rows, {
        x: total,
        y: "y",
        text: (row) =>
          `${row.item.decomposition.processes} × ${formatNumber(row.item.decomposition.wallSeconds, lang)}`,
        textAnchor: "start",
        dx: 5,
        fontSize: 10.5,
      }),
    ],
  };
  return { x: INNER_WIDTH - TOTALS, y: 0, options };
}

function describeRows(rows: readonly Decomposed[], lang: Lang): string {
  return rows
    .map((one) => {
      const [group, share] = PHASE_GROUPS.map((each) => [each, shareOf(one, each)] as const).reduce((a, b) =>
        b[1] > a[1] ? b : a,
      );
      return `${one.label}: ${GROUP_OF[group.phases[0]!].name[lang]} ${formatPercent(share, lang)}`;
    })
    .join("; ");
}
