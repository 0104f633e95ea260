import { inspect } from "node:util";
import type { Quicklook } from "../pipeline/picture";
import { DISPLAY, escapeXml } from "../report/html";

/** What Jupyter is given to draw one value: a text a MIME type, the richest that the reader knows is drawn. */
export type MimeBundle = Readonly<Record<string, string>>;

/** What draws itself as the last value of a cell. */
interface Displayed {
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/**
 * How a value is shown as the last one of a cell: its own drawing, else a danfo frame or series as a table, a quicklook
 * with its bar of colours, an element (such as `Plot.plot` makes) as it is, else text.
 * @param value anything
 * @returns the bundle; `text/plain` is always in it, but for what draws itself
 */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  if (drawsItself(value)) return value[DISPLAY]();
  if (isFrame(value)) {
    const [rows, columns] = [value.values.length, value.columns.length];
    return { "text/plain": `${rows} x ${columns}`, "text/html": frameHtml(value) };
  }
  if (isPicture(value)) return { "text/plain": describePicture(value), "text/html": pictureHtml(value) };
  const element = (value as { readonly outerHTML?: unknown } | null)?.outerHTML;
  if (typeof element === "string") {
    // Jupyter's own style gives a drawing no room to be wider than the page.
    return { "text/plain": "(dibujo)", "text/html": `<div style="overflow-x:auto">${element}</div>` };
  }
  return { "text/plain": typeof value === "string" ? value : inspect(value) };
}

function drawsItself(value: unknown): value is Displayed {
  return typeof (value as Partial<Displayed> | null)?.[DISPLAY] === "function";
}

/** What a danfo frame has; a series has one column. */
interface Frame {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
}

/** By its shape and not by its class: a notebook may have a danfo of its own. */
function isFrame(value: unknown): value is Frame {
  const frame = value as (Partial<Frame> & { readonly print?: unknown }) | null;
  return (
    typeof frame?.print === "function" &&
    Array.isArray(frame.columns) &&
    Array.isArray(frame.index) &&
    Array.isArray(frame.values)
  );
}

const SHOWN_ROWS = 10;

/** The first ten rows of a frame, every column in a box that scrolls, and how many rows there are. */
function frameHtml({ columns, index, values }: Frame): string {
  const rows = values.slice(0, SHOWN_ROWS).map((row) => (Array.isArray(row) ? row : [row]) as unknown[]);
  const isNumeric = columns.map((_, i) => rows.every((row) => typeof row[i] === "number"));
  // Numbers of rows say nothing; names, as describe() gives, do.
  const names = index.some((name) => typeof name === "string") ? index.slice(0, SHOWN_ROWS) : null;
  const align = (i: number): string => ` style="text-align:${isNumeric[i] ? "right" : "left"}"`;
  const head = columns.map((name, i) => `<th scope="col"${align(i)}>${escapeXml(name)}</th>`).join("");
  const body = rows.map((row, at) => {
    const name = names === null ? "" : `<th scope="row">${escapeXml(String(names[at]))}</th>`;
    const cells = row.map((value, i) => `<td${align(i)}>${escapeXml(formatCell(value))}</td>`);
    return `<tr>${name}${cells.join("")}</tr>`;
  });
  const corner = names === null ? "" : "<td></td>";
  const shown =
    values.length > SHOWN_ROWS ? `${SHOWN_ROWS} de ${values.length} filas` : count(values.length, "fila");
  return [
    `<div class="frame" style="overflow-x:auto" role="group" tabindex="0" aria-label="tabla">`,
    `<table class="dataframe"><thead><tr>${corner}${head}</tr></thead><tbody>`,
    ...body,
    `</tbody></table></div><p class="rows">${shown}, ${count(columns.length, "columna")}</p>`,
  ].join("\n");
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

const FEW_DIGITS = { maximumSignificantDigits: 4, useGrouping: false } as const;
/** Four digits, and never less than the whole part. */
const PLAIN: Intl.NumberFormat = new Intl.NumberFormat("es", {
  ...FEW_DIGITS,
  maximumFractionDigits: 0,
  roundingPriority: "morePrecision",
} as Intl.NumberFormatOptions);
const SCIENTIFIC: Intl.NumberFormat = new Intl.NumberFormat("es", { ...FEW_DIGITS, notation: "scientific" });

function formatCell(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (typeof value === "boolean") return value ? "sí" : "no";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-4 || size >= 1e9 ? SCIENTIFIC.format(value) : PLAIN.format(value);
}

function isPicture(value: unknown): value is Quicklook {
  const picture = value as Partial<Quicklook> | null;
  return picture?.png instanceof Uint8Array && Array.isArray(picture.colourStops);
}

const describePicture = ({ box, stretch }: Quicklook): string =>
  `Intensidad media en cajas de ${box.azimuth} × ${box.range} píxeles, de ${DECIBELS.format(stretch.low)} a ${DECIBELS.format(stretch.high)} dB (sin calibrar)`;

const DECIBELS: Intl.NumberFormat = new Intl.NumberFormat("es", { maximumFractionDigits: 1 });

/** The picture with what its colours stand for. */
function pictureHtml(picture: Quicklook): string {
  const { png, stretch, colourStops, plane } = picture;
  const uri = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  const text = escapeXml(describePicture(picture));
  const width = `width:${plane.shape.range}px;max-width:100%`;
  const bar = `height:0.8em;border:1px solid;background:linear-gradient(to right,${colourStops.join(",")})`;
  return [
    `<figure style="margin:0;${width}"><img src="${uri}" alt="${text}" style="${width}">`,
    `<div style="${bar}"></div>`,
    `<div style="display:flex;justify-content:space-between"><span>${DECIBELS.format(stretch.low)} dB</span>`,
    `<span>${DECIBELS.format(stretch.high)} dB</span></div><figcaption>${text}</figcaption></figure>`,
  ].join("\n");
}
