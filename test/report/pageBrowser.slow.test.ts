import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Lang } from "../../src/report/numbers";
import { SECTION_IDS, section } from "../../src/report/page";
import { makeReportData, type ReportData } from "../../src/report/reportData";
import { withFolder } from "../io/slcFile.fixture";
import { findAxeViolations, missingBrowser, openBrowser } from "../notebooks/browser";
import { root } from "../notebooks/jupyter";
import { protocolSession, synthesise } from "../records/session.fixture";
import { testUnless } from "../testUnless";
import { lateStart, oversubscribed, pixelPool, SEC } from "./culprits.fixture";
import { writeRun } from "./image.fixture";

const it = testUnless(missingBrowser);
const WIDTHS = [390, 768, 1000, 1400, 1920];
let browser: Browser | undefined;

test.after(async () => {
  await browser?.close();
});

function reportOf(session: Parameters<typeof makeReportData>[0], folder: string | null = null): ReportData {
  return makeReportData(session, folder);
}

const whole = protocolSession({ dates: [8, 32, 128], cores: 4, workers: [1, 2, 4] });
const slow = {
  ...synthesise([...SEC, pixelPool(5), lateStart, oversubscribed(6)], { cores: 2, noisyShare: 0.5 }),
  notes: [],
};

/** The sections as the page of nbconvert holds them: with its styles around. */
function htmlOf(report: ReportData, lang: Lang): string {
  const styles = ["page", "content", "code", "print"].map((name) =>
    readFileSync(join(root, `reports/template/informe/${name}.css`), "utf8"),
  );
  const sections = SECTION_IDS.map((id) => section(report, id, lang).html);
  return `<!DOCTYPE html><html lang="${lang}"><head><meta charset="utf-8"><title>${lang}</title><style>${styles.join("\n")}</style></head><body><main>${sections.join("\n")}</main></body></html>`;
}

async function open(html: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  browser ??= await openBrowser();
  const page = await browser.newPage(options);
  page.on("pageerror", (error) => assert.unreachable(error.message));
  await page.setContent(html);
  return page;
}

/** Elements with text that is wider than their box. */
function findCut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll("main *:not(svg *):not(script):not(style)")];
    const cut = parts.filter((part) => part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1);
    const beyond = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
    return [
      ...beyond,
      ...cut.map((part) => `${part.tagName}.${part.className}: ${part.textContent?.slice(0, 50)}`),
    ];
  });
}

it("nothing is cut at any width with every fold open, in both languages; axe finds nothing, in light and dark", async () => {
  await withFolder(async (folder) => {
    writeRun(folder);
    for (const [report, lang] of [
      [reportOf(whole, folder), "es"],
      [reportOf(slow), "en"],
    ] as const) {
      const html = htmlOf(report, lang);
      assert.ok(html.length < 2e6, `${html.length} bytes`);
      const page = await open(html);
      await page.evaluate(() => {
        for (const part of document.querySelectorAll("details")) part.open = true;
      });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        assert.equal(await findCut(page), [], `${lang} ${width}`);
      }
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.equal(await findAxeViolations(page), [], `${lang} ${colorScheme}`);
      }
      await page.close();
    }
  });
});

it("the answer and the beginning of the first figure stand on the first screen, of a desk and of a phone", async () => {
  for (const viewport of [
    { width: 1400, height: 900 },
    { width: 390, height: 844 },
  ]) {
    const page = await open(htmlOf(reportOf(whole), "es"), { viewport });
    const top = await page.locator("#times h2").evaluate((node) => node.getBoundingClientRect().top);
    assert.ok(top < viewport.height, `${viewport.width}: the first figure begins at ${top}`);
    await page.close();
  }
});

it("without a script the whole story is there; keys alone reach every fold and link", async () => {
  const html = htmlOf(reportOf(slow), "es");
  const still = await open(html, { javaScriptEnabled: false });
  assert.ok(await still.locator("h1").isVisible());
  assert.not.ok(await still.locator(".copy").first().isVisible());
  await still.close();
  const page = await open(html);
  const wanted = await page.locator(".pila a, .pila summary, .pila button, .pila [tabindex]").count();
  const visible = await page
    .locator(":is(.pila a, .pila summary, .pila button, .pila [tabindex]):visible")
    .count();
  assert.ok(visible > 8 && visible <= wanted);
  const reached = new Set<number>();
  for (let i = 0; i < visible + 5; i++) {
    await page.keyboard.press("Tab");
    reached.add(
      await page.evaluate(() => [...document.querySelectorAll("*")].indexOf(document.activeElement!)),
    );
  }
  assert.ok(reached.size >= visible, `${reached.size} of ${visible}`);
  await page.keyboard.press("Escape");
  const fold = page.locator("details.cause summary").first();
  await fold.focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("details.cause svg").first().isVisible());
  await page.close();
});

it("a click and the arrow keys show the series of a cell: its dates, as the cube has them", async () => {
  await withFolder(async (folder) => {
    writeRun(folder);
    const page = await open(htmlOf(reportOf(whole, folder), "es"));
    await page.locator(".cells").first().focus();
    await page.locator(".series svg").waitFor();
    const titles = (): Promise<string[]> =>
      page.locator(".series title").evaluateAll((nodes) => nodes.map((node) => node.textContent ?? ""));
    // The fixture's cube: level 1 + (4 date + 2 row + column) of 2 x 2 cells, 0..254 dB; the middle is row 1, column 1.
    assert.equal(await titles(), ["20230105: 3 dB", "20230121: 7 dB", "20230206: 11 dB"]);
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction(() => document.querySelector(".series title")?.textContent?.includes("1 dB"));
    assert.equal(await titles(), ["20230105: 1 dB", "20230121: 5 dB", "20230206: 9 dB"]);
    await page.close();
  });
});

test.run();
