import { writeWholeFile } from "../io/outputFile";
import type { Quicklook } from "../pipeline/quicklook";
import type { DataFrame } from "../report/dataFrame";
import type { Drawing, Missing } from "../report/drawing";
import { escapeXml } from "../report/escapeXml";
import type { Lang } from "../report/language";

/** A frame as an HTML table with a caption; numbers with at most four decimals. */
export function frameHtml(frame: DataFrame, caption: string): string {
  const cell = (value: unknown): string =>
    typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
  const head = frame.columns.map((name: string) => `<th scope="col">${escapeXml(name)}</th>`).join("");
  const body = (frame.values as unknown[][])
    .map((row) => `<tr>${row.map((value) => `<td>${escapeXml(cell(value))}</td>`).join("")}</tr>`)
    .join("\n");
  return [
    `<table class="dataframe"><caption>${escapeXml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead><tbody>`,
    body,
    "</tbody></table>",
  ].join("\n");
}

/** A bar of progress, for `newDisplay().html()`. */
export function progressHtml(done: number, total: number, label: string): string {
  const percent = total === 0 ? 0 : Math.round((100 * done) / total);
  const bar = `<progress value="${done}" max="${total}" aria-label="${escapeXml(label)}"></progress>`;
  return `<p>${bar} ${percent} % (${done} / ${total}) ${escapeXml(label)}</p>`;
}

/** A quicklook as a figure; `alt` says what there is to see. */
export function quicklookHtml(quicklook: Quicklook, alt: string): string {
  const uri = `data:image/png;base64,${Buffer.from(quicklook.png).toString("base64")}`;
  return `<figure><img src="${uri}" alt="${escapeXml(alt)}"><figcaption>${escapeXml(quicklook.description)}</figcaption></figure>`;
}

/** A drawing as a figure with its caption, or the reason why there is none. */
export function drawingHtml(drawing: Drawing | Missing, lang: Lang = "es"): string {
  if (drawing.kind === "missing") return `<p class="missing">${escapeXml(drawing.reason[lang])}</p>`;
  return `<figure>${drawing.svg}<figcaption>${escapeXml(drawing.caption)}</figcaption></figure>`;
}

/** Writes a text file whole; nothing when no path is named. */
export function writeText(path: string | null, text: string): void {
  if (path !== null) writeWholeFile(path, text);
}
