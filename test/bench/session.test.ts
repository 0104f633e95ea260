import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { writeManifest } from "../../src/io/manifest";
import { readResultados } from "../../src/records/resultados";
import { readSession } from "../../src/records/runFolder";
import { withFolder } from "../records/records.fixture";
import { type Behave, bench, DATES, failureOf, writeStack } from "./bench.fixture";

test("a session of intensities leaves valid records, resultados.csv and no scratch", () =>
  withFolder(async (folder) => {
    const { result, executor, runs } = await bench(folder, { backends: ["mp", "mp_v2"], workers: [1, 4] });
    assert.is(result.stopped, "blocks");
    const session = readSession(result.folder);
    assert.equal(session.env, JSON.parse(JSON.stringify(result.env)));
    assert.equal(session.runs, runs);
    assert.equal(session.notes, []);
    // 2 of sec, 2 x 2 others; 7 blocks; in 4 of them 5 traced.
    assert.is(runs.length, 7 * 6 + 4 * 5);
    assert.is(executor.calls.length, runs.length + 1);
    assert.ok(runs.every((run) => run.outcome === "ok" && run.wallSeconds === 1));
    assert.equal(
      readResultados(join(result.folder, "resultados.csv"))
        .map((row) => row.label)
        .sort(),
      ["mp1", "mp1_v2", "mp4", "mp4_v2", "sec"],
    );
    assert.equal(readdirSync(result.folder).sort(), [
      "env.json",
      "levels",
      "resultados.csv",
      "runs.jsonl",
      "spans.jsonl",
    ]);
    assert.is(session.env.seed, 11);
    assert.equal(session.env.dataset.dates, DATES);
    assert.equal(session.env.childEnvironment, { OMP_NUM_THREADS: "1" });
  }));

test("more workers than cores are flagged, memory is watched only where no verdict comes from", () =>
  withFolder(async (folder) => {
    const { runs } = await bench(folder, { backends: ["mp"], workers: [2, 4] });
    assert.equal([...new Set(runs.filter((run) => run.oversubscribed).map((run) => run.label))], ["mp4"]);
    for (const run of runs) {
      assert.is(run.peakRssBytes, run.warmup || run.traced ? 5000 : null);
      assert.is(run.cores, 2);
      assert.is(run.bytesRead, 10);
      assert.is(run.ipcMessages, 3);
    }
  }));

test("spans start at 0 with the process and end with its exit; only traced runs have any", () =>
  withFolder(async (folder) => {
    const { result, runs } = await bench(folder, { backends: ["mp"], workers: [1] });
    const { spans } = readSession(result.folder);
    const traced = runs.filter((run) => run.traced).map((run) => run.runId);
    assert.equal([...new Set(spans.map((span) => span.runId))], traced);
    for (const runId of traced) {
      const mine = spans.filter((span) => span.runId === runId);
      assert.equal(
        mine.map(({ phase, startSeconds, endSeconds }) => [phase, startSeconds, endSeconds]),
        [
          ["read", 0.25, 0.5],
          ["compute", 0.5, 0.75],
          ["spawn", 0, 0.25],
          ["teardown", 0.75, 1],
        ],
      );
    }
  }));

test("SLC are prepared once; prep and fused run in the same blocks and pass the gate", () =>
  withFolder(async (folder) => {
    const { executor, runs, result } = await bench(
      folder,
      { backends: ["mp", "fused"], workers: [2], crop: "2,2,0,0" },
      undefined,
      "slc",
    );
    assert.is(
      executor.calls.filter((call) => call === `prep ${join(folder, "data")}`).length,
      1 + 7 * 2 + 4 * 2,
    );
    assert.ok(runs.every((run) => run.outcome === "ok" && run.crop === "2,2,0,0"));
    for (const label of ["sec", "mp1", "mp2", "prep1", "prep2", "fused1", "fused2"]) {
      const blocks = new Set(
        runs.filter((run) => run.label === label && !run.traced).map((run) => run.block),
      );
      assert.is(blocks.size, 7, label);
    }
    assert.is(result.env.dataset.kind, "slc");
    const measured = executor.executions.at(-1)!.command;
    assert.ok(
      executor.executions.every(({ command }) => command[1] !== "fused" || command.includes("--crop")),
    );
    assert.ok(measured.includes("--json"));
  }));

test("levels of dates and crops are measured in the same blocks, each against its own sec", () =>
  withFolder(async (folder) => {
    const { runs, result } = await bench(
      folder,
      { backends: ["mp", "fused"], workers: [1], dates: [2, 4], crops: ["1,2,0,0", "2,2,0,0"] },
      undefined,
      "slc",
    );
    assert.ok(runs.every((run) => run.outcome === "ok"));
    assert.is(
      new Set(runs.filter((run) => run.block === 3).map((run) => `${run.dates}|${run.crop}`)).size,
      4,
    );
    const hashes = new Set(
      runs.filter((run) => run.label === "sec").map((run) => `${run.dates} ${run.outputSha256}`),
    );
    assert.is(hashes.size, 4);
    assert.is(result.resultados.length, 4);
    assert.equal(result.env.dataset.dates.length, 4);
    assert.is(result.env.dataset.crop, "2,2,0,0");
  }));

test("a peer is compared over the pixels valid in all dates, by tolerance, in the same blocks", () =>
  withFolder(async (folder) => {
    // Plays sec with its own words: `py stats sec IN MEAN STD`.
    const peers = [
      "good=py stats sec {intens} {mean} {std}",
      "bad=py stats wrong {intens} {mean} {std} {workers}",
    ];
    const behave: Behave = (words) => ({ wrongPixels: words[1] === "wrong", stdout: undefined! });
    const { runs } = await bench(folder, { backends: ["sec"], workers: [2], peers }, behave);
    const good = runs.filter((run) => run.label === "good");
    assert.is(good.length, 7);
    for (const run of good) {
      assert.is(run.outcome, "ok");
      assert.is(run.comparedPixels, 3);
      assert.is(run.bytesRead, null);
      assert.is(run.traced, false);
    }
    const bad = runs.filter((run) => run.label === "bad2");
    assert.is(bad[0]!.outcome, "failed");
    assert.is(bad[0]!.comparedPixels, 3);
    assert.match(
      bad[0]!.reason!,
      "its mean at row 0, column 0 is 10.5, sec has 10 (tolerance 0.00001 relative)",
    );
    assert.ok(runs.some((run) => run.label === "bad1"));
  }));

test("the budget is told as the reason", () =>
  withFolder(async (folder) => {
    const { result, runs } = await bench(folder, { backends: ["mp"], budgetSeconds: 9 });
    assert.is(result.stopped, "budget");
    assert.is(readSession(result.folder).env.stopped, "budget");
    assert.is(runs.length, 9);
  }));

test("levels of more dates than there are SLC have no prep and fused; env.json tells how many have", () =>
  withFolder(async (folder) => {
    const slc = writeStack(join(folder, "slc"), "slc", DATES.slice(0, 2));
    const data = writeStack(join(folder, "data"), "intensity", DATES);
    const how = { schema: 1, crop: "2,2,0,0", looks: "4x4", nodata: "zero", sources: [] } as const;
    writeManifest(data, { ...how, simulated: true });
    const options = { backends: ["mp", "fused"], workers: [1], data, slc };
    const { runs, result } = await bench(folder, { ...options, dates: [2, 4] });
    assert.ok(runs.every((run) => run.outcome === "ok"));
    const measured = new Set(runs.map(({ dates, label }) => `${dates} ${label}`));
    const both = ["mp1", "sec"];
    assert.equal([...measured].sort(), [
      ...["fused1", "mp1", "prep1", "sec"].map((label) => `2 ${label}`),
      ...both.map((label) => `4 ${label}`),
    ]);
    const { dataset } = readSession(result.folder).env;
    assert.is(dataset.dates.length, 4);
    assert.is(dataset.slcDates, 2);
    assert.is(dataset.simulatedWithoutSlc, true);
    const none = await failureOf(bench(folder, { ...options, dates: [4], out: join(folder, "other") }));
    assert.match(none.message, `${slc}: found 2 dates, expected 4 at least as --dates has`);
  }));

test("what opening the data found stands in env.json, and is read again", () =>
  withFolder(async (folder) => {
    const data = writeStack(join(folder, "data"), "slc", DATES);
    // One line more than is described.
    appendFileSync(join(data, `${DATES[1]}.slc`), Buffer.alloc(2 * 8));
    const { result } = await bench(folder, { backends: ["sec"], data });
    const { findings } = readSession(result.folder).env;
    assert.equal(
      findings!.map(({ kind, severity, dates }) => [kind, severity, dates]),
      [["surplus", "warning", [DATES[1]]]],
    );
    const clean = await bench(folder, {
      backends: ["sec"],
      data: writeStack(join(folder, "c"), "slc", DATES),
      out: join(folder, "clean"),
    });
    assert.equal(clean.result.env.findings, []);
  }));

test.run();
