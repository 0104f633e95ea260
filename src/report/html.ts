/** An object with a method of this name draws itself as the last value of a cell: it returns a bundle by MIME type. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters but for line feed and tab, and halves of characters: XML may not hold them. */
const NO_XML = /[^\P{Cc}\n\t]|\p{Cs}/gu;
const NO_CHARACTER = "\ufffd";

/** The text with a sign in the place of what XML may not hold. */
export function cleanXml(text: string): string {
  return text.replace(NO_XML, NO_CHARACTER);
}

/** Text as it stands in XML or HTML, in an element or between quotes. */
export function escapeXml(text: string): string {
  return cleanXml(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Text as it stands in a line or a cell of a table of Markdown: nothing in it is markup, a link or a line of its own. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[^\S \u00a0\u202f]+/g, " ")
    .replace(NO_XML, NO_CHARACTER)
    .replace(/[\\`*_{}[\]<>|#~&]|:(?=\/\/)|(?<=\bwww)\./gi, "\\$&");
}

/** An element with text. @param attributes as they stand, ` class="x"` */
export function element(name: string, text: string, attributes = ""): string {
  return `<${name}${attributes === "" ? "" : ` ${attributes}`}>${escapeXml(text)}</${name}>`;
}

/** A fold: what it holds is there for those who ask, and in print. */
export function fold(summary: string, body: string, attributes = ""): string {
  return `<details${attributes === "" ? "" : ` ${attributes}`}><summary>${escapeXml(summary)}</summary>\n${body}\n</details>`;
}

export function list(items: readonly string[], attributes = ""): string {
  const rows = items.map((item) => `<li>${item}</li>`).join("");
  return items.length === 0 ? "" : `<ul${attributes === "" ? "" : ` ${attributes}`}>${rows}</ul>`;
}

/** A cell: as it is read; `faint` behind it at half contrast. */
export interface Cell {
  readonly text: string;
  readonly faint?: string;
  readonly class?: string;
}

/** A semantic table whose rows are headed by their first cell. @param numeric columns of numbers, from 0 */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  numeric: readonly number[] = [],
): string {
  const side = (i: number, own = ""): string => {
    const classes = [numeric.includes(i) ? "num" : "", own].filter((name) => name !== "").join(" ");
    return classes === "" ? "" : ` class="${classes}"`;
  };
  const head = columns.map((name, i) => `<th scope="col"${side(i)}>${escapeXml(name)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = row.map(({ text, faint, class: own }, i) => {
      const inside = escapeXml(text) + (faint === undefined ? "" : ` <small>${escapeXml(faint)}</small>`);
      return i === 0
        ? `<th scope="row"${side(i, own)}>${inside}</th>`
        : `<td${side(i, own)} data-name="${escapeXml(columns[i] ?? "")}">${inside}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table><caption>${escapeXml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
}

/** A pipe table. */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  numeric: readonly number[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [
    line(columns),
    `|${columns.map((_, i) => (numeric.includes(i) ? " ---: |" : " --- |")).join("")}`,
    ...rows.map((row) =>
      line(row.map(({ text, faint }) => (faint === undefined ? text : `${text} ${faint}`))),
    ),
  ].join("\n");
}
