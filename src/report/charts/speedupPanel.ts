import { amdahlBound } from "../../evidence/spans";
import type { Scaling, ScalingPoint, Speedup } from "../../evidence/summary";
import { GRID, INK, type Mark, MUTED, type Panel, type PlotModule } from "../draw";
import { formatFixed, formatTick } from "../formatNumber";
import type { Lang } from "../language";
import { bottomAxis, logLabels, panelName } from "./axes";
import { styleOf } from "./backendStyle";
import type { Cell } from "./panelGrid";

/** From this many workers on, axes are logarithmic: doublings stand at equal distances. */
const LOGARITHMIC_FROM = 12;
/** Ground where there are more workers than cores. */
const BEYOND = "#f2f2f2";

const POWERS = Array.from({ length: 16 }, (_, i) => 2 ** (i - 5));

export type Point = ScalingPoint & { readonly absolute: Speedup };
export interface Line {
  readonly scaling: Scaling;
  readonly points: readonly Point[];
}

export function speedupPanel(
  plot: PlotModule,
  line: Line,
  all: readonly Line[],
  cell: Cell,
  lang: Lang,
): Panel {
  const workers = [...new Set(all.flatMap(({ points }) => points.map((point) => point.workers)))].sort(
    (a, b) => a - b,
  );
  const cores = line.scaling.cores;
  const [least, most] = [workers[0]!, workers.at(-1)!];
  const logarithmic = most >= LOGARITHMIC_FROM;
  const values = all.flatMap(({ points }) =>
    points.flatMap(({ absolute }) => [
      absolute.value,
      absolute.interval?.low ?? absolute.value,
      absolute.interval?.high ?? absolute.value,
    ]),
  );
  const top = Math.max(...values, Math.min(cores, most)) * 1.14;
  const bottom = logarithmic ? Math.min(...values, 1) / 1.6 : 0;
  const ticks = logarithmic ? POWERS.filter((power) => power >= bottom && power <= top) : null;
  const options: Panel["options"] = {
    width: cell.width,
    height: cell.height,
    marginLeft: 40,
    marginRight: 18,
    marginTop: 26,
    marginBottom: 38,
    x: logarithmic
      ? { type: "log", base: 2, domain: [least / 1.15, most * 1.15] }
      : { domain: [least - 0.35, most + 0.35] },
    y: logarithmic ? { type: "log", domain: [bottom, top], axis: null } : { domain: [bottom, top] },
    marks: [
      most > cores
        ? plot.rect([cores], {
            x1: logarithmic ? cores * 1.15 : cores + 0.35,
            x2: logarithmic ? most * 1.15 : most + 0.35,
            y1: bottom,
            y2: top,
            fill: BEYOND,
          })
        : null,
      ticks === null
        ? plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 5 })
        : plot.gridY(ticks, { stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(plot, { lang, label: lang === "es" ? "trabajadores" : "workers", ticks: workers }),
      ticks === null
        ? plot.axisY({
            tickFormat: (value: number) => formatTick(value, lang),
            label: null,
            ticks: 5,
            fontSize: 11,
          })
        : logLabels(plot, ticks, lang),
      panelName(plot, line.scaling.backend),
      plot.ruleY([1], { stroke: INK, strokeWidth: 0.8 }),
      ...boundMarks(plot, line, { least, most, top, logarithmic }),
      ...pointMarks(plot, line, lang),
    ],
  };
  return { x: cell.x, y: cell.y, options };
}

interface Reach {
  readonly least: number;
  readonly most: number;
  readonly top: number;
  readonly logarithmic: boolean;
}

/** Ideal as far as the panel shows it, Amdahl within the cores, and one bar a point for the overhead. */
function boundMarks(
  plot: PlotModule,
  { scaling, points }: Line,
  { least, most, top, logarithmic }: Reach,
): Mark[] {
  const end = Math.min(most, top);
  const share = scaling.serialShare.value?.share ?? null;
  const last = Math.min(most, scaling.cores);
  const steps = Array.from({ length: 41 }, (_, i) => least + ((last - least) * i) / 40);
  const half = (workers: number): readonly [number, number] =>
    logarithmic ? [workers / 1.1, workers * 1.1] : [workers - 0.16 - most / 60, workers + 0.16 + most / 60];
  const overheads = points.flatMap(({ workers, overheadBound }) =>
    overheadBound === null || overheadBound > top
      ? []
      : [{ x1: half(workers)[0], x2: half(workers)[1], y: overheadBound }],
  );
  return [
    plot.line(
      [
        [least, least],
        [end, end],
      ],
      { stroke: "#8a8a8a", strokeWidth: 1.2 },
    ),
    share === null || last <= least
      ? null
      : plot.line(
          steps.map((p) => [p, amdahlBound(share, p)]),
          { stroke: INK, strokeWidth: 1.3, strokeDasharray: "7 3 1.5 3" },
        ),
    plot.ruleY(overheads, { x1: "x1", x2: "x2", y: "y", stroke: MUTED, strokeWidth: 3 }),
  ];
}

function pointMarks(plot: PlotModule, { scaling, points }: Line, lang: Lang): Mark[] {
  const { color, symbol } = styleOf(scaling.backend);
  const within = points.filter((point) => !point.oversubscribed);
  const beyond = points.filter((point) => point.oversubscribed);
  const value = (point: Point): number => point.absolute.value;
  const intervals = points.flatMap(({ workers, absolute }) =>
    absolute.interval === null ? [] : [{ workers, ...absolute.interval }],
  );
  return [
    plot.line(within, { x: "workers", y: value, stroke: color, strokeWidth: 2.2 }),
    plot.line([...within.slice(-1), ...beyond], {
      x: "workers",
      y: value,
      stroke: color,
      strokeWidth: 1.8,
      strokeDasharray: "3 3",
    }),
    plot.ruleX(intervals, {
      x: "workers",
      y1: "low",
      y2: "high",
      stroke: INK,
      strokeWidth: 1.2,
      marker: "tick",
    }),
    plot.dot(within, { x: "workers", y: value, symbol, r: 4.5, fill: color, stroke: INK, strokeWidth: 0.8 }),
    plot.dot(beyond, {
      x: "workers",
      y: value,
      symbol,
      r: 4.5,
      fill: "#ffffff",
      stroke: color,
      strokeWidth: 2,
    }),
    plot.text(points, {
      x: "workers",
      y: (point: Point) => point.absolute.interval?.low ?? point.absolute.value,
      text: (point: Point) => formatFixed(point.absolute.value, 2, lang),
      dy: 14,
      fontSize: 11,
      stroke: "#ffffff",
      strokeWidth: 3,
      fill: INK,
    }),
  ];
}
