import { JSDOM } from "jsdom";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findCommand, parseArguments } from "../../src/commands/registry";
import type { Session } from "../../src/core/records";
import { createRandom, shuffle } from "../../src/evidence/numbers";
import { answerLines } from "../../src/report/answer";
import { repeatCommand } from "../../src/report/commandLines";
import { findAnswer } from "../../src/report/findings/answer";
import { findHeadline } from "../../src/report/findings/headline";
import { standingOf } from "../../src/report/findings/standing";
import { LANGUAGES, type Lang } from "../../src/report/numbers";
import { informeMarkdown, SECTION_IDS, section } from "../../src/report/page";
import { makeReportData, type ReportData } from "../../src/report/reportData";
import { WORDS } from "../../src/report/words/words";
import { protocolSession, slower, synthesise } from "../records/session.fixture";
import {
  ideal,
  imbalance,
  lateStart,
  oversubscribed,
  pixelPool,
  pool,
  SEC,
  SEC_STEPS,
  serializingPool,
} from "./culprits.fixture";

const TWO_CORES = { cores: 2 };
const quickChild = pool("mp2_v2", "mp_v2", 0.05, 0.05);

function reportOf(session: Session): ReportData {
  return makeReportData({ ...session, env: session.env ?? synthesise(SEC).env, notes: [] });
}

const failure = (): string => "its output differs from sec (ffff, expected 0000)";
const SESSIONS: Readonly<Record<string, ReportData>> = {
  whole: reportOf(protocolSession({ dates: [8, 32, 128], cores: 4, workers: [1, 2, 4] })),
  pair: reportOf(synthesise([...SEC, ideal], TWO_CORES)),
  slow: reportOf(synthesise([...SEC, pixelPool(5), quickChild, lateStart, oversubscribed(6)], TWO_CORES)),
  failed: reportOf(synthesise([...SEC, quickChild, { ...ideal, failure }], TWO_CORES)),
  few: reportOf(synthesise([...SEC, imbalance], { cores: 2, blocks: 4 })),
  noisy: reportOf(synthesise([...SEC, ideal], { noise: 0.3, drift: 3, noisyShare: 0.6 })),
  untraced: reportOf({ ...synthesise([...SEC, imbalance], TWO_CORES), spans: [] }),
  alone: reportOf(synthesise(SEC)),
  empty: reportOf({ ...synthesise(SEC), runs: [], spans: [] }),
};

const pages = new Map<string, Document>();

/** The whole page as a document, drawn once for all tests. */
function pageOf(report: ReportData, lang: Lang): Document {
  const key = `${Object.values(SESSIONS).indexOf(report)} ${lang}`;
  const known = key.startsWith("-") ? undefined : pages.get(key);
  const page = known ?? drawPage(report, lang);
  pages.set(key, page);
  return page;
}

function drawPage(report: ReportData, lang: Lang): Document {
  return new JSDOM(`<main>${SECTION_IDS.map((id) => section(report, id, lang).html).join("\n")}</main>`)
    .window.document;
}

/** What is read without opening anything: texts outside folds, drawings, styles and scripts. */
function visibleTexts(root: Element | Document): string[] {
  const copy = root.cloneNode(true) as Element;
  for (const part of copy.querySelectorAll("details > :not(summary), svg, style, script")) part.remove();
  return [...copy.querySelectorAll("h1, h2, h3, p, li, summary, .card span, .card strong, th, td")]
    .filter((node) => node.querySelector("p, li, summary") === null)
    .map((node) => (node.textContent ?? "").replace(/\s+/g, " ").trim());
}

function countWords(texts: readonly string[]): number {
  return texts
    .join(" ")
    .split(/\s+/)
    .filter((word) => /[\p{L}\d]/u.test(word)).length;
}

for (const [name, report] of Object.entries(SESSIONS)) {
  for (const lang of LANGUAGES) {
    test(`${name}, ${lang}: the rules of the page`, () => {
      const page = pageOf(report, lang);
      const heading = page.querySelector("h1")!.textContent!;
      assert.ok(countWords([heading]) <= 15, heading);
      assert.is(page.querySelectorAll("h1").length, 1);
      const answer = visibleTexts(page.querySelector("#answer")!);
      assert.ok(countWords(answer) <= 130, `${countWords(answer)} words before the first figure`);
      assert.ok(countWords(visibleTexts(page)) <= 900, `${countWords(visibleTexts(page))} words on the page`);
      assert.ok(page.querySelectorAll(".points li").length <= 5);
      for (const point of page.querySelectorAll(".points li, .strip li")) {
        const text = point.textContent!.replace(/\u00a0/g, " ");
        assert.ok(countWords([text]) <= 20, text);
        assert.ok((text.match(/(?<![\p{L}\d])\d[\d.,]*/gu) ?? []).length <= 2, text);
      }
      for (const text of visibleTexts(page)) {
        assert.not.match(text, /undefined|null|NaN|Infinity|\[object| {2}|\.\.|,,/, text);
        assert.not.match(text, /\d{8}T\d{6}Z-/, "a run id in open text");
        assert.not.match(text, /\b(span|IPC|bootstrap)\b/i, text);
      }
      const sentences = [...page.querySelectorAll("h1, .points li, .strip li, .card, .chart > h3")];
      for (const { textContent } of sentences) assert.not.match(textContent!, /[[\](){}]/, textContent!);
      const ids = [...page.querySelectorAll("[id]")].map(({ id }) => id);
      assert.equal(ids, [...new Set(ids)]);
      for (const link of page.querySelectorAll("a[href^='#']"))
        assert.ok(ids.includes(link.getAttribute("href")!.slice(1)), link.outerHTML);
      const shares = [...page.querySelectorAll("summary")].flatMap(({ textContent }) =>
        [...textContent!.matchAll(/(\d+)\s?%/g)].map(([, share]) => Number(share)),
      );
      assert.ok(
        shares.every((share) => share <= 100),
        shares.join(" "),
      );
    });
  }
}

test("one vocabulary: table, colour and headline say the same of every configuration", () => {
  for (const [name, report] of Object.entries(SESSIONS)) {
    for (const lang of LANGUAGES) {
      const page = pageOf(report, lang);
      const rows = [...page.querySelectorAll("#numbers > .scroll tbody tr")];
      const words: string[] = Object.values(WORDS[lang].page.standings);
      for (const row of rows) {
        const label = row.querySelector("th")!.textContent!;
        const cell = row.querySelector("td:last-child")!;
        const one = report.level!.configurations.find((each) => each.label === label)!;
        assert.is(cell.textContent, WORDS[lang].page.standings[standingOf(one)], `${name} ${label}`);
        assert.is(cell.className, standingOf(one));
        assert.ok(words.includes(cell.textContent!));
      }
      const comparable = report.level?.configurations.filter(
        ({ kind }) => kind === "statistics" || kind === "peer",
      );
      assert.is(rows.length, comparable?.length ?? 0);
      const found = findHeadline(report.level);
      if (found.kind === "winner")
        assert.is(
          rows
            .find((row) => row.querySelector("th")!.textContent === found.fastest.label)!
            .querySelector("td:last-child")!.className,
          "faster",
        );
      if (found.kind === "oneProcessIsEnough") assert.is(findAnswer(report).first!.named.label, "sec");
    }
  }
});

test("two opposite sets of records give opposite headlines", () => {
  const first = reportOf(synthesise([...SEC, ideal, pixelPool(5)], TWO_CORES));
  const second = reportOf(synthesise([...SEC, slower(ideal, 4), slower(pixelPool(0.1), 0.5)], TWO_CORES));
  assert.match(answerLines(first, "es")[0]!, /^threads con 2 hilos es la más rápida: tarda la mitad que sec/);
  assert.match(answerLines(second, "es")[0]!, /^mp con 2 procesos es la más rápida: tarda un \d+\s% menos/);
});

test("a culprit is named in a point and in its line, in plain words", () => {
  for (const [culprit, words] of [
    [serializingPool(7), "mover datos entre trabajadores"],
    [lateStart, "trabajadores que arrancan tarde"],
  ] as const) {
    const report = reportOf(synthesise([...SEC, culprit], TWO_CORES));
    const page = pageOf(report, "es");
    assert.match(page.querySelector(".points")!.textContent!, `sobre todo ${words}`);
    assert.match(page.querySelector(`[data-label="${culprit.label}"] summary`)!.textContent!, words);
  }
});

test("shuffled labels: nothing is told apart and no cause is named, whatever the seed", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const session = synthesise([...SEC, ideal, imbalance, quickChild], { cores: 2, seed });
    const page = pageOf(reportOf(shuffleWithinBlocks(session, seed)), "es");
    assert.match(page.querySelector("h1")!.textContent!, "repartir el trabajo no ayuda");
    assert.is(page.querySelectorAll("details.cause").length, 0, `seed ${seed}`);
    assert.is(page.querySelectorAll("td.faster, td.slower").length, 0, `seed ${seed}`);
  }
});

/** Times and spans stay with their runs; who made them is drawn anew in every block. */
function shuffleWithinBlocks(session: Session, seed: number): Session {
  const random = createRandom(seed);
  const blocks = [...new Set(session.runs.map((run) => run.block))];
  const runs = blocks.flatMap((block) => {
    const own = session.runs.filter((run) => run.block === block);
    const names = shuffle(
      own.map(({ label, twin, backend, workers, traced }) => ({ label, twin, backend, workers, traced })),
      random,
    );
    return own.map((run, i) => ({ ...run, ...names[i]! }));
  });
  return { ...session, runs };
}

test("noise alone: identical configurations are the same, as far as can be seen", () => {
  const same = { ...ideal, label: "threads1", workers: 1, timeline: [SEC_STEPS] };
  const page = pageOf(reportOf(synthesise([...SEC, same], { cores: 2, noise: 0.05 })), "es");
  assert.match(page.querySelector("h1")!.textContent!, /alcanza un proceso/);
  assert.is(page.querySelectorAll("td.faster, td.slower").length, 0);
});

test("a backend whose pixels differ is told as failed, with its reason, and is in no statement of times", () => {
  const page = pageOf(SESSIONS.failed!, "es");
  assert.match(
    page.querySelector("#trust")!.textContent!,
    /threads2.*17 corridas fallaron.*its output differs/,
  );
  assert.match(page.querySelector(".strip")!.textContent!, "17 corridas fallaron");
  for (const id of ["times", "causes", "speedup"])
    assert.not.match(page.querySelector(`#${id}`)!.textContent!, "threads2");
  assert.is(page.querySelector("#numbers td.failed")!.textContent, "falló");
});

test("every line to copy is one that the product's own parser accepts", () => {
  for (const report of Object.values(SESSIONS)) {
    for (const { textContent } of pageOf(report, "es").querySelectorAll(".command code")) {
      const [program, name, ...words] = textContent!
        .match(/'[^']*'|\S+/g)!
        .map((word) => word.replaceAll("'", ""));
      assert.is(program, "pila");
      parseArguments(name!, findCommand(name!), words);
    }
  }
});

test("the line that repeats a session keeps its options, and others replace theirs", () => {
  const { env } = SESSIONS.pair!;
  const commandLine = [
    "bench",
    "/my data/slc",
    "--blocks",
    "6",
    "--quiet",
    "--crops",
    "1,1,0,0;2,2,0,0",
    "--out",
    "run",
  ];
  assert.is(
    repeatCommand({ ...env, commandLine }),
    "pila bench '/my data/slc' --blocks 6 --crops '1,1,0,0;2,2,0,0'",
  );
  assert.is(
    repeatCommand({ ...env, commandLine }, { blocks: "12" }),
    "pila bench '/my data/slc' --crops '1,1,0,0;2,2,0,0' --blocks 12",
  );
});

test("a flag takes nothing after it along, a value of its own may stand behind =, and a notebook's session is benched", () => {
  const { env } = SESSIONS.pair!;
  const lineOf = (...commandLine: string[]): string => repeatCommand({ ...env, commandLine });
  assert.is(lineOf("bench", "--quiet", "slc", "--out=run", "--blocks=6"), "pila bench slc --blocks=6");
  assert.is(lineOf("informe", "--pdf", "--slc", "slc"), "pila informe --slc slc");
  assert.is(lineOf("notebook"), `pila bench ${env.dataset.path}`);
});

test("Markdown says headline, points, table and causes as the page does", () => {
  for (const lang of LANGUAGES) {
    const report = SESSIONS.slow!;
    const text = informeMarkdown(report, lang).replaceAll("\\", "");
    const page = pageOf(report, lang);
    assert.ok(text.startsWith(`# ${page.querySelector("h1")!.textContent}\n`));
    for (const { textContent } of page.querySelectorAll(".points li"))
      assert.ok(text.includes(textContent!), textContent!);
    for (const row of page.querySelectorAll("#numbers > .scroll tbody th"))
      assert.ok(text.includes(`| ${row.textContent} |`));
  }
});

test.run();
