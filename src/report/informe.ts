import { CHARTS } from "./charts/registry";
import { type EvaluatedClaim, evaluateClaims } from "./claims/registry";
import { claimsToHtml, claimsToMarkdown } from "./claims/renderClaims";
import type { Drawing, Missing } from "./drawing";
import { escapeXml } from "./escapeXml";
import type { Lang, Text } from "./language";
import type { ReportData } from "./reportData";
import { toHtml, toMarkdown } from "./tables/formats";
import { TABLES } from "./tables/registry";
import type { Table, TableMaker } from "./tables/table";

const NOT_DRAWN: Text = { es: "no se muestra", en: "not shown" };
const READING: Text = { es: "Cómo leerla:", en: "How to read it:" };
const WORDS = { figure: { es: "Figura", en: "Figure" }, table: { es: "Tabla", en: "Table" } } as const;

/** Every figure of the informe as its id: T1, T2, F1 … F12, FF. */
export const FIGURE_IDS: readonly string[] = [...TABLES, ...CHARTS].map((part) => part.figure);

/**
 * A table or a figure as HTML that any page may hold, with its caption and how to read it; where the records do not
 * allow it, a sentence that says what is missing.
 * @param figure `T1`, `F2`, … as in FIGURE_IDS
 * @param report of `readReportData`
 * @param lang `es` or `en`
 * @returns HTML
 */
export function figureHtml(report: ReportData, figure: string, lang: Lang): string {
  const table = TABLES.find((maker) => maker.figure === figure);
  if (table !== undefined) return tableHtml(table, table.make(report, lang), lang);
  const chart = CHARTS.find((candidate) => candidate.figure === figure);
  if (chart === undefined) throw new RangeError(`${figure}: expected one of ${FIGURE_IDS.join(", ")}`);
  const drawn = chart.draw(report, lang);
  if (drawn.kind === "missing") return missingHtml(figure, chart.title, drawn, lang);
  return [
    `<figure id="${figure}">`,
    drawn.svg,
    `<figcaption><strong>${headOf(figure, lang)}. ${escapeXml(drawn.title)}.</strong> ${escapeXml(drawn.caption)} `,
    `<em>${READING[lang]}</em> ${escapeXml(chart.reading[lang])}</figcaption>`,
    "</figure>",
  ].join("\n");
}

/**
 * Several tables and figures, one after the other.
 * @param report of `readReportData`
 * @param figures ids as in FIGURE_IDS
 * @param lang `es` or `en`
 * @returns HTML
 */
export function figuresHtml(report: ReportData, figures: readonly string[], lang: Lang): string {
  return figures.map((figure) => figureHtml(report, figure, lang)).join("\n");
}

/**
 * The sentences that the records carry, and why others are missing.
 * @param report of `readReportData`
 * @param lang `es` or `en`
 * @returns HTML
 */
export function claimsHtml(report: ReportData, lang: Lang): string {
  return claimsToHtml(evaluateClaims(report.summary), lang);
}

/**
 * The informe as Markdown: sentences and tables, with the two pictures of the run that stand beside it.
 * @param report of `readReportData`
 * @param lang `es` or `en`
 * @returns Markdown
 */
export function informeMarkdown(report: ReportData, lang: Lang): string {
  const claims: readonly EvaluatedClaim[] = evaluateClaims(report.summary);
  const title = lang === "es" ? "Informe de rendimiento" : "Performance report";
  const tables = TABLES.map((maker) => {
    const table = maker.make(report, lang);
    return isMissing(table) ? `*${maker.title[lang]}: ${table.reason[lang]}.*\n` : toMarkdown(table);
  });
  const pictures = ["t_barras", "speedup"].flatMap((id) => {
    const chart = CHARTS.find((candidate) => candidate.id === id)!;
    const drawn = chart.draw(report, lang);
    return drawn.kind === "missing"
      ? []
      : [`![${drawn.alt}](${id}.png)\n\n${headOf(chart.figure, lang)}. ${drawn.caption}\n`];
  });
  return [`# ${title}\n`, claimsToMarkdown(claims, lang), ...tables, ...pictures].join("\n");
}

function tableHtml(maker: TableMaker, table: Table | Missing, lang: Lang): string {
  if (isMissing(table)) return missingHtml(maker.figure, maker.title, table, lang);
  const reading = `<p class="reading"><em>${READING[lang]}</em> ${escapeXml(maker.reading[lang])}</p>`;
  return `<div id="${maker.figure}" class="table">\n${toHtml(table)}\n${reading}\n</div>`;
}

function missingHtml(figure: string, title: Text, { reason }: Missing, lang: Lang): string {
  const words = `${headOf(figure, lang)} (${title[lang]}): ${NOT_DRAWN[lang]}, ${reason[lang]}.`;
  return `<p id="${figure}" class="missing">${escapeXml(words)}</p>`;
}

function headOf(figure: string, lang: Lang): string {
  return `${(figure.startsWith("T") ? WORDS.table : WORDS.figure)[lang]} ${figure}`;
}

function isMissing(made: Table | Missing | Drawing): made is Missing {
  return "kind" in made && made.kind === "missing";
}
