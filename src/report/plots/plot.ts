import type { Piece } from "../findings/criticalPath";
import type { ReportData } from "../reportData";
import type { Words } from "../words/words";

/** Observable Plot as charts are handed it: nothing here loads it. */
export type PlotModule = typeof import("@observablehq/plot", { with: { "resolution-mode": "import" }});
export type PlotOptions = import("@observablehq/plot", { with: { "resolution-mode": "import" }}).PlotOptions;

/**
 * A figure as plain rows and Plot options: no document, no package. `plot.plot({ document, ...options })`
 * draws it anywhere; `chartHtml`, `chartElement` and `chartPng` do so for a page, a notebook and a file.
 */
export interface Chart<Row = unknown, Source = ReportData> {
  /** Also the name of its files. */
  readonly id: string;
  /** What is drawn, as one frame or CSV; unknown numbers are NaN. Empty where the records do not allow the figure. */
  rows(source: Source): readonly Row[];
  /** The title, at most 15 words that say what the figure shows; without rows, what is missing. */
  claim(source: Source, words: Words): string;
  /** How to read it, for those who ask. */
  reading(words: Words): string;
  /** @param rows at least one. The options hold `subtitle` (measure, data, condition) and `caption` (at most 20 words). */
  plot(rows: readonly Row[], context: DrawingContext, words: Words): PlotOptions;
}

export interface DrawingContext {
  readonly plot: PlotModule;
  /** CSS pixels. */
  readonly width: number;
}

/** Below this width names stand above their bars. */
const NARROW = 520;

export function isNarrow({ width }: DrawingContext): boolean {
  return width < NARROW;
}

/**
 * Areas have a contrast of 3:1 to white and to a dark page alike, and differ by 0.1 in OKLab for each kind of colour
 * blindness (Machado 2009); a page may set others by the variables.
 */
const PIECE_COLORS: Readonly<Record<Piece, readonly [area: string, ink: string]>> = {
  start: ["#965d0e", "#ffffff"],
  read: ["#326cca", "#ffffff"],
  move: ["#c87ba5", "#000000"],
  compute: ["#36a917", "#000000"],
  wait: ["#656667", "#ffffff"],
  write: ["#9781f5", "#000000"],
};

export function pieceColor(piece: Piece): string {
  return `var(--pila-${piece}, ${PIECE_COLORS[piece][0]})`;
}

/** Of words that stand on a piece. */
export function pieceInk(piece: Piece): string {
  return `var(--pila-on-${piece}, ${PIECE_COLORS[piece][1]})`;
}

/** Mean advance of DejaVu Sans over the letters, digits and marks of labels, in ems. */
const MEAN_ADVANCE = 0.58;
const BOLD_ADVANCE = 0.66;

/** Width of a label in pixels, good to about a tenth: layout must work before anything is drawn. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  return [...text].length * fontSize * (bold ? BOLD_ADVANCE : MEAN_ADVANCE);
}

/** Breaks words into lines of at most `width` pixels; a longer word keeps a line of its own. */
export function wrapText(text: string, width: number, fontSize: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
