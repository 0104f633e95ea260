import { dirname, join } from "node:path";
import { cleanXml, escapeXml } from "./html";
import type { Chart, PlotModule, PlotOptions } from "./plots/plot";
import { textWidth, wrapText } from "./plots/plot";
import type { ReportData } from "./reportData";
import type { Words } from "./words/words";

/** Drawn for a column of text and for a telephone; the page shows the one that fits. */
const WIDTHS = { wide: 720, phone: 358, small: 420 } as const;
const MARGIN = 20;

/** A key of a figure: the colour of an area or a line and what it stands for. */
interface Swatch {
  readonly color: string;
  readonly label: string;
}

/** A chart with its words, ready to be drawn at any width. */
interface Figure {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly note: string;
  readonly swatches: readonly Swatch[];
  /** The drawing alone, as text of an SVG element of which nothing is named for readers of screens. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/**
 * A figure as HTML for a page that holds FIGURE_CSS: title, subtitle, keys, the drawing at two widths, note and how to
 * read it. It needs no script. Without rows it is a sentence that says what is missing.
 * @param titled false where its claim stands above already
 * @param small one drawing alone, for a fold
 */
export function chartHtml(
  chart: Chart,
  report: ReportData,
  words: Words,
  { titled = true, small = false }: { readonly titled?: boolean; readonly small?: boolean } = {},
): string {
  const rows = chart.rows(report);
  const claim = chart.claim(report, words);
  if (rows.length === 0) return `<p id="fig-${idOf(chart)}" class="missing">${escapeXml(claim)}</p>`;
  const places: readonly (keyof typeof WIDTHS)[] = small ? ["small"] : ["wide", "phone"];
  const drawn = places.map((place) =>
    makeFigure(chart, rows, claim, words, WIDTHS[place], `${idOf(chart)}-${place}`),
  );
  const { title, subtitle, note, swatches } = drawn[0]!;
  const name = escapeXml(`${title}. ${subtitle}`);
  const keys = swatches.map(
    ({ color, label }) => `<li><i style="background:${color}"></i>${escapeXml(label)}</li>`,
  );
  return [
    `<figure id="fig-${idOf(chart)}" class="chart">`,
    titled ? `<h3>${escapeXml(title)}</h3>` : "",
    `<p class="subtitle">${escapeXml(subtitle)}</p>`,
    keys.length === 0 ? "" : `<ul class="keys">${keys.join("")}</ul>`,
    ...drawn.map(({ svg }, i) =>
      // A function: `$'` in a name means something in a replacement text.
      svg.replace("<svg ", () => `<svg class="${places[i]}" role="img" aria-label="${name}" `),
    ),
    `<figcaption><p>${escapeXml(note)}</p>`,
    `<details><summary>${words.howToRead}</summary><p>${escapeXml(chart.reading(words))}</p></details></figcaption>`,
    "</figure>",
  ].join("\n");
}

/** Its id as attributes and references hold it: a timeline is called by a label, which may be any text. */
function idOf({ id }: Pick<Chart, "id">): string {
  return id.replace(/[^\w.-]/g, (character) => `-${character.charCodeAt(0).toString(16)}`);
}

/** The same figure as Plot itself makes it, an element: the last value of a cell. @param width CSS pixels */
export function chartElement(chart: Chart, report: ReportData, words: Words, width = 640): Element {
  const { plot, document } = loadToolkit();
  const rows = chart.rows(report);
  const title = chart.claim(report, words);
  const options = rows.length === 0 ? { marks: [], height: 0 } : chart.plot(rows, { plot, width }, words);
  return plot.plot({ ...options, title, document } as PlotOptions);
}

/** The same figure as a picture that travels alone, on white: an SVG and a PNG of two pixels a CSS pixel; null without rows. */
export function chartFiles<Source>(
  chart: Chart<unknown, Source>,
  source: Source,
  words: Words,
  width = 760,
): { readonly svg: string; readonly png: Uint8Array } | null {
  const rows = chart.rows(source);
  if (rows.length === 0) return null;
  const inner = width - 2 * MARGIN;
  const svg = standalone(
    makeFigure(chart, rows, chart.claim(source, words), words, inner, idOf(chart)),
    width,
  );
  return { svg, png: renderPng(svg) };
}

function makeFigure(
  chart: Pick<Chart, "id" | "plot">,
  rows: readonly unknown[],
  title: string,
  words: Words,
  width: number,
  prefix: string,
): Figure {
  const { plot, document, serialise } = loadToolkit();
  const { subtitle, caption, color, ...options } = chart.plot(rows, { plot, width }, words);
  const { legend: _, ...scale } = color ?? {};
  const node = plot.plot({
    ...options,
    color: scale,
    document,
    figure: false,
  } as PlotOptions) as unknown as Element;
  for (const style of node.querySelectorAll("style")) style.remove();
  for (const element of [node, ...node.querySelectorAll("*")])
    for (const name of ["aria-label", "aria-description", "aria-hidden", "class"])
      element.removeAttribute(name);
  const format = (color?.tickFormat ?? String) as (value: unknown) => string;
  return {
    id: chart.id,
    title,
    subtitle: String(subtitle ?? ""),
    note: String(caption ?? ""),
    swatches: color?.legend
      ? [...(color.domain ?? [])].map((value, i) => ({
          color: String([...(color.range as Iterable<unknown>)][i]),
          label: format(value),
        }))
      : [],
    svg: roundNumbers(numberIds(cleanXml(serialise(node)), prefix)),
    width,
    height: Number(node.getAttribute("height")),
  };
}

/** Pictures are made for dense screens. */
const SCALE = 2;

/**
 * A standalone SVG as PNG bytes, two pixels a CSS pixel, on its own ground.
 * Text is set in DejaVu Sans from its package: no font of the machine enters, so that pictures are the same anywhere.
 */
function renderPng(svg: string): Uint8Array {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  const fonts = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) => join(fonts, name)),
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return image.render().asPng();
}

interface Toolkit {
  readonly plot: PlotModule;
  readonly document: Document;
  serialise(node: Node): string;
}

let toolkit: Toolkit | null = null;

function loadToolkit(): Toolkit {
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

/** One SVG with its words as text, in colours of its own: what a renderer without style sheets can draw. */
function standalone(figure: Figure, width: number): string {
  const inner = width - 2 * MARGIN;
  let y = MARGIN;
  const write = (text: string, size: number, attributes: string, bold = false): string =>
    wrapText(text, inner * (bold ? 0.88 : 1), size)
      .map((line) => {
        y += size * 1.3;
        return `<text x="${MARGIN}" y="${y}" font-size="${size}" ${attributes}>${escapeXml(line)}</text>`;
      })
      .join("");
  const title = write(figure.title, 18, 'font-weight="bold"', true);
  y += 3;
  const subtitle = write(figure.subtitle, 12.5, 'fill-opacity="0.75"');
  let x = MARGIN;
  if (figure.swatches.length > 0) y += 24;
  const keys = figure.swatches.map(({ color, label }) => {
    const needed = 18 + textWidth(label, 12) + 16;
    if (x + needed > width - MARGIN) [x, y] = [MARGIN, y + 19];
    const key = `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${color}"/><text x="${x + 18}" y="${y}">${escapeXml(label)}</text>`;
    x += needed;
    return key;
  });
  y += 14;
  const drawing = figure.svg.replace("<svg ", `<svg x="${MARGIN}" y="${y}" overflow="visible" `);
  y += figure.height + 4;
  const note = write(figure.note, 11.5, 'fill-opacity="0.75"');
  const height = Math.ceil(y + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ' font-family="DejaVu Sans" font-size="12" fill="#1c2430" color="#1c2430">',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    title,
    subtitle,
    ...keys,
    drawing,
    note,
    "</svg>",
  ]
    .join("\n")
    .replace(/var\(--[\w-]+, ?(?:var\(--[\w-]+, ?)?(#\w+)\)+/g, "$1");
}

/** Plot numbers markers and clips over the life of the process: they are numbered by drawing instead. */
function numberIds(svg: string, prefix: string): string {
  const names = new Map<string, string>();
  return svg.replace(/plot-(?:marker|clip)-\d+/g, (id) => {
    if (!names.has(id)) names.set(id, `${prefix}-${names.size + 1}`);
    return names.get(id)!;
  });
}

/** Hundredths of a pixel are enough, and keep the last bits of arithmetic out of the text. */
function roundNumbers(svg: string): string {
  return svg.replace(/<[^>]*>/g, (tag) =>
    tag.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (text) => String(Number(Number(text).toFixed(2)))),
  );
}

/** What a page needs for `chartHtml`; its colours are those of the reader's theme, and of paper in print. */
export const FIGURE_CSS = `
.chart { margin: 1.6rem 0; container-type: inline-size; }
.chart h3 { margin: 0 0 .25rem; font-size: 1.12rem; line-height: 1.25; text-wrap: balance; }
.chart .subtitle, .chart figcaption { margin: 0 0 .6rem; font-size: .86rem; line-height: 1.45; color: color-mix(in srgb, currentColor 78%, transparent); }
.chart figcaption p { margin: .3rem 0; max-width: 42rem; }
.chart .keys { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 0 0 .6rem; padding: 0; list-style: none; font-size: .84rem; }
.chart .keys i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; print-color-adjust: exact; }
.chart svg { display: block; width: 100%; height: auto; font-family: inherit; }
.chart svg.phone { display: none; }
.chart svg.small { max-width: 32rem; }
@container (max-width: 519px) { .chart svg.wide { display: none; } .chart svg.phone { display: block; } }

`;
