import { LEAST_BLOCKS } from "../evidence/numbers";
import { type Answer, findAnswer, type Warning } from "./findings/answer";
import { element, escapeXml, list } from "./html";
import type { Lang } from "./numbers";
import { PAGE_SCRIPT } from "./pageScript";
import { PAGE_CSS } from "./pageStyle";
import type { ReportData } from "./reportData";
import { mainTable } from "./tables";
import { WORDS, type Words } from "./words/words";

/** Headline and points as lines of text: what the terminal, the Markdown and the page say alike. */
export function answerLines(report: ReportData, lang: Lang): readonly string[] {
  const words = WORDS[lang];
  const answer = findAnswer(report);
  return [
    words.headline(answer.headline),
    ...answer.warnings.map((warning) => warningText(warning, words)),
    ...pointsOf(answer, words).map(({ text }) => text),
  ];
}

/** `sec`, seconds, times sec, verdict: the rows of the main table as texts, for a terminal. Empty without runs. */
export function medianRows(report: ReportData, lang: Lang): readonly (readonly string[])[] {
  if (report.level === null) return [];
  const { columns, rows } = mainTable(report.level, WORDS[lang]);
  return [columns, ...rows.map((row) => row.map(({ text }) => text))];
}

/** The first screen: warnings, headline, facts, four cards, points; with the styles and the script of all sections. */
export function answerSection(report: ReportData, words: Words): string {
  const answer = findAnswer(report);
  const strip = list(
    answer.warnings.map((warning) => escapeXml(warningText(warning, words))),
    'class="strip"',
  );
  const points = pointsOf(answer, words).map(({ text, href }) => element("a", text, `href="#${href}"`));
  return [
    `<style>${PAGE_CSS}</style><script>${PAGE_SCRIPT}</script>`,
    '<section class="pila" id="answer">',
    strip,
    element("h1", words.headline(answer.headline)),
    element("p", factsOf(report, words), 'class="facts"'),
    cardsOf(answer, words),
    list(points, 'class="points"'),
    "</section>",
  ].join("\n");
}

function warningText(warning: Warning, { page: { warnings } }: Words): string {
  switch (warning.id) {
    case "interrupted":
    case "small":
      return warnings[warning.id];
    case "fewBlocks":
      return warnings.fewBlocks(warning.missing);
    case "busy":
      return warnings.busy(warning.busy, warning.kept);
    case "findings":
      return warnings.findings(warning.findings);
    case "failed":
      return warnings.failed(warning.failed, warning.total);
  }
}

/** Four answers that lead to where they are told in full. */
function cardsOf({ first, shared, largest, threshold }: Answer, words: Words): string {
  const { cards } = words.page;
  const card = (href: string, title: string, value: string, note: string): string =>
    `<a class="card" href="#${href}">${element("span", title)}${element("strong", value)}${element("span", note)}</a>`;
  return [
    '<nav class="cards">',
    first === null
      ? card("times", cards.fastest, "—", cards.nothing)
      : card("times", cards.fastest, first.named.label, fastestNote(first, words)),
    shared === null
      ? card("sizes", cards.gain, "—", cards.notShared)
      : card(
          "sizes",
          cards.gain,
          cards.gained(shared.ratio, shared.standing),
          cards.gainedBy(shared.named, shared.ratio, shared.standing),
        ),
    largest === null
      ? card("causes", cards.largest, cards.unknown, cards.noTrace)
      : card(
          "causes",
          cards.largest,
          cards.piece(largest.piece),
          cards.ofTime(first!.named.label, largest.share),
        ),
    threshold === null
      ? card("trust", cards.differences, cards.unknown, cards.noThreshold)
      : card("trust", cards.differences, cards.from(threshold), cards.noise),
    "</nav>",
  ].join("\n");
}

/** What the label stands for, and its time. */
function fastestNote({ named, seconds, tied }: NonNullable<Answer["first"]>, words: Words): string {
  const time = words.page.cards.perRun(seconds, tied);
  return named.worker === null ? time : `${words.configuration(named)}: ${time}`;
}

interface Point {
  readonly text: string;
  /** The section that tells it in full. */
  readonly href: string;
}

/** Reason, from when on, from the SLC, doubt, action: what is known of them. */
function pointsOf(answer: Answer, words: Words): readonly Point[] {
  const { headline, reason, growth: crossing, fused: oneStep, threshold } = answer;
  const { points } = words.page;
  if (headline.kind === "nothingKept") return [];
  const isCrossing = crossing.kind !== "oneSize" && crossing.kind !== "noReference";
  return [
    ...(reason === null ? [] : [{ text: `${words.page.reasonOf(reason)}.`, href: "causes" }]),
    ...(isCrossing ? [{ text: `${words.growth.answer(crossing)}.`, href: "sizes" }] : []),
    ...(oneStep.kind === "notMeasured" ? [] : [{ text: `${words.fused.answer(oneStep)}.`, href: "slc" }]),
    ...(threshold === null ? [] : [{ text: points.doubt(threshold), href: "trust" }]),
    ...actionOf(answer, words.page),
  ];
}

function actionOf({ headline, first }: Answer, { points }: Words["page"]): readonly Point[] {
  switch (headline.kind) {
    case "winner":
    case "leader":
      return [{ text: points.use(headline.fastest), href: "times" }];
    case "oneProcessIsEnough":
      return [{ text: points.useSec, href: "times" }];
    case "tie":
      return [{ text: points.useTied(first!.named), href: "times" }];
    case "tooFewBlocks":
      return [{ text: points.moreBlocks(LEAST_BLOCKS), href: "method" }];
    case "noReference":
    case "nothingToCompare":
      return [{ text: points.measureSec, href: "method" }];
    default:
      return [];
  }
}

/** Data, machine, date and runs in a line. */
export function factsOf({ env, summary, level }: ReportData, { page }: Words): string {
  const { facts } = page;
  const { azimuth, range } = level?.key.shape ?? env.dataset.shape;
  return [
    facts.data(level?.key.dates ?? env.dataset.dates.length, azimuth, range, env.dataset.looks),
    ...(env.dataset.simulatedWithoutSlc === true ? [facts.simulated] : []),
    facts.machine(env.machine.cpuModel, env.machine.cores),
    facts.date(env.startedAt),
    facts.runs(summary.counts.total),
  ].join(" · ");
}
