import type { Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { chartFiles, chartHtml, FIGURE_CSS } from "../../../src/report/figure";
import { PIECES } from "../../../src/report/findings/criticalPath";
import { LANGUAGES, type Lang } from "../../../src/report/numbers";
import { chart as chartOf } from "../../../src/report/page";
import { ACCENT } from "../../../src/report/plots/lines";
import { pieceColor, pieceInk } from "../../../src/report/plots/plot";
import { PLOTS } from "../../../src/report/plots/registry";
import { timelineOf } from "../../../src/report/plots/timeline";
import { makeReportData, type ReportData } from "../../../src/report/reportData";
import { WORDS } from "../../../src/report/words/words";
import { missingBrowser, openBrowser } from "../../notebooks/browser";
import { protocolSession } from "../../records/session.fixture";
import { testUnless } from "../../testUnless";
import { readPixels } from "../fixtures/pixels";

/** Sessions that strain a layout: small, many workers, one date, and intervals as wide as the values. */
const SESSIONS: Readonly<Record<string, ReportData>> = {
  small: makeReportData(protocolSession({ dates: [2, 4, 8] })),
  large: makeReportData(protocolSession({ cores: 16, workers: [1, 2, 4, 8, 16, 32], dates: [8, 32] })),
  noisy: makeReportData(protocolSession({ blocks: 6, noise: 0.2, dates: [8] })),
};

const CHARTS = [...PLOTS, ...["mp2", "threads4", "mpi16"].map(timelineOf)];

/** Every figure of a session as a page holds it, drawn once for all tests. */
const drawn = new Map<string, string>();
function figuresOf(session: string, lang: Lang): string {
  const key = `${session} ${lang}`;
  const html =
    drawn.get(key) ?? CHARTS.map((chart) => chartHtml(chart, SESSIONS[session]!, WORDS[lang])).join("\n");
  drawn.set(key, html);
  return html;
}

/** Texts that are cut off by their drawing or lie on each other, as the browser lays them out. */
function findMisplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const svg of document.querySelectorAll("svg")) {
      const frame = svg.getBoundingClientRect();
      const texts =
        frame.width === 0 ? [] : [...svg.querySelectorAll("text")].filter((text) => text.textContent?.trim());
      const boxes = texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      boxes.forEach(({ text, box }, i) => {
        if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(`wide: ${text}`);
        if (box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`high: ${text}`);
        for (const other of boxes.slice(i + 1)) {
          const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          if (across > 1 && down > 2.5) found.push(`on each other: ${text} | ${other.text}`);
        }
      });
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
    return found;
  });
}

testUnless(missingBrowser)(
  "in a browser no text is cut off or lies on another, at three widths, in both languages",
  async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const faults: string[] = [];
      for (const name of Object.keys(SESSIONS)) {
        for (const lang of LANGUAGES) {
          for (const width of [390, 768, 1400]) {
            await page.setViewportSize({ width, height: 900 });
            await page.setContent(
              `<style>${FIGURE_CSS} main { max-width: 54rem; margin: 0 auto; }</style><main>${figuresOf(name, lang)}</main>`,
            );
            const found = await findMisplaced(page);
            faults.push(...found.map((fault) => `${name} ${lang} ${width}: ${fault}`));
          }
        }
      }
      assert.equal(faults, []);
    } finally {
      await browser.close();
    }
  },
);

for (const lang of LANGUAGES) {
  test(`titles have at most 15 words and notes at most 20, and the drawing is named for readers of screens (${lang})`, () => {
    const count = (text: string): number =>
      text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    for (const [name, report] of Object.entries(SESSIONS)) {
      for (const chart of CHARTS) {
        const claim = chart.claim(report, WORDS[lang]);
        assert.ok(count(claim) <= 15, claim);
      }
      const html = figuresOf(name, lang);
      for (const [, note] of html.matchAll(/<figcaption><p>(.*?)<\/p>/g)) assert.ok(count(note!) <= 20, note);
      const figures = html.match(/<figure/g)!.length;
      assert.ok(figures >= PLOTS.length - 2);
      assert.is(html.match(/<svg [^>]*role="img" aria-label="[^"]{10,}"/g)?.length, 2 * figures);
      assert.is(html.match(/aria-label/g)?.length, 2 * figures);
      assert.not.match(html, /<(?:style|script)|NaN|undefined/);
    }
  });
}

test("equal records give equal text, whatever was drawn before, and no id stands twice on a page", () => {
  const html = figuresOf("small", "es");
  assert.is(CHARTS.map((chart) => chartHtml(chart, SESSIONS.small!, WORDS.es)).join("\n"), html);
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
  assert.is(new Set(ids).size, ids.length);
});

test("a cell gets Plot's own element, a file two pixels a CSS pixel with text on white", () => {
  const report = SESSIONS.small!;
  for (const chart of PLOTS.filter((one) => one.rows(report).length > 0)) {
    const element = chartOf(report, chart.id);
    assert.match(element.outerHTML, /currentColor/);
    assert.ok(element.textContent?.includes(chart.claim(report, WORDS.es)));
    const pixels = readPixels(chartFiles(chart, report, WORDS.es)!.png);
    assert.is(pixels.width, 1520);
    assert.ok(pixels.darkShare({ x: 20, y: 22, width: 200, height: 16 }) > 0.05);
    assert.is(pixels.darkShare({ x: 0, y: 0, width: 18, height: 40 }), 0);
  }
  assert.match(chartOf(report, "linea_mp2", "en").outerHTML, "process 1");
  assert.throws(() => chartOf(report, "torta"), /torta: expected one of t_barras/);
});

/** WCAG 2: relative luminance of `#rrggbb`. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test("pieces and the coloured line have 3:1 to a light and to a dark page, and their words 4.5:1 on them", () => {
  const hexOf = (color: string): string => /#\w{6}/.exec(color)![0];
  for (const paper of ["#ffffff", "#15191f"]) assert.ok(contrast(hexOf(ACCENT), paper) >= 3, paper);
  for (const piece of PIECES) {
    const area = hexOf(pieceColor(piece));
    for (const paper of ["#ffffff", "#15191f"]) assert.ok(contrast(area, paper) >= 3, `${piece} on ${paper}`);
    assert.ok(contrast(hexOf(pieceInk(piece)), area) >= 4.5, piece);
  }
});

test.run();
