import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Context } from "../../src/commands/command";
import { command } from "../../src/commands/plot";
import { parseArguments } from "../../src/commands/registry";
import { RecordError } from "../../src/core/errors";
import { withFolder, writeSession } from "../records/records.fixture";
import { protocolSession } from "../records/session.fixture";
import { readPixels } from "./fixtures/pixels";
import { textsOf } from "./fixtures/svg";

const FILES = ["speedup.png", "speedup.svg", "t_barras.png", "t_barras.svg"];

async function plot(...words: string[]): Promise<{ printed: string[]; told: string[] }> {
  const [printed, told]: [string[], string[]] = [[], []];
  const context: Context = {
    signal: new AbortController().signal,
    quiet: false,
    print: (line) => printed.push(line),
    tell: (line) => told.push(line),
    progress: () => {},
  };
  await command.run(parseArguments("plot", command, words), context);
  return { printed, told };
}

async function errorOf(...words: string[]): Promise<Error> {
  try {
    await plot(...words);
  } catch (error) {
    return error as Error;
  }
  throw new Error("found no error, expected one");
}

test("a run folder gets times and speedup under the user's file names, with their notes", () =>
  withFolder(async (folder) => {
    writeSession(folder, protocolSession({ backends: ["mp_v2"], traced: false }));
    const { printed } = await plot(folder);
    assert.equal(printed.map((path) => path.slice(folder.length + 1)).sort(), FILES);
    const texts = textsOf(readFileSync(join(folder, "t_barras.svg"), "utf8"));
    assert.ok(texts.includes("mp2_v2"));
    assert.match(texts.join(" "), /n = 10 a 20; trazo: intervalo de la mediana/);
    const { width, height } = readPixels(readFileSync(join(folder, "t_barras.png")));
    assert.is(width, 1520);
    assert.ok(height > 300, String(height));
  }));

test("--out and --lang: other folder, made where missing, and English words", () =>
  withFolder(async (folder) => {
    writeSession(folder, protocolSession({ backends: ["mp_v2"], traced: false }));
    const out = join(folder, "made", "here");
    await plot(folder, "--out", out, "--lang", "en");
    assert.equal(readdirSync(out).sort(), FILES);
    assert.match(
      textsOf(readFileSync(join(out, "speedup.svg"), "utf8")).join(" "),
      "Time of sec over the time",
    );
    assert.not(existsSync(join(folder, "speedup.svg")));
  }));

test("a run of sec alone has its times; why there is no speedup is told", () =>
  withFolder(async (folder) => {
    writeSession(folder, protocolSession({ backends: [], traced: false }));
    const { printed, told } = await plot(folder);
    assert.equal(printed.map((path) => path.slice(folder.length + 1)).sort(), [
      "t_barras.png",
      "t_barras.svg",
    ]);
    assert.match(told.join("\n"), /speedup is not drawn: No configuration that shares the work was measured/);
  }));

test("a bare table: seconds, and T_sec / T whatever the labels", () =>
  withFolder(async (folder) => {
    const path = join(folder, "mis tiempos.csv");
    writeFileSync(path, "backend\ttiempo\nmp4\t1.25\nsec\t2.5\ncorrida <vieja>\t5\n");
    await plot(path);
    assert.equal(readdirSync(folder).sort(), ["mis tiempos.csv", ...FILES]);
    const [times, ratios] = ["t_barras.svg", "speedup.svg"].map((name) =>
      textsOf(readFileSync(join(folder, name), "utf8")),
    );
    assert.equal(
      times!.filter((text) => /^\d,\d\d s$/.test(text)),
      ["1,25 s", "2,50 s", "5,00 s"],
    );
    assert.equal(
      ratios!.filter((text) => /^\d,\d\d$/.test(text)),
      ["2,00", "1,00", "0,50"],
    );
    assert.equal(
      ratios!.filter((text) => ["mp4", "sec", "corrida <vieja>"].includes(text)),
      ["mp4", "sec", "corrida <vieja>"],
    );
  }));

for (const [kind, text, found] of [
  ["no row sec", "backend\ttiempo\nmp4\t1.25\nmpi4\t2\n", "found no row sec (labels: mp4, mpi4)"],
  ["two rows sec", "backend\ttiempo\nsec\t1\nsec\t2\n", "found 2 rows sec"],
] as const) {
  test(`a table with ${kind} is an error, and nothing is written`, () =>
    withFolder(async (folder) => {
      const path = join(folder, "resultados.csv");
      writeFileSync(path, text);
      const error = await errorOf(path);
      assert.instance(error, RecordError);
      assert.match(error.message, `${path}: ${found}`);
      assert.equal(readdirSync(folder), ["resultados.csv"]);
    }));
}

test("a folder without records, and a path that is not there, are errors", () =>
  withFolder(async (folder) => {
    assert.instance(await errorOf(folder), RecordError);
    assert.instance(await errorOf(join(folder, "none.csv")), RecordError);
  }));

test.run();
