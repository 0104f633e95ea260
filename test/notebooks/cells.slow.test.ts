import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testUnless } from "../testUnless";
import { type CellOutput, joinText, makeTestFolder, missingJupyter, readOutputs, runPython } from "./jupyter";

// What a stranger writes into cells: each is run once in one kernel, and judged by what the page would show.

const IMPORTS =
  'import * as Plot from "@observablehq/plot";\nimport * as dfd from "danfojs-node";\nimport * as pila from "pila";';

const CELLS = {
  failsAfterImports: `${IMPORTS}\nthrow new RangeError("fila 7 de 4");`,
  frame:
    'const tabla = new dfd.DataFrame([{ a: 1.23456, b: "x<y", c: NaN }, { a: 1234567.8, b: "z", c: 0.00001 }]);\ntabla',
  longFrame:
    'new dfd.DataFrame(Array.from({ length: 12 }, (_, i) => ({ "número": i, ...Object.fromEntries(Array.from({ length: 20 }, (_, k) => ["c" + k, k])) })))',
  grouped: 'tabla.groupby(["b"]).agg({ a: "median" })',
  described: "tabla.describe()",
  series: 'tabla["a"]',
  chart: 'Plot.plot({ document, marks: [Plot.dot(pila.rows(tabla), { x: "b", y: "a", title: "b" })] })',
  drawsItself: '({ [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>sí</b>" }) })',
  text: '"hola"',
  shorthand: "({ tabla }).tabla.columns.length",
  object: "({ uno: [1, 2] })",
  nothing: "void 0",
  declared: `const duplicar = (x: number): number => {
  const caja = {
    x,
  };
  if (caja.x > 3) throw new Error("demasiado");
  return 2 * x;
};`,
  failsElsewhere: "const uno = 1;\n[1, 5]\n  .map((x) => duplicar(x));",
  wrongType: 'const lineas: number =\n  "a";',
} as const;

type Name = keyof typeof CELLS;
const folder = makeTestFolder("cells");
const HOME = join(folder, "home");
const it = testUnless(missingJupyter);

async function runCells(): Promise<Readonly<Record<Name, readonly CellOutput[]>>> {
  const cells = Object.values(CELLS).map((source, i) => ({
    ...{ cell_type: "code", id: `c${i}`, source, outputs: [], execution_count: null },
    metadata: { tags: ["raises-exception"] },
  }));
  const [source, target] = [join(folder, "in.ipynb"), join(folder, "out.ipynb")];
  writeFileSync(source, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  mkdirSync(HOME);
  const { exitCode, stderr } = await runPython("execute.py", [source, target], { HOME });
  assert.is(exitCode, 0, stderr);
  const outputs = readOutputs(target);
  return Object.fromEntries(Object.keys(CELLS).map((name, i) => [name, outputs[i]])) as never;
}

const cells = missingJupyter === undefined ? runCells() : undefined;
const shown = async (name: Name, type: string): Promise<string> => {
  const outputs = (await cells)![name];
  assert.is(outputs.length, 1, `${name}: ${JSON.stringify(outputs)}`);
  assert.is(outputs[0]!.output_type, "execute_result");
  return joinText(outputs[0]!.data?.[type]);
};
const failed = async (name: Name): Promise<readonly string[]> => {
  const [error] = (await cells)![name] as readonly (CellOutput & { readonly traceback: readonly string[] })[];
  return error!.traceback.join("\n").split("\n");
};
/** Texts of the cells of a table, row by row. */
const texts = (html: string): readonly (readonly string[])[] =>
  html
    .split("</tr>")
    .slice(0, -1)
    .map((row) => [...row.matchAll(/<t[hd](?: [^>]*)?>(.*?)<\/t[hd]>/g)].map(([, text]) => text!));

it("executing a notebook leaves nothing in the user's home", async () => {
  await cells;
  assert.equal(readdirSync(HOME), []);
});

it("a frame is a table: numbers with four digits and a decimal comma, text escaped, the count of rows", async () => {
  const html = await shown("frame", "text/html");
  assert.equal(texts(html), [
    ["a", "b", "c"],
    ["1,235", "x&lt;y", "–"],
    ["1234568", "z", "1E-5"],
  ]);
  assert.match(html, '<td style="text-align:right">1,235</td><td style="text-align:left">x&lt;y');
  assert.match(html, "2 filas, 3 columnas");
});

it("ten rows of a long frame are shown, with every column in a box that scrolls", async () => {
  const html = await shown("longFrame", "text/html");
  assert.equal(
    texts(html).map((row) => row.length),
    Array(11).fill(21),
  );
  assert.match(html, "10 de 12 filas, 21 columnas");
  assert.match(html, /^<div [^>]*overflow-x:auto/);
});

it("groupby, describe and a series are tables too, rows with names keep them", async () => {
  assert.equal(texts(await shown("grouped", "text/html"))[1], ["x&lt;y", "1,235"]);
  const described = texts(await shown("described", "text/html"));
  assert.equal(described.map(([name]) => name).slice(1, 4), ["count", "mean", "std"]);
  assert.equal(texts(await shown("series", "text/html")), [["a"], ["1,235"], ["1234568"]]);
});

it("a chart of Plot is drawn, in the reader's colour", async () => {
  const html = await shown("chart", "text/html");
  assert.is([...html.matchAll(/<circle /g)].length, 2);
  assert.match(html, /<svg [^>]*fill="currentColor"/);
});

it("what draws itself does, other values are text, undefined is nothing", async () => {
  assert.is(await shown("drawsItself", "text/html"), "<b>sí</b>");
  assert.is(await shown("text", "text/plain"), "hola");
  assert.is(await shown("object", "text/plain"), "{ uno: [ 1, 2 ] }");
  assert.equal((await cells)!.nothing, []);
});

it("a variable of an earlier cell may stand by its name alone in an object", async () => {
  assert.is(await shown("shorthand", "text/plain"), "3");
});

it("a failing cell keeps its imports, and its error shows the line with a mark", async () => {
  // The cells above used them.
  assert.equal(await failed("failsAfterImports"), [
    "RangeError: fila 7 de 4",
    "celda [1], línea 4:",
    '  3 | import * as pila from "pila";',
    '> 4 | throw new RangeError("fila 7 de 4");',
    "    |       ^",
    "    at celda [1]:4:7",
  ]);
});

it("an error in a function of another cell shows that cell's line, and the way there", async () => {
  const lines = await failed("failsElsewhere");
  assert.equal(lines.slice(0, 4), [
    "Error: demasiado",
    "celda [13], línea 5:",
    "  4 |   };",
    '> 5 |   if (caja.x > 3) throw new Error("demasiado");',
  ]);
  assert.ok(lines.includes("    at celda [14]:3:15"), lines.join("\n"));
});

it("an error of TypeScript shows its line too", async () => {
  assert.equal((await failed("wrongType")).slice(1), [
    "celda [15], línea 1:",
    "> 1 | const lineas: number =",
    "    |       ^",
    '  2 |   "a";',
  ]);
});

test.run();
