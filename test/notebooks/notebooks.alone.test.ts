import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runPila } from "../commands/cli.fixture";
import { testUnless } from "../testUnless";
import { makeTestFolder, missingJupyter, root, runPython } from "./jupyter";

// The notebooks and the informe as a person or CI runs them, on the two real dates and a small simulated stack.

const testWithJupyter = testUnless(missingJupyter);
const folder = makeTestFolder("notebooks");
const tree = join(folder, "tree");
const run = join(folder, "run");

interface Executed {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly outputs?: readonly {
      readonly output_type: string;
      readonly data?: Record<string, string | string[]>;
    }[];
  }[];
}

async function execute(name: string, parameters: object): Promise<string> {
  const json = join(folder, `${name}.json`);
  const target = join(folder, `${name}.ipynb`);
  writeFileSync(json, JSON.stringify(parameters));
  const { exitCode, stderr } = await runPython(
    "execute.py",
    [join(root, `notebooks/${name}.ipynb`), target],
    {
      PILA_NOTEBOOK_PARAMETERS: json,
    },
  );
  assert.is(exitCode, 0, stderr);
  const { cells } = JSON.parse(readFileSync(target, "utf8")) as Executed;
  return cells
    .flatMap((cell) => cell.outputs ?? [])
    .map((output) => [output.data?.["text/html"] ?? ""].flat().join(""))
    .join("\n");
}

test.before(() => {
  assert.is(
    runPila(["simulate", tree, "--dates", "3", "--size", "256x256", "--seed", "7", "--quiet"]).code,
    0,
  );
});

testWithJupyter("01-datos shows every date, the quicklook and the histogram", async () => {
  const html = await execute("01-datos", { arbol: tree });
  for (const date of ["20230105", "20230121", "20230206"]) assert.match(html, `<td>${date}</td>`);
  assert.match(html, 'src="data:image/png;base64,');
  assert.match(html, "Histograma de la intensidad");
});

testWithJupyter("02-backends runs each backend, and none differs from sec by a single pixel", async () => {
  const html = await execute("02-backends", { arbol: tree, salida: join(folder, "backends") });
  const rows = [...html.matchAll(/<tr><td>([a-z_0-9]+)<\/td><td>0<\/td><td>0<\/td><td>0<\/td><\/tr>/g)].map(
    ([, id]) => id,
  );
  assert.equal(rows.slice(0, 5), ["sec", "mp", "mp_v2", "mp_mem", "threads"]);
});

testWithJupyter("03-rendimiento measures a session and draws it", async () => {
  const html = await execute("03-rendimiento", { arbol: tree, bloques: 1, salida: join(folder, "session") });
  for (const figure of ["F1", "F3", "F4"]) assert.match(html, `id="${figure}"`);
});

testWithJupyter(
  "informe of the real dates stands alone and holds every table, figure and map, in both languages",
  () => {
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
      ["es", "La máquina, los datos y el ruido"],
      ["en", "The machine, the data and the noise"],
    ] as const) {
      const out = join(folder, `${lang}.html`);
      const made = runPila(["informe", "--run", run, "--lang", lang, "--out", out, "--quiet"]);
      assert.is(made.code, 0, made.stderr);
      const html = readFileSync(out, "utf8");
      assert.match(html, words);
      assert.match(html, `<html lang="${lang}"`);
      for (const id of [
        "T1",
        "T2",
        "F1",
        "F2",
        "F3",
        "F4",
        "F5",
        "F6",
        "F7",
        "F8",
        "F9",
        "F10",
        "F11",
        "F12",
        "FF",
      ]) {
        assert.match(html, new RegExp(`id="${id}"`), id);
      }
      assert.not.match(html, /(src|href)="(https?:)?\/\//);
      assert.match(readFileSync(join(folder, `${lang}.md`), "utf8"), "| sec |");
    }
  },
);

test.run();
