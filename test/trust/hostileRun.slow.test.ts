// A run folder may come from somebody else: whatever its texts say, nothing of it runs, links or leaves its place.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { summarise, writeResultados } from "../../src/records/resultados";
import { readSession } from "../../src/records/runFolder";
import { LANGUAGES, type Lang } from "../../src/report/numbers";
import { informeMarkdown, SECTION_IDS, section } from "../../src/report/page";
import { readReportData } from "../../src/report/reportData";
import { runPila } from "../commands/cli.fixture";
import { missingBrowser, openBrowser } from "../notebooks/browser";
import { missingJupyter, root } from "../notebooks/jupyter";
import { withFolder } from "../records/records.fixture";
import { testUnless } from "../testUnless";
import { PAYLOADS, plantEverywhere, writeWhole } from "./hostile.fixture";

/** Elements that a page, a drawing or the Markdown of an informe is made of. */
const ELEMENTS = new Set(
  (
    "html head meta title link style script body main nav section div span strong small p b i a ul ol li dl dt dd h1 h2 h3 " +
    "table caption thead tbody tr th td details summary figure figcaption img button code pre footer header input label em " +
    "svg g path rect line text tspan circle defs marker clipPath clippath title"
  ).split(" "),
);

/** What of a document somebody else's text made: foreign elements, handlers, references that lead outside. */
function findForeign(document: Document): string[] {
  return [...document.querySelectorAll("*")].flatMap((element) => {
    const attributes = [...element.attributes];
    const bad = attributes.filter(({ name, value }) => {
      if (/^on/i.test(name)) return true;
      if (/^(href|src|xlink:href|action|formaction|srcdoc|data)$/i.test(name))
        return !/^(#[\w-]*$|data:image\/png;base64,|data:,|t_barras\.png$|speedup\.png$)/.test(value);
      return /url\((?!#)|javascript:/i.test(value) && /^(style|fill|clip-path|marker-\w+)$/.test(name);
    });
    const scripts =
      element.tagName.toLowerCase() === "script" &&
      /owned/.test(element.textContent ?? "") &&
      element.getAttribute("type") !== "application/json";
    const foreign = !ELEMENTS.has(element.tagName) && !ELEMENTS.has(element.tagName.toLowerCase());
    return bad.length > 0 || foreign || scripts ? [element.outerHTML.slice(0, 200)] : [];
  });
}

function pageOf(folder: string, lang: Lang): string {
  const report = readReportData(folder);
  return `<main>${SECTION_IDS.map((id) => section(report, id, lang).html).join("\n")}</main>`;
}

function assertPlain(text: string, what: string): void {
  const found = /[^\P{C}\n\t]/u.exec(text);
  assert.is(
    found,
    null,
    `${what}: ${JSON.stringify(text.slice((found?.index ?? 20) - 20, (found?.index ?? 0) + 20))}`,
  );
}

/** What is also given to the commands, each a process of its own. */
const BY_COMMAND: readonly string[] = ["html", "terminal", "inherited"];

for (const [name, payload] of Object.entries(PAYLOADS)) {
  test(`${name} in every text: refused by name, or shown as it is: page, drawings, table, terminal`, () =>
    withFolder((folder) => {
      const run = join(folder, "run");
      mkdirSync(run);
      writeWhole(run);
      const { taken, refused } = plantEverywhere(run, payload);
      assert.ok(taken.length > 40 && refused.length > 20, `${taken.length} taken, ${refused.length} refused`);
      const isLabel = !/^[=+@-]|\p{C}/u.test(payload);
      assert.is(taken.includes("runs.jsonl:label"), isLabel);
      for (const lang of name === "html" ? LANGUAGES : (["es"] as const)) {
        const { document } = new JSDOM(pageOf(run, lang)).window;
        assert.equal(findForeign(document), [], lang);
        const scripts = [...document.querySelectorAll("script")].map((one) => one.type);
        assert.equal(scripts, ["", "application/json"]);
        assert.is(document.querySelectorAll("img").length, 2);
        const times = document.querySelector("#fig-t_barras svg")!.getAttribute("aria-label")!;
        if (isLabel) assert.ok(times.includes(payload), times);
        // One word for all labels leaves one configuration, and no time line of it.
        const timelines = [...document.querySelectorAll("[id^=fig-linea_]")].map(({ id }) => id);
        if (isLabel && !/^\w+$/.test(payload)) assert.is(timelines.length, 1);
        for (const id of timelines) assert.match(id, /^[\w.-]+$/);
      }
      if (!BY_COMMAND.includes(name)) return;
      const out = join(folder, "pictures");
      const plot = runPila(["plot", run, "--out", out]);
      assert.is(plot.code, 0, plot.stderr);
      for (const file of readdirSync(out).filter((each) => each.endsWith(".svg"))) {
        const svg = new JSDOM(readFileSync(join(out, file), "utf8"), { contentType: "image/svg+xml" });
        assert.equal(findForeign(svg.window.document), [], file);
      }
      const plain = join(folder, "plain");
      mkdirSync(plain);
      writeWhole(plain);
      const others = [runPila(["compare", plain, run]), runPila(["bench", run, "--resume", run])];
      assert.match(others[0]!.stdout, /environment: these fields differ/);
      assert.is(others[0]!.code, 0, others[0]!.stderr);
      for (const { stdout, stderr } of [plot, ...others]) {
        assertPlain(stdout, "stdout");
        assertPlain(stderr, "stderr");
        assert.not.match(stderr, /\n {4}at /);
      }
    }));
}

const html = testUnless(missingJupyter);

for (const name of ["html", "markdown", "lines"]) {
  html(`${name}: informe.md, made HTML by another program, holds no element but those of Markdown`, () =>
    withFolder((folder) => {
      writeWhole(folder);
      plantEverywhere(folder, PAYLOADS[name]!);
      const program =
        "import sys, mistune; sys.stdout.write(mistune.create_markdown(escape=False, plugins=['table', 'url', 'strikethrough'])(sys.stdin.read()))";
      const input = informeMarkdown(readReportData(folder), "es");
      const made = spawnSync(join(root, ".venv/bin/python"), ["-c", program], { input, encoding: "utf8" });
      assert.is(made.status, 0, made.stderr);
      // What stands on a line of its own is no text of a record.
      assert.not.match(input, /^\\# owned/m);
      const { document } = new JSDOM(made.stdout).window;
      assert.equal(findForeign(document), []);
      const allowed = /^(html|head|body|h1|h2|p|ul|li|table|thead|tbody|tr|th|td|img)$/i;
      const names = [...document.querySelectorAll("*")].map(({ tagName }) => tagName);
      assert.equal(
        names.filter((tag) => !allowed.test(tag)),
        [],
      );
      const rows = [...document.querySelectorAll("tr")].map(({ children }) => children.length);
      assert.ok(rows.length >= 3 && rows.every((cells) => cells === 4), rows.join(" "));
    }),
  );
}

const chromium = testUnless(missingBrowser);

chromium(
  "a browser that opens the page, its folds, and the series of a cell runs nothing and asks for nothing",
  () =>
    withFolder(async (folder) => {
      writeWhole(folder);
      plantEverywhere(folder, PAYLOADS.html!);
      const browser = await openBrowser();
      try {
        const page = await browser.newPage();
        const asked: string[] = [];
        page.on("request", (request) => {
          if (!/^(data:|about:)/.test(request.url())) asked.push(request.url());
        });
        // A page without a policy of its own: what keeps it quiet is that nothing is there.
        await page.setContent(`<!DOCTYPE html><meta charset="utf-8"><body>${pageOf(folder, "es")}</body>`);
        await page.evaluate(() => {
          for (const fold of document.querySelectorAll("details")) fold.open = true;
          document.dispatchEvent(new Event("DOMContentLoaded", { bubbles: true }));
        });
        await page.locator(".cells").first().click();
        await page.locator(".series svg").waitFor();
        assert.ok((await page.locator(".series svg title").count()) > 0);
        await page.mouse.move(200, 200);
        const owned = await page.evaluate(() => (globalThis as { owned?: number }).owned);
        assert.is(owned, undefined);
        const series = await page.locator(".series").innerHTML();
        assert.equal(findForeign(new JSDOM(series).window.document), []);
        assert.equal(asked, []);
      } finally {
        await browser.close();
      }
    }),
);

test("no cell of resultados.csv begins a formula, and times and labels of pila stay as they are", () =>
  withFolder((folder) => {
    writeWhole(folder);
    const { env, runs } = readSession(folder);
    const before = summarise(runs).map(({ label, seconds }) => `${label}\t${seconds.toFixed(6)}`);
    const [path] = writeResultados(
      folder,
      env,
      runs.map((run) => ({ ...run, crop: env.dataset.crop })),
    );
    assert.equal(readFileSync(path!, "utf8").trim().split("\n").slice(1), before);
    for (const start of ["=", "+", "-", "@", "\t=", "\r@", " =", "\n-"]) {
      const own = runs.map((run) => ({
        ...run,
        crop: env.dataset.crop,
        label: run.label === "sec" ? "sec" : start + run.label,
      }));
      writeResultados(folder, env, own);
      const rows = readFileSync(path!, "utf8").trim().split("\n");
      assert.is(rows.length, before.length + 1, JSON.stringify(start));
      for (const row of rows) {
        const cells = row.split("\t");
        assert.is(cells.length, 2);
        assert.not.match(cells[0]!, /^\s*[=+@-]/);
      }
    }
  }));

html("pila informe on a folder of somebody else's: whole page, Markdown and copies, nothing of it runs", () =>
  withFolder((folder) => {
    const run = join(folder, "run");
    mkdirSync(run);
    writeWhole(run);
    plantEverywhere(run, PAYLOADS.html!);
    const out = join(folder, "out/informe.html");
    const { code, stderr } = runPila(["informe", "--run", run, "--out", out]);
    assert.is(code, 0, stderr);
    assert.ok(existsSync(out.replace(/html$/, "md")));
    const { document } = new JSDOM(readFileSync(out, "utf8")).window;
    assert.equal(findForeign(document), []);
    assert.is(document.querySelectorAll("img").length, 2);
  }),
);

test.run();
