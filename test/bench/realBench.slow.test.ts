import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BenchRun } from "../../src/bench/run";
import { runBench } from "../../src/bench/session";
import { productHeader } from "../../src/io/products";
import { readSession } from "../../src/records/runFolder";
import { withFolder } from "../records/records.fixture";
import { writeStack } from "./bench.fixture";

const HEADER = productHeader({ azimuth: 2, range: 2 }).bytes.toString("hex");

/** Adds up crops of 2 x 2 pixels; `--count`, `--trace` and the usage on stdout as pila has them. */
const PROGRAM = `
const fs = require("fs"), path = require("path");
const words = process.argv.slice(2).filter((word) => !["stats", "sec"].includes(word));
const option = (name) => words.includes(name) ? words[words.indexOf(name) + 1] : null;
const now = () => Number(process.hrtime.bigint()) / 1e9;
const start = now();
const [input, mean, std] = words;
const header = Buffer.from("${HEADER}", "hex");
const read = (name) => [0, 4, 8, 12].map((at) => fs.readFileSync(path.join(input, name)).readFloatLE(header.length + at));
const planes = fs.readdirSync(input).sort().map(read);
const sum = [0, 1, 2, 3].map((i) => planes.reduce((total, values) => total + values[i], 0));
const write = (file, values) => fs.writeFileSync(file, Buffer.concat([header, Buffer.from(Float32Array.from(values).buffer)]));
write(mean, sum);
write(std, sum);
if (option("--count")) write(option("--count"), [1, 1, 1, 1].map(() => planes.length));
const span = { worker: 0, phase: "compute", item: "all", startSeconds: start, endSeconds: now(), bytes: 0 };
if (option("--trace")) fs.writeFileSync(option("--trace"), JSON.stringify(span) + "\\n");
console.log(JSON.stringify({ usage: { bytesRead: 1, bytesWritten: 2, ipcMessages: 0, ipcBytes: 0 }, workers: 1 }));
`;

test("real processes and a peer in plain node, on this machine: times, memory, spans and env are sound", () =>
  withFolder(async (folder) => {
    const program = join(folder, "add planes.js");
    writeFileSync(program, PROGRAM);
    const data = writeStack(join(folder, "data"), "intensity", ["20200101", "20200113"]);
    const peer = (name: string, file: string) =>
      `${name}='${process.execPath}' '${file}' {intens} {mean} {std}`;
    const result = await runBench(
      {
        data,
        out: join(folder, "run"),
        backends: ["sec"],
        blocks: 1,
        peers: [peer("node_sec", program), peer("absent", join(folder, "nowhere.js"))],
        commandLine: ["pila", "bench", "DIR"],
      },
      { precise: () => false, pila: [process.execPath, program] },
    );
    const { runs, spans, env } = readSession(result.folder);
    assert.is(runs.length, 2 * 4 + 1);
    const absent = runs.filter((run) => run.label === "absent");
    assert.equal(
      absent.map((run) => run.outcome),
      ["failed", "failed"],
    );
    assert.match(absent[0]!.reason!, "exit 1");
    for (const run of runs.filter((one) => one.label !== "absent") as BenchRun[]) {
      assert.is(run.reason, null);
      assert.ok(run.wallSeconds! > 0.01 && run.wallSeconds! < 30);
      assert.ok(run.userSeconds! + run.systemSeconds! > 0);
      assert.is(run.cache, "warm");
      assert.is(run.comparedPixels, run.label === "node_sec" ? 4 : null);
      if (!run.warmup && !run.traced) assert.is(run.peakRssBytes, null);
    }
    const traced = runs.find((run) => run.traced)!;
    const mine = spans
      .filter((span) => span.runId === traced.runId)
      .sort((a, b) => a.startSeconds - b.startSeconds);
    assert.equal(
      mine.map((span) => span.phase),
      ["spawn", "compute", "teardown"],
    );
    const covered = mine.reduce((sum, span) => sum + span.endSeconds - span.startSeconds, 0);
    assert.ok(Math.abs(covered - traced.wallSeconds!) < 1e-9);
    assert.is(env.stopped, "blocks");
    assert.is(env.childEnvironment.OPENBLAS_NUM_THREADS, "1");
    assert.ok(env.microbenchmarks.spawnMilliseconds! > 0);
    assert.match(
      readFileSync(join(result.folder, "resultados.csv"), "utf8"),
      /^backend\ttiempo\n(?:\w+\t\d+\.\d{6}\n){2}$/,
    );
  }));

test.run();
