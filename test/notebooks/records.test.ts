import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cuaderno, notebookParameters } from "../../src/notebook/cuaderno";
import { rows, runs, spans } from "../../src/notebook/records";
import { appendRun, appendSpans, lastRun, writeEnv } from "../../src/records/runFolder";
import { protocolSession } from "../records/session.fixture";
import { makeTestFolder } from "./jupyter";

const folder = makeTestFolder("parameters");
const session = protocolSession({ backends: ["mp_v2"], workers: [2], blocks: 6 });
const { DataFrame } = require("danfojs-node") as typeof import("danfojs-node");

function withParameters<T>(parameters: object, work: () => T): T {
  const path = join(folder, "parametros.json");
  writeFileSync(path, JSON.stringify(parameters));
  process.env.PILA_NOTEBOOK_PARAMETERS = path;
  return work();
}

test.after.each(() => {
  delete process.env.PILA_NOTEBOOK_PARAMETERS;
});

async function messageOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "no error";
}

for (const [what, parameters, says] of [
  ["an unknown name", { bloqes: 6 }, /«bloqes» no es un parámetro; los que hay son slc, looks, recorte/],
  ["a number that is none", { looks: "4" }, /«looks» es "4"; tiene que ser un entero de 1 a 64/],
  ["a number out of range", { trabajadores: 0 }, /«trabajadores» es 0; tiene que ser un entero de 1 a 1024/],
  ["a crop that is none", { recorte: "10,20" }, /«recorte» es "10,20"; .*filas,columnas,fila0,columna0/],
  ["a folder that is not there", { slc: "no/such" }, /«slc» es "no\/such"; .* que exista, .*\/no\/such\)/],
] as const) {
  test(`${what} among the parameters is an error that names it, and nothing is simulated`, async () => {
    assert.match(await messageOf(() => withParameters(parameters, cuaderno)), says);
  });
}

test("parameters of the file go before those of the notebooks, and an empty crop is the whole image", async () => {
  const { log } = console;
  const said: string[] = [];
  console.log = (text: string) => said.push(text);
  try {
    const found = await withParameters({ slc: "data-prep/sample", bloques: 2 }, cuaderno);
    assert.equal(found, {
      ...{ slc: "data-prep/sample", simulados: false, looks: 4, recorte: null, trabajadores: 2 },
      ...{ bloques: 2, salida: "build/cuadernos" },
    });
    assert.equal(said, ["datos: data-prep/sample"]);
  } finally {
    console.log = log;
  }
});

test("a notebook of its own parameters takes those it has, and refuses others by name", async () => {
  assert.equal(
    withParameters({ lang: "en" }, () => notebookParameters({ run: "", lang: "es" })),
    { run: "", lang: "en" },
  );
  assert.match(
    await messageOf(async () => withParameters({ langue: "en" }, () => notebookParameters({ lang: "es" }))),
    /UsageError: .*«langue» no es un parámetro; los que hay son lang/,
  );
});

test("runs as records: grouped by danfo they count and average as plain code does; what counts is not traced", () => {
  const records = runs(session);
  assert.is(records.length, session.runs.length);
  const timed = records.filter(({ cuenta }) => cuenta);
  assert.is(timed.length, 6 * 3);
  assert.ok(timed.every(({ bloque }) => bloque > 0));
  assert.equal(
    Object.keys(records[0]!).filter((name) => name.includes("-")),
    [],
  );

  const frame = new DataFrame(timed).groupby(["configuracion"]).agg({ segundos: "mean" });
  const means = rows<{ configuracion: string; segundos_mean: number }>(frame);
  assert.equal(means.map(({ configuracion }) => configuracion).sort(), ["mp2_v2", "sec"]);
  for (const { configuracion, segundos_mean } of means) {
    const own = session.runs.filter((run) => run.label === configuracion && !run.warmup && !run.traced);
    const mean = own.reduce((sum, run) => sum + run.wallSeconds!, 0) / own.length;
    assert.ok(Math.abs(segundos_mean / mean - 1) < 1e-9, configuracion);
  }
});

function writeRun(name: string, startedAt: string): string {
  const run = join(folder, "runs", name);
  mkdirSync(run, { recursive: true });
  writeEnv(run, { ...session.env, startedAt });
  appendSpans(run, session.spans);
  for (const record of session.runs) appendRun(run, record);
  return run;
}

test("spans as records add up to those of the file, warm-ups left out", () => {
  const found = spans(writeRun("a", "2026-01-02T00:00:00.000Z"));
  const kept = new Set(session.runs.filter((run) => !run.warmup).map((run) => run.runId));
  const read = session.spans.filter((span) => kept.has(span.runId) && span.phase === "read");
  const total = read.reduce((sum, span) => sum + span.endSeconds - span.startSeconds, 0);
  const own = found.filter(({ fase }) => fase === "leer");
  assert.is(own.length, read.length);
  assert.ok(Math.abs(own.reduce((sum, span) => sum + span.segundos, 0) - total) < 1e-9);
});

test("the last run is the one that began last, whatever its name", () => {
  const newest = writeRun("b", "2026-03-01T00:00:00.000Z");
  writeRun("z-cuaderno", "2026-02-01T00:00:00.000Z");
  assert.is(lastRun(join(folder, "runs")), newest);
});

test.run();
