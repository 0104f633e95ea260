import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BenchOptions, BenchResult } from "../../src/bench/benchOptions";
import type { BenchRun } from "../../src/bench/measureRun";
import { runBench } from "../../src/bench/runBench";
import { BackendError, RecordError, UsageError } from "../../src/core/errors";
import { readResultados } from "../../src/records/resultados";
import { readSession } from "../../src/records/runFolder";
import { withFolder } from "../records/records.fixture";
import { type Behaviour, FakeClock, FakeExecutor, fakeOptions, writeStack } from "./bench.fixture";

const DATES = ["20200101", "20200113", "20200125", "20200206"];
type Behave = (words: readonly string[], call: number) => Behaviour;

interface Made {
  readonly result: BenchResult;
  readonly executor: FakeExecutor;
  readonly runs: readonly BenchRun[];
}

async function bench(
  folder: string,
  changes: Partial<BenchOptions> = {},
  behave: Behave = () => ({}),
  kind: "slc" | "intensity" = "intensity",
): Promise<Made> {
  const data = join(folder, "data");
  if (!existsSync(data)) writeStack(data, kind, DATES);
  const executor = new FakeExecutor(new FakeClock(), behave);
  const result = await runBench(fakeOptions({ data, out: join(folder, "run"), ...changes }, executor));
  return { result, executor, runs: result.runs as readonly BenchRun[] };
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

const isStats = (words: readonly string[], backend: string) => words[0] === "stats" && words[1] === backend;
/** The preparation's run of sec, which the gate compares with, also writes the counts. */
const isReference = (words: readonly string[]) => words.includes("--count");

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

test("wrong pixels are a failed run, which is in no time table, and sec's hash is the gate", () =>
  withFolder(async (folder) => {
    const wrong: Behave = (words) => ({ seconds: 0.01, wrongPixels: isStats(words, "mp") });
    const { result, runs } = await bench(folder, { backends: ["mp", "mp_v2"], workers: [1] }, wrong);
    const mp = runs.filter((run) => run.label === "mp1");
    assert.is(mp[0]!.outcome, "failed");
    assert.match(mp[0]!.reason!, "its output differs from that of sec");
    assert.is.not(mp[0]!.outputSha256, runs.find((run) => run.label === "sec")!.outputSha256);
    assert.ok(runs.filter((run) => run.label !== "mp1").every((run) => run.outcome === "ok"));
    assert.not.ok(readFileSync(result.resultados[0]!, "utf8").includes("mp1\t"));
  }));

for (const [kind, behaviour, reason] of [
  ["fails", { exitCode: 3 }, "exit 3: pila: BackendError: it broke"],
  ["hangs", { timedOut: true, seconds: 600 }, "stopped after 600 s"],
  ["says nothing of itself", { stdout: "done" }, "printed no usage with --json"],
  ["leaves a number out", { stdout: '{"usage":{"bytesRead":1}}' }, "printed no usage with --json"],
] as const) {
  test(`a backend that ${kind} stays in the records with its reason and the session goes on`, () =>
    withFolder(async (folder) => {
      const behave: Behave = (words) => (isStats(words, "mp") ? behaviour : {});
      const { result, runs } = await bench(folder, { backends: ["mp", "mp_v2"], workers: [1] }, behave);
      const first = runs.find((run) => run.label === "mp1")!;
      assert.is(first.outcome, "failed");
      assert.is(first.reason, reason);
      assert.is(result.stopped, "blocks");
      assert.is(readSession(result.folder).runs.length, runs.length);
      assert.is(runs.filter((run) => run.label === "mp1_v2" && run.outcome === "ok").length, 11);
    }));
}

test("spans that cannot be used fail their run and are not recorded", () =>
  withFolder(async (folder) => {
    let trace = "";
    const behave: Behave = (words) => {
      trace = words[words.indexOf("--trace") + 1] ?? "";
      return {};
    };
    const executor = new FakeExecutor(new FakeClock(), behave);
    const execute = executor.execute.bind(executor);
    executor.execute = async (execution, signal) => {
      const done = await execute(execution, signal);
      if (execution.command.includes("--trace")) writeFileSync(trace, '{"worker":0,"phase":"nap"}\n');
      return done;
    };
    const data = writeStack(join(folder, "data"), "intensity", DATES);
    const { runs, folder: out } = await runBench(
      fakeOptions({ data, out: join(folder, "run"), backends: ["sec"] }, executor),
    );
    const traced = runs.find((run) => run.traced)!;
    assert.is(traced.outcome, "failed");
    assert.match(traced.reason!, "its spans cannot be used: its trace:1: field");
    assert.equal(readSession(out).spans, []);
    assert.ok(runs.filter((run) => !run.traced).every((run) => run.outcome === "ok"));
  }));

test("no mpiexec and no SLC are reasons to skip, kept in env.json; the rest is measured", () =>
  withFolder(async (folder) => {
    const data = writeStack(join(folder, "data"), "intensity", DATES);
    const executor = new FakeExecutor(new FakeClock());
    const options = fakeOptions(
      { data, out: join(folder, "run"), backends: ["mpi", "mp", "fused"], workers: [1] },
      executor,
    );
    const machine = options.connections.machine!;
    const { env, runs } = await runBench({
      ...options,
      connections: {
        ...options.connections,
        machine: { ...machine, software: { ...machine.software, mpi: null } },
      },
    });
    assert.equal(
      env.skipped.map(({ label }) => label),
      ["mpi", "prep", "fused"],
    );
    assert.match(env.skipped[0]!.reason, "there is no mpiexec");
    assert.equal([...new Set(runs.map((run) => run.backend))].sort(), ["mp", "sec"]);
  }));

test("a backend that says it cannot run here is skipped with what it says", () =>
  withFolder(async (folder) => {
    const data = writeStack(join(folder, "data"), "intensity", DATES);
    const executor = new FakeExecutor(new FakeClock());
    const unavailable = async (backend: string) => (backend === "threads" ? "no shared memory" : null);
    const options = fakeOptions({ data, out: join(folder, "run"), workers: [1] }, executor, { unavailable });
    const { env, runs } = await runBench(options);
    assert.equal(env.skipped, [{ label: "threads", reason: "no shared memory" }]);
    assert.equal([...new Set(runs.map((run) => run.backend))].sort(), [
      "mp",
      "mp_mem",
      "mp_v2",
      "mpi",
      "sec",
    ]);
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

test("a fused that misses a date is failed", () =>
  withFolder(async (folder) => {
    const behave: Behave = (words) => ({ wrongPixels: words[0] === "fused" });
    const { runs } = await bench(folder, { backends: ["fused"], workers: [1] }, behave, "slc");
    assert.ok(runs.filter((run) => run.backend === "fused").every((run) => run.outcome !== "ok"));
    assert.ok(runs.filter((run) => run.backend !== "fused").every((run) => run.outcome === "ok"));
  }));

test("levels of dates and crops are measured in the same blocks, each against its own sec", () =>
  withFolder(async (folder) => {
    const { runs, result } = await bench(
      folder,
      { backends: ["mp", "fused"], workers: [1], dates: [2, 4], crops: ["2,2,0,0", "1,2,0,0"] },
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
    assert.is(hashes.size, 2);
    assert.is(result.resultados.length, 4);
    assert.equal(result.env.dataset.dates.length, 4);
    assert.is(result.env.dataset.crop, "2,2,0,0");
  }));

test("too many dates, crops of intensities and crops of one shape are refused before anything is measured", () =>
  withFolder(async (folder) => {
    const tooMany = await failureOf(bench(folder, { dates: [5] }));
    assert.instance(tooMany, UsageError);
    assert.match(tooMany.message, "--dates: found 5, expected 1 to 4");
    assert.instance(await failureOf(bench(folder, { crops: ["1,1,0,0", "2,2,0,0"] })), UsageError);
    const data = writeStack(join(folder, "slc"), "slc", DATES);
    const twice = await failureOf(bench(folder, { data, crops: ["1,1,0,0", "1,1,1,1"] }));
    assert.match(twice.message, "two crops of one shape");
    assert.equal(readdirSync(join(folder, "run")), []);
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

test("peers of one name are refused", () =>
  withFolder(async (folder) => {
    const peers = [
      "sec=py {intens} {mean} {std}",
      "py=py {intens} {mean} {std}",
      "py=q {intens} {mean} {std}",
    ];
    assert.match(
      (await failureOf(bench(folder, { peers }))).message,
      "found the label py for two configurations",
    );
    assert.not.ok(existsSync(join(folder, "run")));
  }));

test("an abort keeps what was measured; going on equals an uninterrupted session", () =>
  withFolder(async (folder) => {
    const options = { backends: ["mp"], workers: [2] };
    const whole = await bench(folder, { ...options, out: join(folder, "whole") });
    const view = (runs: readonly BenchRun[]) =>
      runs.map(({ block, order, label, twin, traced, outcome, outputSha256 }) =>
        [block, order, label, twin, traced, outcome, outputSha256].join(),
      );
    for (const cut of [2, 9, 20]) {
      const abort = new AbortController();
      const behave: Behave = (_, call) => ({ before: () => call === cut && abort.abort() });
      const out = join(folder, `cut${cut}`);
      const first = await bench(folder, { ...options, out, signal: abort.signal }, behave as Behave);
      assert.is(first.result.stopped, "interrupted");
      assert.is(first.runs.length, cut - 2);
      const session = readSession(out);
      assert.is(session.env.stopped, "interrupted");
      assert.equal(session.runs, first.runs);
      assert.ok(existsSync(join(out, "resultados.csv")));
      assert.not.ok(existsSync(join(out, "scratch")));
      // A crash in the middle of a line on top of it.
      appendFileSync(join(out, "runs.jsonl"), '{"schema":1,"ru');
      const rest = await bench(folder, { resume: out });
      assert.is(rest.result.stopped, "blocks");
      assert.is(rest.result.notes.length, 1);
      assert.is(rest.result.env.sessionId, session.env.sessionId);
      assert.equal(view(rest.runs), view(whole.runs));
      assert.equal(readSession(out).notes, []);
      assert.is(rest.executor.calls.length, 1 + whole.runs.length - first.runs.length);
    }
  }));

test("other data, another machine or another version are not gone on with", () =>
  withFolder(async (folder) => {
    const { result } = await bench(folder, { backends: ["sec"] });
    const resume = result.folder;
    writeFileSync(join(folder, "data", "20200101_int_crop.tif"), "another size altogether, and later");
    const changed = await failureOf(bench(folder, { resume }));
    assert.instance(changed, RecordError);
    assert.match(changed.message, "field dataset.sha256");
    const data = writeStack(join(folder, "again"), "intensity", DATES);
    const executor = new FakeExecutor(new FakeClock());
    const options = fakeOptions({ data, resume }, executor);
    const machine = options.connections.machine!;
    const other = { ...machine, machine: { ...machine.machine, machineId: "other" } };
    const elsewhere = await failureOf(
      runBench({ ...options, connections: { ...options.connections, machine: other } }),
    );
    assert.match(elsewhere.message, "field machine.machineId: found ab stored and other now");
    assert.equal(executor.calls, []);
  }));

test("a session is never written over", () =>
  withFolder(async (folder) => {
    await bench(folder, { backends: ["sec"] });
    assert.match(
      (await failureOf(bench(folder, { backends: ["sec"] }))).message,
      "go on with it by --resume",
    );
  }));

test("a preparation that fails is an error with what pila said, and leaves no records", () =>
  withFolder(async (folder) => {
    const error = await failureOf(bench(folder, {}, (words) => ({ exitCode: isReference(words) ? 1 : 0 })));
    assert.instance(error, BackendError);
    assert.match(error.message, "it broke");
    assert.equal(readdirSync(join(folder, "run")), []);
  }));

test("the budget is told as the reason", () =>
  withFolder(async (folder) => {
    const { result, runs } = await bench(folder, { backends: ["mp"], budgetSeconds: 9 });
    assert.is(result.stopped, "budget");
    assert.is(readSession(result.folder).env.stopped, "budget");
    assert.is(runs.length, 9);
  }));

test.run();
