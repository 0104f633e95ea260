import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareSessions, findRegressions } from "../../src/evidence/compareSessions";
import { isPrecise } from "../../src/evidence/summary";
import type { StoredSession } from "../../src/records/runFolder";
import { envOf } from "../records/records.fixture";
import { QUIET, synthesise, timed, timedTwins } from "../records/session.fixture";
import { isClose } from "./oracle";

const OPTIONS = { seed: 3, draws: 2000 };

function sessionOf(mp: number, seed: number): StoredSession {
  return synthesise([...timedTwins(1), timed("mp2", "mp", 2, mp)], { blocks: 10, scatter: QUIET, seed });
}

test("a session slower by 20 % in one label is slower there, alike elsewhere, and a regression beyond 10 %", () => {
  const found = compareSessions(sessionOf(2, 1), sessionOf(2.4, 2), OPTIONS);
  const [sec, mp] = found.rows;
  assert.is(sec!.verdict!.kind, "indistinguishable");
  assert.is(mp!.verdict!.kind, "slower");
  isClose(mp!.ratio.value, 1.2, 0.02);
  assert.equal(
    findRegressions(found, 0.1).map((row) => row.label),
    ["mp2"],
  );
  assert.equal(findRegressions(found, 0.25), []);
  const faster = compareSessions(sessionOf(2.4, 2), sessionOf(2, 1), OPTIONS);
  assert.is(faster.rows[1]!.verdict!.kind, "faster");
  assert.equal(findRegressions(faster, 0.1), []);
});

test("across machines, or where one is not known, there is a ratio and no verdict, and no regression", () => {
  const { env } = sessionOf(2, 1);
  const elsewhere = { ...env, machine: { ...env.machine, machineId: "cd", cpuModel: "Another" } };
  const slower = sessionOf(4, 2);
  const found = compareSessions(sessionOf(2, 1), { ...slower, env: elsewhere }, OPTIONS);
  assert.is(found.refused, "otherMachine");
  assert.is(found.rows[1]!.verdict, null);
  assert.equal(findRegressions(found, 0.1), []);
  assert.equal(
    found.differences.map((one) => one.field),
    ["machine.cpuModel", "machine.machineId"],
  );
  const unknown = compareSessions(sessionOf(2, 1), { ...slower, env: null }, OPTIONS);
  assert.is(unknown.refused, "unknownMachine");
});

test("what differs is named field by field; microbenchmarks only beyond a fifth", () => {
  const env = envOf();
  const rates = (read: number, pipe: number) => ({
    ...env.microbenchmarks,
    readWarmMegabytesPerSecond: read,
    pipeMegabytesPerSecond: pipe,
  });
  const before = { ...env, microbenchmarks: rates(100, 100) };
  const after = { ...env, microbenchmarks: rates(110, 150), software: { ...env.software, node: "v99" } };
  const found = compareSessions(
    { ...sessionOf(2, 1), env: before },
    { ...sessionOf(2, 2), env: after },
    OPTIONS,
  );
  assert.equal(found.differences, [
    { field: "software.node", a: env.software.node, b: "v99" },
    { field: "microbenchmarks.pipeMegabytesPerSecond", a: 100, b: 150 },
  ]);
});

test("labels of one session only are listed, not compared", () => {
  const more = synthesise([...timedTwins(1), timed("mp4", "mp", 4, 1)], {
    blocks: 10,
    scatter: QUIET,
    seed: 4,
  });
  const found = compareSessions(sessionOf(2, 1), more, OPTIONS);
  assert.equal(
    found.rows.map((row) => row.label),
    ["sec"],
  );
  assert.equal(
    [...found.onlyA, ...found.onlyB].map((one) => one.label),
    ["mp2", "mp4"],
  );
});

test("quiet times are precise after 6 blocks; scattered ones, and one label that scatters alone, are not", () => {
  const runsOf = (run: number) => {
    const session = synthesise([...timedTwins(1), timed("mp2", "mp", 2, 2)], {
      blocks: 6,
      scatter: { ...QUIET, run },
      seed: 5,
    });
    return session.runs;
  };
  assert.ok(isPrecise(runsOf(0.005), OPTIONS));
  assert.not(isPrecise(runsOf(0.2), OPTIONS));
  const secondsOf = (seconds: (block: number) => number) =>
    runsOf(0.005).map((run) => (run.label === "mp2" ? { ...run, wallSeconds: seconds(run.block) } : run));
  assert.not(
    isPrecise(
      secondsOf((block) => block),
      OPTIONS,
    ),
  );
  // Above its median these times have nothing, below it a half.
  const below = secondsOf((block) => (block > 4 ? 1 : 2));
  assert.ok(isPrecise(below, OPTIONS, 1.1));
  assert.not(isPrecise(below, OPTIONS, 0.3));
});

test("5 blocks are never precise, nor is a session without sec; a backend that only failed holds nothing up", () => {
  const { runs } = synthesise([...timedTwins(1), timed("mp2", "mp", 2, 2)], {
    blocks: 6,
    scatter: { ...QUIET, run: 0.001 },
    seed: 6,
  });
  assert.not(
    isPrecise(
      runs.filter((run) => run.block < 6),
      OPTIONS,
    ),
  );
  assert.not(
    isPrecise(
      runs.filter((run) => run.label !== "sec"),
      OPTIONS,
    ),
  );
  assert.not(isPrecise([], OPTIONS));
  const failed = runs.map((run) => (run.label === "mp2" ? { ...run, outcome: "failed" as const } : run));
  assert.ok(isPrecise(failed, OPTIONS));
});

test.run();
