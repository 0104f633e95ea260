import type { Words } from "../words/words";
import { type DrawingContext, isNarrow, type PlotOptions, textWidth } from "./plot";

/** The line that a figure is about. */
export const ACCENT = "var(--pila-accent, #d55e00)";

type Marks = NonNullable<PlotOptions["marks"]>;

/** What a line chart is drawn on: sizes and margins, with room for the name of each line at its right end. */
export interface Frame {
  readonly options: PlotOptions;
  /** Height between the margins [CSS pixels]. */
  readonly inner: number;
}

const LABEL_SIZE = 12;
const LABEL_PITCH = 15;
const MARGIN = { top: 30, bottom: 40, left: 52 } as const;

/** @param labels of the lines */
export function lineFrame(context: DrawingContext, labels: readonly string[]): Frame {
  const { width } = context;
  const height = isNarrow(context) ? 320 : 360;
  return {
    inner: height - MARGIN.top - MARGIN.bottom,
    options: {
      width,
      height,
      marginLeft: MARGIN.left,
      marginRight: Math.max(...labels.map((label) => 1.12 * textWidth(label, LABEL_SIZE))) + 14,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      style: { fontSize: "12px", overflow: "visible" },
    },
  };
}

/** Channels of marks that belong to a line: `sec` in ink, the named one in colour, all others thin. */
export function lineStyle(named: string): LineStyle {
  const isMain = ({ label }: Labelled): boolean => label === named || label === "sec";
  return {
    stroke: ({ label }) => (label === named && label !== "sec" ? ACCENT : "currentColor"),
    strokeOpacity: (one) => (isMain(one) ? 1 : 0.55),
    strokeWidth: (one) => (isMain(one) ? 2.2 : 1.2),
  };
}

interface Labelled {
  readonly label: string;
}

interface LineStyle {
  readonly stroke: (one: Labelled) => string;
  readonly strokeOpacity: (one: Labelled) => number;
  readonly strokeWidth: (one: Labelled) => number;
}

/** Channels of the points of a line, in its colour. */
export function dotStyle(named: string): {
  readonly fill: LineStyle["stroke"];
  readonly fillOpacity: LineStyle["strokeOpacity"];
  readonly r: number;
} {
  const { stroke, strokeOpacity } = lineStyle(named);
  return { fill: stroke, fillOpacity: strokeOpacity, r: 3.8 };
}

/** Grid and both axes: the values that were measured below, what is measured at the left, its name above. */
export function lineGround(
  { plot }: DrawingContext,
  x: { readonly ticks: readonly number[]; readonly label: string },
  y: { readonly ticks?: readonly number[]; readonly label: string },
  words: Words,
): Marks {
  const tickFormat = (value: number): string => words.tick(value);
  const ticks = y.ticks ?? 5;
  return [
    plot.gridY({ ticks: ticks as number, strokeOpacity: 0.15 }),
    plot.axisY({
      ticks: ticks as number,
      tickSize: 0,
      tickFormat,
      label: y.label,
      labelAnchor: "top",
      labelArrow: "none",
    }),
    plot.axisX(x.ticks, { tickSize: 4, tickFormat, label: null }),
    plot.text([x.label], { text: (label: string) => label, frameAnchor: "bottom", dy: MARGIN.bottom - 4 }),
  ];
}

/** The name of each line at its end, moved apart where they would lie on each other. */
export function labelEnds(
  { plot }: DrawingContext,
  ends: readonly { readonly label: string; readonly x: number; readonly y: number }[],
  /** Place of a value of y [CSS pixels from the top]. */
  place: (y: number) => number,
  named: string,
): Marks {
  const sorted = [...ends].sort((a, b) => place(a.y) - place(b.y));
  let free = Number.NEGATIVE_INFINITY;
  const down = sorted.map(({ y }) => {
    free = Math.max(place(y), free + LABEL_PITCH);
    return free;
  });
  return sorted.map((end, i) => {
    const isNamed = end.label === named || end.label === "sec";
    return plot.text([end], {
      x: "x",
      y: "y",
      text: "label",
      dx: 7,
      dy: down[i]! - place(end.y),
      textAnchor: "start",
      fontSize: LABEL_SIZE,
      fontWeight: isNamed ? 700 : 400,
    });
  });
}
