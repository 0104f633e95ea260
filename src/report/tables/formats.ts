import { escapeXml } from "../escapeXml";
import type { Table } from "./table";

/** A semantic table: caption, headed columns, and rows headed by their first cell. Goes into any page as it stands. */
export function toHtml(table: Table): string {
  const side = (index: number): string => (table.columns[index]!.numeric ? ' class="num"' : "");
  const head = table.columns
    .map((column, i) => `<th scope="col"${side(i)}>${escapeXml(column.name)}</th>`)
    .join("");
  const body = table.rows.map((row) => {
    const cells = row.map(({ text }, i) =>
      i === 0 ? `<th scope="row"${side(i)}>${escapeXml(text)}</th>` : `<td${side(i)}>${escapeXml(text)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return [
    `<table id="${escapeXml(table.id)}" class="pila-table">`,
    `<caption><strong>${escapeXml(table.title)}.</strong> ${escapeXml(table.caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>\n${body.join("\n")}\n</tbody>`,
    "</table>",
  ].join("\n");
}

/** A pipe table under its title, with the caption below. */
export function toMarkdown(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapePipes).join(" | ")} |`;
  return [
    `**${table.title}**`,
    "",
    line(table.columns.map((column) => column.name)),
    `|${table.columns.map((column) => (column.numeric ? " ---: |" : " --- |")).join("")}`,
    ...table.rows.map((row) => line(row.map((cell) => cell.text))),
    "",
    table.caption,
    "",
  ].join("\n");
}

/** One object a row, keyed by column id. Unknown numbers are NaN, unknown words empty: data frames miscount nulls. */
export function toRecords(table: Table): Record<string, string | number>[] {
  return table.rows.map((row) =>
    Object.fromEntries(
      table.columns.map(({ id, numeric }, i) => [id, row[i]!.value ?? (numeric ? Number.NaN : "")]),
    ),
  );
}

function escapePipes(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
