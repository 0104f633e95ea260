import { PIECES, type Piece } from "../findings/criticalPath";
import type { Words } from "../words/words";
import { type DrawingContext, isNarrow, type PlotOptions, pieceColor, pieceInk, textWidth } from "./plot";

/** A part of a bar, between two values of x. */
export interface BarPart {
  readonly label: string;
  readonly piece: Piece | "whole";
  readonly from: number;
  readonly to: number;
}

/** What a list of bars is written with. */
export interface BarText {
  readonly label: string;
  /** At the right end of the row. */
  readonly text: string;
}

type Marks = NonNullable<PlotOptions["marks"]>;

/** A list of bars: names at the left and values at the right, or, where that is too wide, both above each bar. */
export interface BarList {
  /** Sizes, margins and scales. */
  readonly options: PlotOptions;
  /** Channels and insets of anything as high as a bar. */
  readonly bar: { readonly y: string; readonly insetTop: number; readonly insetBottom: number };
  /** Grid and axis, to be drawn first. */
  readonly ground: Marks;
  /** Names and values. */
  readonly texts: Marks;
  /** A band behind the rows of these labels, as wide as the drawing. */
  band(labels: readonly string[]): Marks;
  /** The parts of the bars, with their words where these fit. */
  parts<Part extends BarPart>(parts: readonly Part[], title?: (part: Part, name: string) => string): Marks;
  /** Thin lines below the bars; one that goes on past the drawing has no tick there. */
  intervals(rows: readonly { readonly label: string; readonly low: number; readonly high: number }[]): Marks;
}

const FONT_SIZE = 12.5;
const WORD_SIZE = 11.5;

/** @param last the largest value of x @param unit of x */
export function barList(
  context: DrawingContext,
  rows: readonly BarText[],
  { last, unit }: { readonly last: number; readonly unit: string },
  words: Words,
): BarList {
  const { plot, width } = context;
  const narrow = isNarrow(context);
  const room = (texts: readonly string[]): number =>
    Math.max(...texts.map((text) => 1.08 * textWidth(text, FONT_SIZE)));
  const marginLeft = narrow ? 4 : room(rows.map((row) => row.label)) + 14;
  const marginRight = narrow ? 10 : room(rows.map((row) => row.text)) + 18;
  const pixels = (width - marginLeft - marginRight) / last;
  const step = narrow ? 46 : 30;
  const bar = { y: "label", insetTop: narrow ? 20 : 4, insetBottom: 9 };
  const middle = (bar.insetTop - bar.insetBottom) / 2;
  const name = { y: "label", fontSize: FONT_SIZE, dy: narrow ? -13 : middle };
  const ticks = narrow ? 4 : 6;
  return {
    options: {
      width,
      height: rows.length * step + 24,
      marginLeft,
      marginRight,
      marginTop: 2,
      marginBottom: 22,
      style: { fontSize: "12px", overflow: "visible" },
      x: { domain: [0, last], clamp: true },
      y: { domain: rows.map((row) => row.label), axis: null, padding: 0 },
    },
    bar,
    ground: [
      plot.gridX({ ticks, strokeOpacity: 0.15 }),
      plot.axisX({
        ticks,
        tickSize: 0,
        label: null,
        tickFormat: (value: number) => words.tick(value, unit),
      }),
    ],
    texts: [
      plot.text(rows, {
        ...name,
        text: "label",
        frameAnchor: "left",
        textAnchor: narrow ? "start" : "end",
        dx: narrow ? 0 : -8,
      }),
      plot.text(rows, {
        ...name,
        text: "text",
        frameAnchor: "right",
        textAnchor: "end",
        dx: marginRight - 8,
      }),
    ],
    band: (labels) => [
      plot.barX(labels, {
        x1: 0,
        x2: last,
        y: (label: string) => label,
        insetLeft: -marginLeft,
        insetRight: -marginRight,
        fill: "currentColor",
        fillOpacity: 0.09,
      }),
    ],
    parts: (parts, title) => {
      const nameOf = ({ piece }: BarPart): string =>
        piece === "whole" ? words.noDetail : words.pieces[piece];
      const isLarge = (part: BarPart): boolean =>
        textWidth(nameOf(part), WORD_SIZE) + 10 < (Math.min(part.to, last) - part.from) * pixels;
      // A mark a piece: what its bars have alike is written once.
      return [
        ...[...new Set(parts.map(({ piece }) => piece))].map((piece) =>
          plot.barX(
            parts.filter((part) => part.piece === piece),
            {
              ...bar,
              x1: "from",
              x2: "to",
              ...(piece === "whole"
                ? { fill: "currentColor", fillOpacity: 0.15, stroke: "currentColor" }
                : { fill: pieceColor(piece) }),
              ...(title === undefined ? {} : { insetRight: 0.7, title: (part) => title(part, nameOf(part)) }),
            },
          ),
        ),
        plot.text(parts.filter(isLarge), {
          x: ({ from, to }) => (from + Math.min(to, last)) / 2,
          y: "label",
          text: nameOf,
          dy: middle,
          fontSize: WORD_SIZE,
          fill: ({ piece }: BarPart) => (piece === "whole" ? "currentColor" : pieceInk(piece)),
        }),
      ];
    },
    intervals: (intervals) => {
      const below = { y: "label", x1: "low", x2: "high", dy: step / 2 - 5, strokeWidth: 1.3 } as const;
      const known = intervals.filter(({ low, high }) => low < high);
      return [
        plot.ruleY(
          known.filter(({ high }) => high <= last),
          { ...below, marker: "tick" },
        ),
        plot.ruleY(
          known.filter(({ high }) => high > last),
          { ...below, markerStart: "tick" },
        ),
      ];
    },
  };
}

/** The colour scale of the pieces that are drawn, with its legend. */
export function pieceScale(
  parts: readonly Pick<BarPart, "piece">[],
  words: Words,
): NonNullable<PlotOptions["color"]> {
  const drawn = PIECES.filter((piece) => parts.some((part) => part.piece === piece));
  return {
    legend: true,
    type: "categorical",
    domain: drawn,
    range: drawn.map(pieceColor),
    tickFormat: (piece: Piece) => words.pieces[piece],
  };
}
