import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runs } from "../../src/notebook/records";
import { SECTION_IDS } from "../../src/report/page";
import { runPila } from "../commands/cli.fixture";
import { testUnless } from "../testUnless";
import { joinText, makeTestFolder, missingJupyter, readOutputs, root, runPython } from "./jupyter";

// The notebooks and the informe as a person or CI runs them, on the two real dates and a small simulated stack.

const testWithJupyter = testUnless(missingJupyter);
const folder = makeTestFolder("notebooks");
const tree = join(folder, "tree");
const run = join(folder, "run");
const parameters = join(folder, "parametros.json");
/** Run folders outside of the test's own. */
const measured: string[] = [];

/** What the outputs of an executed notebook show, cell by cell: text, and the HTML of tables and drawings. */
interface Shown {
  readonly text: string;
  readonly html: string;
}

async function execute(name: string): Promise<Shown> {
  const source = join(root, `notebooks/${name}.ipynb`);
  const target = join(folder, `${name}.ipynb`);
  const { exitCode, stderr } = await runPython("execute.py", [source, target], {
    PILA_NOTEBOOK_PARAMETERS: parameters,
  });
  assert.is(exitCode, 0, stderr);
  const outputs = readOutputs(target).flat();
  const warnings = outputs.filter((output) => output.name === "stderr").map(({ text }) => joinText(text));
  assert.equal(warnings, []);
  return {
    text: outputs.map(({ text }) => joinText(text)).join(""),
    html: outputs.map(({ data }) => joinText(data?.["text/html"])).join("\n"),
  };
}

/** Both lanes at once: no verdict of these sessions is looked at. */
const LANES = [
  ["01-datos", "02-backends", "00-entorno"],
  ["03-rendimiento", "04-escala"],
] as const;
const shown = new Map<string, Promise<Shown>>();

function startLessons(): void {
  for (const lane of LANES) {
    let before: Promise<unknown> = Promise.resolve();
    for (const name of lane) {
      const lesson = before.then(() => execute(name));
      shown.set(name, lesson);
      before = lesson.catch(() => {});
    }
  }
}

const lesson = (name: (typeof LANES)[number][number]): Promise<Shown> => shown.get(name)!;

/** Drawings by Plot that hold at least one mark. */
const countDrawings = (html: string): number =>
  html
    .split(/<svg class="plot-[^"]*" fill/)
    .filter((part, i) => i > 0 && /<(circle|rect|path|text) /.test(part)).length;

test.before(() => {
  assert.is(
    runPila(["simulate", tree, "--dates", "3", "--size", "512x512", "--seed", "7", "--quiet"]).code,
    0,
  );
  const small = { slc: tree, salida: join(folder, "salida"), bloques: 1 };
  writeFileSync(parameters, JSON.stringify(small));
  if (missingJupyter === undefined) startLessons();
});

test.after(() => {
  for (const run of measured) rmSync(run, { recursive: true, force: true });
});

testWithJupyter(
  "00-entorno shows the machine, what can run, the dates of the own folder, and a chart",
  async () => {
    const { text, html } = await lesson("00-entorno");
    assert.match(text, `datos: ${tree}`);
    assert.match(text, /Son 3 fechas, 6,29 MB en total\./);
    for (const word of ["procesador", "mp_v2", "20230105"]) assert.match(html, `>${word}<`);
    assert.is(countDrawings(html), 1);
  },
);

testWithJupyter("01-datos shows every date and the quicklook, finds 16 looks and the bad date", async () => {
  const { text, html } = await lesson("01-datos");
  for (const date of ["20230105", "20230121", "20230206"]) assert.match(html, `>${date}<`);
  assert.match(html, 'src="data:image/png;base64,');
  assert.match(text, /hueco más largo es de 16 días/);
  const enl = Number(/mediana del ENL es (\d+(?:,\d+)?)/.exec(text)?.[1]?.replace(",", "."));
  // Of 256 cells the relative standard error of an ENL is about 1/11, of the median of 16 a third of that.
  assert.ok(Math.abs(enl - 16) < 3, text);
  assert.match(text, "La revisión encontró 1 problema en 20230121.");
  assert.is(countDrawings(html), 3);
});

testWithJupyter(
  "02-backends: what crosses is 4 bytes a pixel a date or 36 a worker; no pixel differs",
  async () => {
    const { text, html } = await lesson("02-backends");
    assert.match(text, "mp mueve 12 bytes por píxel; mp_v2, 72: más.");
    assert.match(text, "se cruzan en 18 fechas; con las 3 de ahora, mp mueve menos.");
    assert.match(text, "Ningún píxel difiere en ningún backend.");
    for (const id of ["sec", "mp", "mp_v2", "mp_mem", "threads"]) {
      const row = new RegExp(`>${id}</td>${"<td[^>]*>0</td>".repeat(3)}`);
      assert.match(html, row, id);
    }
    assert.is(countDrawings(html), 4);
  },
);

testWithJupyter("03-rendimiento measures a session and draws it; one block is no verdict", async () => {
  const { text, html } = await lesson("03-rendimiento");
  const run = /corridas en (reports\/runs\/\w+): se hicieron todos los bloques/.exec(html)?.[1];
  assert.ok(run !== undefined, html.slice(0, 500));
  measured.push(join(root, run));
  const timed = runs(join(root, run)).filter(({ cuenta }) => cuenta);
  assert.match(text, `Cuentan ${timed.length} corridas`);
  assert.match(html, ">no se distingue<");
  assert.is(countDrawings(html), 5);
});

testWithJupyter("04-escala measures three sizes, and its lines cross where the table says", async () => {
  const { text, html } = await lesson("04-escala");
  assert.match(text, "24 fechas, 3 de ellas distintas.");
  assert.match(text, /Son 12 puntos de sec, mp2_v2, threads2\./);
  assert.match(html, ">tooFewBlocks<");
  assert.is(countDrawings(html), 2);
});

testWithJupyter("informe of the real dates stands alone and holds every section, in both languages", () => {
  const stack = join(root, "data-prep/sample");
  const bench = runPila([
    "bench",
    stack,
    "--blocks",
    "6",
    "--workers",
    "2",
    "--backends",
    "sec,mp_v2,threads",
    "--out",
    run,
    "--quiet",
  ]);
  assert.is(bench.code, 0, bench.stderr);
  for (const [lang, words] of [
    ["es", "¿Cuánto tarda cada una?"],
    ["en", "How long does each take?"],
  ] as const) {
    const out = join(folder, `${lang}.html`);
    const made = runPila(["informe", "--run", run, "--lang", lang, "--out", out, "--quiet"]);
    assert.is(made.code, 0, made.stderr);
    const html = readFileSync(out, "utf8");
    assert.match(html, words);
    assert.match(html, `<html lang="${lang}"`);
    for (const id of SECTION_IDS) assert.match(html, `id="${id}"`, id);
    assert.not.match(html, /(src|href)="(https?:)?\/\//);
    assert.match(readFileSync(join(folder, `${lang}.md`), "utf8"), "| sec |");
  }
});

test.run();
