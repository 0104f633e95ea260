import { basename } from "node:path";
import { wordFinding } from "../core/findings";
import { readMaps } from "../records/maps";
import { answerLines, answerSection, factsOf } from "./answer";
import { repeatCommand, statsCommand } from "./commandLines";
import { chartElement, chartHtml } from "./figure";
import { findAnswer } from "./findings/answer";
import { type Diagnosis, diagnose } from "./findings/causes";
import { coldCosts, memoryUses, movingCosts, readingRates } from "./findings/costs";
import { type Check, findChecks } from "./findings/trust";
import { DISPLAY, element, escapeMarkdown, escapeXml, fold, list, markdownTable, table } from "./html";
import { mapsHtml } from "./image";
import type { Lang } from "./numbers";
import { fused } from "./plots/fused";
import { growth } from "./plots/growth";
import { PLOTS } from "./plots/registry";
import { speckle } from "./plots/speckle";
import { speedup } from "./plots/speedup";
import { timelineOf } from "./plots/timeline";
import { times } from "./plots/times";
import type { ReportData } from "./reportData";
import { mainTable, sheet, type Table, wideTable } from "./tables";
import { WORDS, type Words } from "./words/words";

type Section = (report: ReportData, words: Words) => string;

/** The sections of the informe, in its order. */
const SECTIONS = {
  answer: answerSection,
  times: timesSection,
  causes: causesSection,
  sizes: sizesSection,
  speedup: (report, words) => chartHtml(speedup, report, words),
  slc: (report, words) => chartHtml(fused, report, words),
  costs: costsSection,
  image: imageSection,
  trust: trustSection,
  numbers: numbersSection,
  method: methodSection,
} as const satisfies Readonly<Record<string, Section>>;

export type SectionId = keyof typeof SECTIONS;
export const SECTION_IDS = Object.keys(SECTIONS) as readonly SectionId[];

/**
 * A section of the informe. The last value of a cell is shown as it stands in the page.
 * @param report of `readReportData`
 * @param id one of `SECTION_IDS`: answer, times, causes, sizes, speedup, slc, costs, image, trust, numbers, method
 * @param lang `es` or `en`
 * @returns its HTML, which a notebook shows
 * @throws RangeError there is no such section
 */
export function section(report: ReportData, id: SectionId, lang: Lang = "es"): ShownHtml {
  const make: Section | undefined = SECTIONS[id];
  if (make === undefined) throw new RangeError(`${id}: expected one of ${SECTION_IDS.join(", ")}`);
  const words = WORDS[lang];
  const body = make(report, words);
  if (id === "answer") return new ShownHtml(body);
  const heading = element("h2", words.page.headings[id]);
  return new ShownHtml(`<section class="pila" id="${id}">\n${heading}\n${body}\n</section>`);
}

/** HTML that notebooks show as such. */
export class ShownHtml {
  constructor(readonly html: string) {}

  [DISPLAY](): { readonly "text/html": string } {
    return { "text/html": this.html };
  }

  toString(): string {
    return this.html;
  }
}

/**
 * A figure of the informe as an element of Observable Plot, in the reader's colours: the last value of a cell.
 * @param report of `readReportData`
 * @param id t_barras, crecimiento, speedup, fusionado, speckle, or linea_mp2 for what each worker of mp2 does
 * @param lang `es` or `en`
 * @param width CSS pixels
 * @returns the figure; without records that carry it, a figure that says what is missing
 * @throws RangeError there is no such figure
 */
export function chart(report: ReportData, id: string, lang: Lang = "es", width = 640): Element {
  const [, label] = /^linea_(.+)$/.exec(id) ?? [];
  const found = label === undefined ? PLOTS.find((one) => one.id === id) : timelineOf(label);
  if (found === undefined) {
    throw new RangeError(
      `${id}: expected one of ${PLOTS.map((one) => one.id).join(", ")}, linea_<configuration>`,
    );
  }
  return chartElement(found, report, WORDS[lang], width);
}

/**
 * The informe as Markdown: answer, table, causes, and the two pictures of the run that stand beside it.
 * @param report of `readReportData`
 * @param lang `es` or `en`
 * @returns Markdown
 */
export function informeMarkdown(report: ReportData, lang: Lang = "es"): string {
  const words = WORDS[lang];
  const [title, ...points] = answerLines(report, lang);
  const main = report.level === null ? null : mainTable(report.level, words);
  const told = report.level === null ? [] : diagnose(report.level).filter((one) => one.explanation !== null);
  const pictures = [times, speedup].filter((chart) => chart.rows(report).length > 0);
  return [
    `# ${escapeMarkdown(title!)}\n`,
    `${escapeMarkdown(factsOf(report, words))}\n`,
    ...points.map((text) => `- ${escapeMarkdown(text)}`),
    "",
    ...(main === null ? [] : [markdownTable(main.columns, main.rows, main.numeric), ""]),
    ...pictures.map((chart) => `![${escapeMarkdown(chart.claim(report, words))}](${chart.id}.png)\n`),
    ...(told.length === 0 ? [] : [`## ${words.page.headings.causes}\n`]),
    ...told.map((one) => `- ${escapeMarkdown(words.page.sentenceOf(one))}`),
    `\n## ${words.page.headings.trust}\n`,
    ...findChecks(report.summary).map(
      (check) =>
        `- ${escapeMarkdown([words.page.check(check), words.page.checkDetail(check)].join(" ").trim())}`,
    ),
    "",
  ].join("\n");
}

/** A line to be copied. */
function commandHtml(lead: string, command: string, { page }: Words): string {
  const { copy, copied } = page.times;
  const button = `<button type="button" class="copy" data-done="${escapeXml(copied)}">${escapeXml(copy)}</button>`;
  return `<p class="command">${escapeXml(lead)} <code>${escapeXml(command)}</code> ${button}</p>`;
}

function timesSection(report: ReportData, words: Words): string {
  const { first } = findAnswer(report);
  const line = first === null || first.one.kind === "peer" ? null : statsCommand(first.one);
  return [
    chartHtml(times, report, words, { titled: false }),
    line === null ? "" : commandHtml(words.page.times.command, line, words),
  ].join("\n");
}

function causesSection(report: ReportData, words: Words): string {
  const { page } = words;
  const all = report.level === null ? [] : diagnose(report.level);
  const told = all.filter(({ explanation }) => explanation !== null);
  const refused = all.filter(({ explanation }) => explanation === null);
  const reasons = [...new Set(refused.map(({ refusal }) => refusal!))];
  const untold = reasons.map((reason) => {
    const own = refused.filter(({ refusal }) => refusal === reason);
    const labels = page.numbers.list(own.map(({ named }) => named.label));
    const cost = reason === "oversubscribed" ? ` ${own.map(page.tooMany).join(" ")}` : "";
    return escapeXml(`${labels}: ${page.refusals[reason]}.${cost}`);
  });
  return [
    element("p", told.length === 0 ? page.why.none : page.why.lead),
    ...told.map((one) => causeFold(one, report, words)),
    untold.length === 0 ? "" : fold(page.why.untold(refused.length), list(untold)),
  ].join("\n");
}

function causeFold(one: Diagnosis, report: ReportData, words: Words): string {
  const { page } = words;
  const { label } = one.named;
  const { identity } = one.explanation!.run;
  const main = page.causes[one.causes[0]!.id];
  const { factorNames, product } = page.why;
  const factors = (["processes", "loadBalance", "communication", "computation"] as const).map((name) =>
    escapeXml(
      `${factorNames[name]}: ${page.numbers.number(identity![name], name === "processes" ? 0 : undefined)}`,
    ),
  );
  return fold(
    `${label} · ${page.causeSummary(one)}`,
    [
      element("p", page.sentenceOf(one)),
      chartHtml(timelineOf(label), report, words, { small: true }),
      `<p><b>${page.why.means}.</b> ${escapeXml(main.means)}</p>`,
      `<p><b>${page.why.advice}.</b> ${escapeXml(main.advice)}</p>`,
      fold(page.why.factors, `${list(factors)}${element("p", product)}`),
    ].join("\n"),
    `class="cause" data-label="${escapeXml(label)}"`,
  );
}

function sizesSection(report: ReportData, words: Words): string {
  if (growth.rows(report).length > 0) return chartHtml(growth, report, words);
  const most = report.env.dataset.dates.length;
  const sizes = [...new Set([most / 4, most / 2, most].map(Math.floor).filter((size) => size >= 2))];
  const line = repeatCommand(report.env, { dates: sizes.join(",") });
  return sizes.length < 2
    ? chartHtml(growth, report, words)
    : commandHtml(words.page.sizes.notMeasured, line, words);
}

function costsSection({ summary }: ReportData, { page }: Words): string {
  const { costs } = page;
  const moved = movingCosts(summary);
  const rates = readingRates(summary);
  const [clearest] = [...moved].sort((a, b) => Number(a.standing === null) - Number(b.standing === null));
  const rate = rates.find((one) => one.rate !== null);
  const uses = memoryUses(summary);
  const topic = (title: string, lead: string, details: readonly string[]): string =>
    [
      element("h3", title),
      element("p", lead),
      details.length === 0 ? "" : fold(costs.all, list(details.map(escapeXml))),
    ].join("\n");
  const coldOnes = coldCosts(summary);
  return [
    topic(
      costs.moving,
      clearest === undefined
        ? costs.movingMissing
        : costs.movingLead(clearest.cost.pixels, clearest.cost.states, clearest.standing),
      moved.map(page.moving),
    ),
    topic(
      costs.reading,
      rate === undefined ? costs.readingMissing : costs.readingLead(rate.rate!, rate.label),
      rates.map(page.reading),
    ),
    topic(
      costs.memory,
      page.memory(uses),
      uses.map(({ label, bytes }) => `${label}: ${page.numbers.mebibytes(bytes)}`),
    ),
    coldOnes.length === 0 ? "" : topic(costs.cold, page.cold(coldOnes[0]!), coldOnes.map(page.cold)),
  ].join("\n");
}

function imageSection(report: ReportData, words: Words): string {
  const { image } = words.page;
  const maps = report.folder === null ? null : readMaps(report.folder);
  const findings = (report.env.findings ?? []).map((one) => escapeXml(wordFinding(one)));
  return [
    ...(maps === null
      ? [element("p", image.missing, 'class="missing"')]
      : [mapsHtml(maps, words), chartHtml(speckle, report, words)]),
    findings.length === 0 ? "" : fold(image.findings(findings.length), list(findings)),
  ].join("\n");
}

function trustSection({ summary }: ReportData, { page }: Words): string {
  const checks = findChecks(summary);
  const item = (check: Check): string => {
    const failures =
      check.id === "runs" ? list(check.failures.map((one) => escapeXml(page.failure(one)))) : "";
    const detail = page.checkDetail(check);
    const body = failures + (detail === "" ? "" : element("p", detail));
    return body === "" ? element("p", page.check(check)) : fold(page.check(check), body);
  };
  const of = (state: Check["state"]): readonly string[] =>
    checks.filter((check) => check.state === state).map(item);
  const group = (title: string, items: readonly string[]): string =>
    items.length === 0 ? "" : [element("h3", title), ...items].join("\n");
  const passed = of("passed");
  return [
    group(page.trust.reservation, of("reservation")),
    group(page.trust.unknown, of("unknown")),
    passed.length === 0 ? "" : fold(page.trust.passed(passed.length), passed.join("\n")),
  ].join("\n");
}

function tableHtml({ caption, columns, rows, numeric }: Table): string {
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeXml(caption)}">${table(caption, columns, rows, numeric)}</div>`;
}

function numbersSection({ level, summary }: ReportData, words: Words): string {
  if (level === null) return element("p", words.page.cards.nothing, 'class="missing"');
  const [, ...others] = summary.levels;
  return [
    tableHtml(mainTable(level, words)),
    fold(
      words.page.table.all,
      [level, ...others].map((one) => tableHtml(wideTable(one, words))).join("\n"),
      'class="wide"',
    ),
  ].join("\n");
}

function methodSection(report: ReportData, words: Words): string {
  const { env, summary, folder, level } = report;
  const { method, facts } = words.page;
  const blocks = Math.max(
    0,
    ...(level?.configurations ?? []).flatMap(({ runs }) => runs.map(({ block }) => block)),
  );
  const rows = sheet(env, summary, words).rows.map(
    ([name, value]) => `<dt>${escapeXml(name!.text)}</dt><dd>${escapeXml(value!.text)}</dd>`,
  );
  const terms = method.terms.map(
    ([term, meaning]) => `<dt>${escapeXml(term!)}</dt><dd>${escapeXml(meaning!)}</dd>`,
  );
  const run = folder === null ? env.sessionId : basename(folder);
  return [
    element("p", method.text(blocks, summary.options.seed)),
    element("p", method.session(run, facts.date(env.startedAt))),
    commandHtml(method.repeat, repeatCommand(env), words),
    fold(method.glossary, `<dl>${terms.join("")}</dl>`),
    fold(method.sheet, `<dl>${rows.join("")}</dl>`),
  ].join("\n");
}
