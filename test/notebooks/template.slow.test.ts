import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testUnless } from "../testUnless";
import { findAxeViolations, missingBrowser, openBrowser } from "./browser";
import { makeTestFolder, missingJupyter, readOutputs, root, runPython } from "./jupyter";

const it = testUnless(missingJupyter);
const inBrowser = testUnless(missingJupyter ?? missingBrowser);
const folder = makeTestFolder("template");
const notebook = join(folder, "sample.ipynb");
const page = join(folder, "sample.html");
let browser: Browser | undefined;

async function exportTo(target: string): Promise<string> {
  const { exitCode, stderr } = await runPython("export.py", [notebook, target]);
  assert.is(exitCode, 0, stderr);
  return readFileSync(target, "utf8");
}

/** The exported page in the browser, with every address it asked for. */
async function openPage(width: number): Promise<{ tab: Page; requests: string[]; messages: string[] }> {
  browser ??= await openBrowser();
  const tab = await browser.newPage({ viewport: { width, height: 900 } });
  const requests: string[] = [];
  const messages: string[] = [];
  tab.on("request", (request) => requests.push(request.url()));
  tab.on("console", (message) => messages.push(message.text()));
  await tab.goto(pathToFileURL(page).href, { waitUntil: "networkidle" });
  return { tab, requests, messages };
}

test.after(async () => {
  await browser?.close();
});

it("an executed notebook is exported, twice to the same bytes", async () => {
  const source = join(root, "test/notebooks/sample.ipynb");
  const { exitCode, stderr } = await runPython("execute.py", [source, notebook]);
  assert.is(exitCode, 0, stderr);
  assert.not.ok(readOutputs(notebook).some((cell) => cell.some((output) => output.output_type === "error")));
  const html = await exportTo(page);
  assert.ok(html === (await exportTo(join(folder, "again.html"))), "two exports differ");
});

it("title, language and policy stand in the head", () => {
  const html = readFileSync(page, "utf8");
  assert.match(html, '<html lang="es">');
  assert.match(html, "<title>Media y desvío temporal de una pila</title>");
  const policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:";
  assert.match(html, `content="${policy}"`);
});

inBrowser("the page asks for itself and nothing else, and breaks no policy of its own", async () => {
  const { tab, requests, messages } = await openPage(1280);
  assert.equal(
    requests.filter((address) => !address.startsWith("data:")),
    [pathToFileURL(page).href],
  );
  assert.equal(messages, []);
  await tab.close();
});

inBrowser("formulas are MathML, no dollar is left", async () => {
  const { tab } = await openPage(1280);
  assert.is(await tab.locator("math").count(), 4);
  assert.is(await tab.locator("math[display=block] munderover").count(), 1);
  assert.not.match(await tab.locator("main").innerText(), "$");
  await tab.close();
});

inBrowser("code is closed until asked for, long output shows 20 lines and says how many wait", async () => {
  const { tab } = await openPage(1280);
  const code = tab.locator("details.code");
  assert.is(await code.count(), 4);
  assert.is(await tab.locator("details[open]").count(), 0);
  assert.is(await code.first().locator("summary").innerText(), "código");
  assert.not.ok(await code.first().locator("pre").isVisible());
  await code.first().locator("summary").click();
  assert.ok(await code.first().locator("pre").isVisible());
  const shown = await tab.locator("pre.stream").first().innerText();
  assert.is(shown.trim().split("\n").length, 20);
  assert.is(await tab.locator("details.rest > summary").innerText(), "100 líneas más");
  const rest = (await tab.locator("details.rest pre").textContent()) ?? "";
  assert.match(rest.trim().split("\n").at(-1) ?? "", /^bloque 119: /);
  await tab.close();
});

inBrowser("the contents lead to every section", async () => {
  const { tab } = await openPage(1280);
  const targets = await tab
    .locator("nav a")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.equal(targets, ["#que-se-calcula", "#tiempos", "#registro"]);
  for (const target of targets) assert.is(await tab.locator(`h2${target}`).count(), 1);
  await tab.close();
});

for (const width of [360, 1280]) {
  inBrowser(`${width} px wide: axe finds nothing, nothing hangs over the edge`, async () => {
    const { tab } = await openPage(width);
    await tab.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
    assert.equal(await findAxeViolations(tab), []);
    assert.is(await tab.evaluate("document.documentElement.scrollWidth"), width);
    await tab.close();
  });
}

inBrowser("print leaves code out and says what was cut", async () => {
  const { tab } = await openPage(800);
  await tab.emulateMedia({ media: "print" });
  assert.not.ok(await tab.locator("details.code").first().isVisible());
  assert.is(await tab.locator("p.cut").innerText(), "… 100 líneas más en la versión de pantalla");
  assert.ok(await tab.locator("p.cut").isVisible());
  await tab.close();
});

test.run();
