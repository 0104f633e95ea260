import type { Configuration, Factors } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, INK, INNER_WIDTH, labelMargin, type Panel, type PlotModule } from "../draw";
import { missing } from "../drawing";
import { formatFixed } from "../formatNumber";
import type { Lang, Text } from "../language";
import { rowNames } from "./axes";
import { comparable } from "./backendStyle";
import { capitalise, describeBase, describeLevel, describeMachine, joinCaption } from "./caption";
import type { Chart } from "./chart";
import { tint } from "./patterns";
import { layoutRows } from "./rowLayout";

const PITCH = 25;
const HEAD = 42;
/** Full colour: the factor loses nothing. */
const BEST = "#0072b2";
/** Shares of colour from here on carry white text: 4.5:1 either way. */
const DARK_FROM = 0.82;

type Factored = Configuration & { readonly decomposition: { readonly factors: Factors } };

const COLUMNS: readonly {
  readonly id: string;
  readonly name: string;
  readonly note: Text;
  value(factors: Factors): number | null;
}[] = [
  {
    id: "PE",
    name: "PE = LB · CommE",
    note: { es: "eficiencia paralela", en: "parallel efficiency" },
    value: (f) => f.parallelEfficiency,
  },
  { id: "LB", name: "LB", note: { es: "balance de carga", en: "load balance" }, value: (f) => f.loadBalance },
  {
    id: "CommE",
    name: "CommE",
    note: { es: "cálculo del más ocupado / T", en: "compute of the busiest / T" },
    value: (f) => f.communicationEfficiency,
  },
  {
    id: "CompS",
    name: "CompS",
    note: { es: "cálculo frente a sec", en: "compute against sec" },
    value: (f) => f.computationScaling,
  },
];

interface Cell {
  readonly column: number;
  readonly y: number;
  readonly value: number;
}

/** F5. The efficiency factors of every configuration. */
export const factors: Chart = {
  id: "factores",
  figure: "F5",
  title: { es: "Factores de eficiencia", en: "Efficiency factors" },
  reading: {
    es: "Cada celda es un factor entre 0 y 1: 1 (azul pleno) no pierde nada y cuanto más clara la celda más se pierde ahí. PE es el producto de LB (trabajo parejo entre todos los trabajadores, coordinador incluido) y CommE (parte del tiempo en que el más ocupado calcula); CompS menor que 1 dice que el mismo cálculo costó más segundos que en sec.",
    en: "Each cell is a factor between 0 and 1: 1 (full blue) loses nothing, and the lighter the cell the more is lost there. PE is the product of LB (work even among all workers, the coordinator included) and CommE (share of the time in which the busiest one computes); CompS below 1 says the same computing took more seconds than in sec.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const rows = comparable(level?.configurations ?? []).filter(
      (one): one is Factored => (one.decomposition?.factors ?? null) !== null,
    );
    if (level === null || rows.length === 0) {
      return missing("ninguna corrida registró tramos de cálculo", "no run recorded spans of computing");
    }
    return draw({
      id: factors.id,
      title: factors.title[lang],
      subtitle: capitalise(describeLevel(level, lang)),
      alt: rows
        .map(
          (one) => `${one.label}: PE ${formatFixed(one.decomposition.factors.parallelEfficiency, 2, lang)}`,
        )
        .join("; "),
      caption: joinCaption(
        lang === "es"
          ? "Factores sin unidad, útil = cálculo. n = 1: la corrida con tramos de tiempo mediano de cada configuración, sin intervalo."
          : "Factors without unit, useful = compute. n = 1: the run with spans of median time of each configuration, no interval.",
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: [],
      panels: (plot) => [panelOf(plot, rows, lang)],
    });
  },
};

function panelOf(plot: PlotModule, configurations: readonly Factored[], lang: Lang): Panel {
  const layout = layoutRows(configurations, (one) => one.backend);
  const cells = layout.rows.flatMap(({ item, y }) =>
    COLUMNS.flatMap((column, index): Cell[] => {
      const value = column.value(item.decomposition.factors);
      return value === null ? [] : [{ column: index, y, value }];
    }),
  );
  const isDark = (cell: Cell): boolean => cell.value >= DARK_FROM;
  const text = (chosen: readonly Cell[], ink: string) =>
    plot.text(chosen, {
      x: "column",
      y: "y",
      text: (cell: Cell) => formatFixed(cell.value, 2, lang),
      fill: ink,
      fontSize: 12,
    });
  const options: Panel["options"] = {
    width: INNER_WIDTH,
    height: layout.extent * PITCH + HEAD + 8,
    marginLeft: labelMargin(configurations.map((one) => one.label)),
    marginRight: 8,
    marginTop: HEAD,
    marginBottom: 8,
    x: { domain: [-0.5, COLUMNS.length - 0.5], axis: null },
    y: { domain: [layout.domain[1], layout.domain[0]], axis: null },
    marks: [
      plot.rect(cells, {
        x1: (cell: Cell) => cell.column - 0.48,
        x2: (cell: Cell) => cell.column + 0.48,
        y1: (cell: Cell) => cell.y - 0.44,
        y2: (cell: Cell) => cell.y + 0.44,
        fill: (cell: Cell) => tint(BEST, Math.min(1, Math.max(0, cell.value)) ** 1.6),
        stroke: "#9a9a9a",
        strokeWidth: 0.6,
      }),
      text(cells.filter(isDark), "#ffffff"),
      text(
        cells.filter((cell) => !isDark(cell)),
        INK,
      ),
      plot.text(COLUMNS, {
        x: (_: unknown, index: number) => index,
        text: "name",
        frameAnchor: "top",
        dy: -34,
        fontSize: 13,
        fontWeight: "bold",
      }),
      plot.text(COLUMNS, {
        x: (_: unknown, index: number) => index,
        text: (column) => column.note[lang],
        frameAnchor: "top",
        dy: -17,
        fontSize: 11,
        fill: "#555555",
      }),
      rowNames(plot, layout.rows, (one) => one.label),
    ],
  };
  return { x: 0, y: 0, options };
}
