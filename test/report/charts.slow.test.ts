import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CHARTS } from "../../src/report/charts/registry";
import { withCaption } from "../../src/report/draw";
import type { Drawing } from "../../src/report/drawing";
import { LANGUAGES, type Lang } from "../../src/report/language";
import { renderPng } from "../../src/report/png";
import { makeReportData, type ReportData } from "../../src/report/reportData";
import { protocolSession } from "../records/session.fixture";
import { readPixels } from "./fixtures/pixels";
import { parseSvg, textsOf } from "./fixtures/svg";

/** Stored texts and pictures; written anew with UPDATE_SNAPSHOTS=1, to be looked at before they are kept. */
const SNAPSHOTS = join(__dirname, "../../../test/report/snapshots");
const UPDATE = process.env.UPDATE_SNAPSHOTS === "1";
/** Glyph edges differ between builds of the renderer by far less. */
const INK_TOLERANCE = 0.002;

const report = makeReportData(protocolSession({ dates: [2, 4, 8], caches: ["warm", "cold"] }));
const OWN = CHARTS.filter((chart) => chart.figure !== "F12");

function drawn(id: string, lang: Lang, from: ReportData = report): Drawing {
  const result = CHARTS.find((chart) => chart.id === id)!.draw(from, lang);
  if (result.kind === "missing") throw new Error(`${id}: ${result.reason.en}`);
  return result;
}

function checkSnapshot(name: string, found: string): string {
  const path = join(SNAPSHOTS, name);
  if (UPDATE) writeFileSync(path, found);
  assert.ok(existsSync(path), `no snapshot ${name}`);
  return readFileSync(path, "utf8");
}

test("the registry has F1 to F11, each once, and the figure of fused", () => {
  const figures = OWN.map((chart) => chart.figure);
  assert.equal(figures, [...Array.from({ length: 11 }, (_, i) => `F${i + 1}`), "FF"]);
  assert.is(new Set(CHARTS.map((chart) => chart.id)).size, CHARTS.length);
});

for (const chart of OWN) {
  test(`${chart.figure} ${chart.id}: title and two sentences how to read it, in both languages`, () => {
    for (const lang of LANGUAGES) {
      assert.ok(chart.title[lang].length > 3);
      assert.is(chart.reading[lang].match(/[.!?](?= [A-ZÁÉÍÓÚ]|$)/g)?.length, 2, chart.reading[lang]);
    }
    assert.is.not(chart.title.es, chart.title.en);
  });

  for (const lang of LANGUAGES) {
    test(`${chart.figure} ${chart.id} (${lang}): numbers and labels as in the snapshot`, () => {
      const { svg, alt, caption } = drawn(chart.id, lang);
      const found = [...textsOf(svg), `alt: ${alt}`, `caption: ${caption}`, ""]
        .join("\n")
        .replaceAll("\u00a0", " ");
      assert.snapshot(found, checkSnapshot(`${chart.id}.${lang}.txt`, found));
    });
  }

  test(`${chart.figure} ${chart.id}: one named image, no other names, ids once, every reference met`, () => {
    const { documentElement: root } = parseSvg(drawn(chart.id, "es").svg);
    assert.is(root.getAttribute("role"), "img");
    assert.match(root.getAttribute("aria-label")!, chart.title.es);
    assert.is(root.querySelectorAll("[aria-label], [aria-description], [role], style").length, 0);
    const ids = [...root.querySelectorAll("[id]")].map((node) => node.id);
    assert.is(new Set(ids).size, ids.length);
    assert.ok(
      ids.every((id) => id.startsWith(`${chart.id}-`)),
      ids.join(" "),
    );
    for (const [, id] of root.outerHTML.matchAll(/url\(#([^)]+)\)/g))
      assert.ok(ids.includes(id!), `no ${id}`);
    assert.not.match(root.outerHTML, /NaN|undefined|Infinity/);
  });

  test(`${chart.figure} ${chart.id}: picture of the stored size and ink, with text in its title`, () => {
    const drawing = withCaption(drawn(chart.id, "es"));
    const pixels = readPixels(renderPng(drawing.svg));
    const found = { width: pixels.width, height: pixels.height, ink: Number(pixels.darkShare().toFixed(4)) };
    const stored = JSON.parse(checkSnapshot(`${chart.id}.json`, `${JSON.stringify(found, null, 2)}\n`));
    assert.equal([found.width, found.height], [stored.width, stored.height]);
    assert.ok(Math.abs(found.ink - stored.ink) < INK_TOLERANCE, `ink ${found.ink}, stored ${stored.ink}`);
    assert.ok(pixels.darkShare({ x: 16, y: 16, width: 60, height: 18 }) > 0.08, "no text in the title");
    assert.ok(pixels.darkShare({ x: 16, y: drawing.height - 30, width: 40, height: 20 }) < 0.5);
  });

  test(`${chart.figure} ${chart.id}: text is dark on light or white on dark blue`, () => {
    for (const node of parseSvg(drawn(chart.id, "es").svg).querySelectorAll("text")) {
      const fill = node.closest("[fill]")?.getAttribute("fill") ?? "";
      assert.ok(
        ["#1a1a1a", "#555555", "#ffffff", "currentColor"].includes(fill),
        `${fill}: ${node.textContent}`,
      );
    }
  });

  test(`${chart.figure} ${chart.id}: without records the reason is told in both languages`, () => {
    const empty = makeReportData({ ...protocolSession({ blocks: 0 }), runs: [], spans: [] });
    const result = chart.draw(empty, "es");
    assert.is(result.kind, "missing");
    if (result.kind === "missing") assert.ok(result.reason.es !== "" && result.reason.en !== "");
  });
}

test("a chart is the same text again after all others were drawn", () => {
  const first = drawn("fusionado", "es").svg;
  for (const chart of OWN) drawn(chart.id, "en");
  assert.is(drawn("fusionado", "es").svg === first, true);
});

test("a backend that returned wrong pixels is in no chart of times", () => {
  const session = protocolSession();
  const runs = session.runs.map((run) =>
    run.backend === "mp_mem" ? { ...run, outcome: "failed" as const, reason: "pixels differ from sec" } : run,
  );
  const failed = makeReportData({ ...session, runs });
  for (const chart of OWN) {
    const result = chart.draw(failed, "es");
    if (result.kind === "drawing") assert.not.match(result.svg, /mp\d_mem/, chart.id);
  }
});

test("fused and prep, which do other work, are in their own figure only", () => {
  for (const chart of OWN.filter(({ figure }) => figure !== "FF")) {
    const texts = textsOf(drawn(chart.id, "es").svg).join("\n");
    assert.not.match(texts, /fused\d|prep\d/, chart.id);
  }
  assert.match(textsOf(drawn("fusionado", "es").svg).join("\n"), /prep2 \+ sec/);
});

test.run();
