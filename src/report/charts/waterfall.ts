import type { Configuration, Identity } from "../../evidence/summary";
import { draw, FIGURE_WIDTH, GRID, INK, INNER_WIDTH, type Panel, type PlotModule } from "../draw";
import { missing } from "../drawing";
import { formatNumber, formatTick } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { logLabels, panelName } from "./axes";
import { pickRepresentatives } from "./backendStyle";
import { capitalise, describeLevel, describeMachine, joinCaption } from "./caption";
import type { Chart } from "./chart";
import { type Cell, layoutGrid } from "./panelGrid";
import { makePattern, type Pattern } from "./patterns";

const HEIGHT = 230;

type Explained = Configuration & { readonly decomposition: { readonly identity: Identity } };
type Kind = "total" | "loss" | "gain";
interface Step {
  readonly place: number;
  readonly name: string;
  readonly kind: Kind;
  /** The factor, or the value of a total. */
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** F6. From P workers to the speedup reached, factor by factor, for one configuration a backend. */
export const waterfall: Chart = {
  id: "cascada",
  figure: "F6",
  title: { es: "De P trabajadores a la aceleración lograda", en: "From P workers to the speedup reached" },
  reading: {
    es: "Se empieza con P trabajadores (coordinador incluido) y cada barra multiplica lo que queda por su factor, relativo a sec, hasta llegar a la aceleración S. El eje es logarítmico: una barra el doble de alta pierde el doble en el mismo producto; donde casi no se calcula los factores dicen poco, y los segundos están en las frases.",
    en: "It starts from P workers (the coordinator included), and each bar multiplies what is left by its factor, relative to sec, down to the speedup S. The axis is logarithmic: a bar twice as tall loses twice as much in the same product; where next to nothing is computed the factors tell little, and the sentences tell the seconds.",
  },
  draw(report, lang) {
    const { level, env } = report;
    const chosen = pickRepresentatives(
      level?.configurations ?? [],
      (one) => one.label !== "sec" && (one.decomposition?.identity ?? null) !== null,
    ).filter((one): one is Explained => (one.decomposition?.identity ?? null) !== null);
    if (level === null || chosen.length === 0) {
      return missing(
        "faltan corridas con tramos de sec y de algún backend paralelo",
        "there are no runs with spans of both sec and a parallel backend",
      );
    }
    const patterns = patternsOf();
    const cells = layoutGrid(chosen.length, INNER_WIDTH, HEIGHT);
    const steps = chosen.map((one) => stepsOf(one.decomposition.identity));
    const ends = steps.flat().flatMap((step) => [step.from, step.to]);
    const domain = [Math.min(...ends) / 1.55, Math.max(...ends) * 1.5] as const;
    const { secSeconds } = chosen[0]!.decomposition.identity;
    return draw({
      id: waterfall.id,
      title: waterfall.title[lang],
      subtitle: `${capitalise(describeLevel(level, lang))}. S = P · LB · (CommE / CommE_sec) · CompS`,
      alt: chosen
        .map(
          (one, i) =>
            `${one.label}: ${steps[i]!.map((step) => `${step.name} ${formatNumber(step.value, lang)}`).join(", ")}`,
        )
        .join("; "),
      caption: joinCaption(
        lang === "es"
          ? `Factores sin unidad; base: la corrida con tramos de sec, ${formatNumber(secSeconds, lang)}\u00a0s. n = 1 por backend: la corrida con tramos de tiempo mediano, con el mayor número de trabajadores que no pasa de los núcleos; sin intervalo. La identidad es exacta.`
          : `Factors without unit; base: the run with spans of sec, ${formatNumber(secSeconds, lang)}\u00a0s. n = 1 a backend: the run with spans of median time, with the most workers that do not exceed the cores; no interval. The identity is exact.`,
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(steps.flat(), patterns, lang),
      definitions: Object.values(patterns).map((pattern) => pattern.definition),
      panels: (plot) =>
        chosen.map((one, i) => panelOf(plot, one, steps[i]!, patterns, { cell: cells[i]!, domain, lang })),
    });
  },
};

function patternsOf(): Readonly<Record<Kind, Pattern>> {
  return {
    total: makePattern("cascada-total", "plain", "#6b6b6b", "#6b6b6b"),
    loss: makePattern("cascada-loss", "diagonal", "#f0a05f", "#a04600"),
    gain: makePattern("cascada-gain", "dots", "#7fcfb7", "#00664b"),
  };
}

function stepsOf(identity: Identity): readonly Step[] {
  const { processes, loadBalance, communication, computation, speedup } = identity;
  let left = processes;
  const factors = [
    ["LB", loadBalance],
    ["CommE", communication],
    ["CompS", computation],
  ] as const;
  return [
    { place: 0, name: "P", kind: "total", value: processes, from: 1, to: processes },
    ...factors.map(([name, value], index): Step => {
      const from = left;
      left *= value;
      return { place: index + 1, name, kind: value <= 1 ? "loss" : "gain", value, from, to: left };
    }),
    { place: 4, name: "S", kind: "total", value: speedup, from: 1, to: speedup },
  ];
}

function labelOf({ name, kind, value }: Step, lang: Lang): string {
  if (name === "P") return formatTick(value, lang);
  return kind === "total" ? formatNumber(value, lang) : `×${formatNumber(value, lang)}`;
}

interface PanelPlace {
  readonly cell: Cell;
  readonly domain: readonly [number, number];
  readonly lang: Lang;
}

function panelOf(
  plot: PlotModule,
  one: Explained,
  steps: readonly Step[],
  patterns: Readonly<Record<Kind, Pattern>>,
  { cell, domain, lang }: PanelPlace,
): Panel {
  const links = steps.slice(0, -1).map((step) => ({ x1: step.place, x2: step.place + 1, y: step.to }));
  const candidates = [0.1, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128];
  const ticks = candidates.filter((tick) => tick >= domain[0] && tick <= domain[1]);
  const options: Panel["options"] = {
    width: cell.width,
    height: cell.height,
    marginLeft: 40,
    marginRight: 8,
    marginTop: 26,
    marginBottom: 28,
    x: { domain: [-0.6, 4.6], axis: null },
    y: { type: "log", domain: [...domain], axis: null },
    marks: [
      plot.gridY(ticks, { stroke: GRID, strokeOpacity: 1 }),
      logLabels(plot, ticks, lang),
      panelName(plot, one.label),
      ...(["total", "loss", "gain"] as const).map((kind) =>
        plot.rect(
          steps.filter((step) => step.kind === kind),
          {
            x1: (step: Step) => step.place - 0.36,
            x2: (step: Step) => step.place + 0.36,
            y1: (step: Step) => Math.min(step.from, step.to),
            y2: (step: Step) => Math.max(step.from, step.to),
            fill: patterns[kind].fill,
            stroke: INK,
            strokeWidth: 0.7,
          },
        ),
      ),
      plot.ruleY(links, {
        x1: "x1",
        x2: "x2",
        y: "y",
        stroke: INK,
        strokeWidth: 0.7,
        strokeDasharray: "2 2",
      }),
      plot.ruleY([1], { stroke: INK, strokeWidth: 1 }),
      plot.text(steps, {
        x: "place",
        y: (step: Step) => Math.max(step.from, step.to),
        text: (step: Step) => labelOf(step, lang),
        dy: -8,
        fontSize: 11,
        stroke: "#ffffff",
        strokeWidth: 3,
        fill: INK,
      }),
      plot.text(steps, { x: "place", text: "name", frameAnchor: "bottom", dy: 16, fontSize: 10.5 }),
    ],
  };
  return { x: cell.x, y: cell.y, options };
}

function legendOf(
  steps: readonly Step[],
  patterns: Readonly<Record<Kind, Pattern>>,
  lang: Lang,
): LegendItem[] {
  const names = {
    total: { es: "P y S", en: "P and S" },
    loss: { es: "lo que el factor quita", en: "what the factor takes" },
    gain: { es: "lo que el factor agrega", en: "what the factor adds" },
  } as const;
  return (["total", "loss", "gain"] as const)
    .filter((kind) => steps.some((step) => step.kind === kind))
    .map((kind) => ({ shape: "swatch", color: patterns[kind].fill, label: names[kind][lang] }));
}
