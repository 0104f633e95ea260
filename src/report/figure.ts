import { loadToolkit } from "./draw";
import { escapeXml } from "./escapeXml";
import type { Chart, PlotModule, PlotOptions } from "./plots/plot";
import { renderPng } from "./png";
import type { ReportData } from "./reportData";
import { textWidth, wrapText } from "./textWidth";
import type { Words } from "./words/words";

/** Drawn for a column of text and for a telephone; the page shows the one that fits. */
const WIDTHS = { wide: 720, phone: 358 } as const;
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
 */
export function chartHtml(chart: Chart, report: ReportData, words: Words): string {
  const rows = chart.rows(report);
  const claim = chart.claim(report, words);
  if (rows.length === 0) return `<p id="${chart.id}" class="missing">${escapeXml(claim)}</p>`;
  const [wide, phone] = (["wide", "phone"] as const).map((place) => {
    const figure = makeFigure(chart, rows, claim, words, WIDTHS[place], `${chart.id}-${place}`);
    const name = escapeXml(`${figure.title}. ${figure.subtitle}`);
    return {
      ...figure,
      svg: figure.svg.replace("<svg ", `<svg class="${place}" role="img" aria-label="${name}" `),
    };
  }) as [Figure, Figure];
  const { title, subtitle, note, swatches } = wide;
  const keys = swatches.map(
    ({ color, label }) => `<li><i style="background:${color}"></i>${escapeXml(label)}</li>`,
  );
  return [
    `<figure id="${chart.id}" class="chart">`,
    `<h3>${escapeXml(title)}</h3>`,
    `<p class="subtitle">${escapeXml(subtitle)}</p>`,
    keys.length === 0 ? "" : `<ul class="keys">${keys.join("")}</ul>`,
    wide.svg,
    phone.svg,
    `<figcaption><p>${escapeXml(note)}</p>`,
    `<details><summary>${words.howToRead}</summary><p>${escapeXml(chart.reading(words))}</p></details></figcaption>`,
    "</figure>",
  ].join("\n");
}

/** The same figure as Plot itself makes it, an element: the last value of a cell, to be changed there. */
export function chartElement(
  chart: Chart,
  report: ReportData,
  words: Words,
  {
    plot,
    document,
    width = 640,
  }: { readonly plot: PlotModule; readonly document: Document; readonly width?: number },
): Element {
  const rows = chart.rows(report);
  const title = chart.claim(report, words);
  const options = rows.length === 0 ? { marks: [], height: 0 } : chart.plot(rows, { plot, width }, words);
  return plot.plot({ ...options, title, document } as PlotOptions);
}

/** The same figure as a picture that travels alone, two pixels a CSS pixel, on white; null without rows. */
export function chartPng(chart: Chart, report: ReportData, words: Words, width = 760): Uint8Array | null {
  const rows = chart.rows(report);
  if (rows.length === 0) return null;
  const inner = width - 2 * MARGIN;
  return renderPng(
    standalone(makeFigure(chart, rows, chart.claim(report, words), words, inner, chart.id), width),
  );
}

function makeFigure(
  chart: Chart,
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
    svg: roundNumbers(numberIds(serialise(node), prefix)),
    width,
    height: Number(node.getAttribute("height")),
  };
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
.chart .subtitle, .chart figcaption { margin: 0 0 .6rem; font-size: .86rem; line-height: 1.45; opacity: .8; }
.chart figcaption p { margin: .3rem 0; max-width: 42rem; }
.chart .keys { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 0 0 .6rem; padding: 0; list-style: none; font-size: .84rem; }
.chart .keys i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; print-color-adjust: exact; }
.chart svg { display: block; width: 100%; height: auto; font-family: inherit; }
.chart svg.phone { display: none; }
@container (max-width: 519px) { .chart svg.wide { display: none; } .chart svg.phone { display: block; } }
@media print { .chart { break-inside: avoid; } }
`;
