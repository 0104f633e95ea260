import type { Drawing } from "./drawing";
import { escapeXml } from "./escapeXml";
import { drawLegend, type LegendItem } from "./legend";
import { textWidth, wrapText } from "./textWidth";

/** Observable Plot, as charts are handed it: nothing else loads it. */
export type PlotModule = typeof import("@observablehq/plot", { with: { "resolution-mode": "import" }});
type PlotOptions = import("@observablehq/plot", { with: { "resolution-mode": "import" }}).PlotOptions;
export type Mark = import("@observablehq/plot", { with: { "resolution-mode": "import" }}).Markish;

/** A coordinate system of a figure, with its place below title and legend. Its options carry width and height. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  readonly options: PlotOptions & { readonly width: number; readonly height: number };
}

/** What a chart gives to be drawn. */
interface Figure extends Pick<Drawing, "id" | "title" | "alt" | "caption"> {
  /** One line under the title. */
  readonly subtitle?: string;
  readonly width: number;
  readonly legend: readonly LegendItem[];
  /** Patterns and other definitions, their ids unique to the figure. */
  readonly definitions?: readonly string[];
  panels(plot: PlotModule): readonly Panel[];
}

/** A font that stands in the PNG too, and others of its width where a browser lacks it. */
const FONTS = "DejaVu Sans, Verdana, Geneva, sans-serif";
export const INK = "#1a1a1a";
export const MUTED = "#555555";
export const GRID = "#d9d9d9";
const MARGIN = 16;
/** Width of the charts of the informe, and of what stands between their margins. */
export const FIGURE_WIDTH = 920;
export const INNER_WIDTH: number = FIGURE_WIDTH - 2 * MARGIN;
const TITLE_SIZE = 17;
const SUBTITLE_SIZE = 12;

interface Toolkit {
  readonly plot: PlotModule;
  readonly document: Document;
  serialise(node: Node): string;
}

let toolkit: Toolkit | null = null;

export function loadToolkit(): Toolkit {
  if (toolkit !== null) return toolkit;
  const { JSDOM } = require("jsdom") as typeof import("jsdom");
  const { window } = new JSDOM("");
  const serialiser = new window.XMLSerializer();
  toolkit = {
    plot: require("@observablehq/plot") as PlotModule,
    document: window.document,
    serialise: (node) => serialiser.serializeToString(node),
  };
  return toolkit;
}

/** Draws a figure. Equal figures give equal text, whatever was drawn before in this process. */
export function draw(figure: Figure): Drawing {
  const { plot, document, serialise } = loadToolkit();
  const inner = figure.width - 2 * MARGIN;
  const title = wrapText(figure.title, inner * 0.95, TITLE_SIZE);
  const subtitle = figure.subtitle === undefined ? [] : wrapText(figure.subtitle, inner, SUBTITLE_SIZE);
  let y = MARGIN + title.length * 21;
  const head = [
    ...lines(
      title,
      MARGIN,
      MARGIN + TITLE_SIZE - 2,
      21,
      `font-size="${TITLE_SIZE}" font-weight="bold" fill="${INK}"`,
    ),
    ...lines(subtitle, MARGIN, y + SUBTITLE_SIZE, 16, `font-size="${SUBTITLE_SIZE}" fill="${MUTED}"`),
  ];
  y += subtitle.length * 16 + 8;
  const legend = drawLegend(figure.legend, MARGIN, y, inner);
  y += legend.height + (legend.height > 0 ? 6 : 0);

  const panels = figure.panels(plot);
  const bodies = panels.map((panel) => {
    const node = plot.plot({ ...panel.options, document, figure: false } as PlotOptions);
    return placePanel(node as unknown as Element, panel.x + MARGIN, panel.y + y, serialise);
  });
  const height = y + Math.max(0, ...panels.map((panel) => panel.y + panel.options.height)) + MARGIN / 2;
  const definitions = figure.definitions ?? [];
  const body = numberIds([...head, legend.svg, ...bodies].join("\n"), figure.id);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeXml(`${figure.title}. ${figure.alt}`)}"`,
    ` width="${figure.width}" height="${height}" viewBox="0 0 ${figure.width} ${height}"`,
    ` font-family="${FONTS}" font-size="12" fill="${INK}" color="${INK}">`,
    definitions.length === 0 ? "" : `<defs>${definitions.join("")}</defs>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>\n`,
    body,
    "\n</svg>\n",
  ].join("");
  const { id, alt, caption } = figure;
  return { kind: "drawing", id, title: figure.title, svg, width: figure.width, height, alt, caption };
}

/** The same picture with its caption below, for a file that travels alone. */
export function withCaption(drawing: Drawing): Drawing {
  const size = 11;
  const text = wrapText(drawing.caption, drawing.width - 2 * MARGIN, size);
  const height = drawing.height + text.length * 15 + MARGIN;
  const foot = lines(text, MARGIN, drawing.height + size, 15, `font-size="${size}" fill="${MUTED}"`).join(
    "\n",
  );
  const svg = drawing.svg
    .replace(
      / height="[\d.]+" viewBox="[^"]*"/,
      ` height="${height}" viewBox="0 0 ${drawing.width} ${height}"`,
    )
    .replace(/\n<\/svg>\n$/, () => `\n${foot}\n</svg>\n`);
  return { ...drawing, svg, height };
}

/** Room a label needs to the left of an axis. */
export function labelMargin(labels: readonly string[], fontSize = 12): number {
  return Math.ceil(Math.max(0, ...labels.map((label) => textWidth(label, fontSize)))) + 20;
}

/** Plot names its groups for screen readers one by one; the figure as a whole has one name instead. */
function placePanel(node: Element, x: number, y: number, serialise: (node: Node) => string): string {
  for (const style of node.querySelectorAll("style")) style.remove();
  for (const element of [node, ...node.querySelectorAll("*")]) {
    for (const name of ["aria-label", "aria-description", "aria-hidden", "class"])
      element.removeAttribute(name);
  }
  for (const name of ["font-family", "font-size", "fill"]) node.removeAttribute(name);
  node.setAttribute("x", String(x));
  node.setAttribute("y", String(y));
  node.setAttribute("overflow", "visible");
  return roundNumbers(serialise(node));
}

/** Plot numbers markers and clips over the life of the process: they are numbered by figure instead. */
function numberIds(svg: string, figureId: string): string {
  const names = new Map<string, string>();
  return svg.replace(/plot-(?:marker|clip)-\d+/g, (id) => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = `${figureId}-${names.size + 1}`;
    names.set(id, name);
    return name;
  });
}

/** Hundredths of a pixel are enough, and keep the last bits of arithmetic out of the text. */
function roundNumbers(svg: string): string {
  return svg.replace(/<[^>]*>/g, (tag) =>
    tag.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (text) => String(Number(Number(text).toFixed(2)))),
  );
}

function lines(texts: readonly string[], x: number, y: number, pitch: number, attributes: string): string[] {
  return texts.map(
    (text, i) => `<text x="${x}" y="${y + i * pitch}" ${attributes}>${escapeXml(text)}</text>`,
  );
}
