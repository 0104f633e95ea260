import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RunRecord, Session } from "../../src/core/records";
import { karpFlatt } from "../../src/evidence/scaling";
import { type Configuration, type Level, type Summary, summarise } from "../../src/evidence/summary";
import { envOf, spanOf } from "../records/records.fixture";
import {
  QUIET,
  STEADY,
  type SyntheticConfiguration,
  slower,
  synthesise,
  timed,
  timedTwins,
} from "../records/session.fixture";
import { isClose } from "./oracle";

function find(summary: Summary, label: string): Configuration {
  return summary.levels[0]!.configurations.find((one) => one.label === label)!;
}

function withRuns(session: Session, change: (run: RunRecord) => Partial<RunRecord>): Session {
  return { ...session, runs: session.runs.map((run) => ({ ...run, ...change(run) })) };
}

const configurations: readonly SyntheticConfiguration[] = [
  ...timedTwins(2),
  timed("mp1", "mp", 1, 3),
  timed("mp2", "mp", 2, 2.4),
  timed("mp4", "mp", 4, 2.02),
  timed("mp1_v2", "mp_v2", 1, 2.1),
  timed("mp2_v2", "mp_v2", 2, 1.1),
  timed("mp4_v2", "mp_v2", 4, 0.6),
  timed("mp8_v2", "mp_v2", 8, 0.61),
];
const session = synthesise(configurations, { blocks: 10, scatter: QUIET, seed: 11 });
const summary = summarise(session);

test("medians, verdicts and the floor of a session of known times (scatter 1.4 %)", () => {
  assert.ok(summary.noiseFloor!.factor! < 1.05);
  assert.ok(summary.levels[0]!.omnibus!.differs);
  const kinds = summary.levels[0]!.configurations.map((one) => [one.label, one.versusSec?.verdict.kind]);
  assert.equal(kinds, [
    ["sec", undefined],
    ["mp1", "slower"],
    ["mp1_v2", "indistinguishable"],
    ["mp2", "slower"],
    ["mp2_v2", "faster"],
    ["mp4", "indistinguishable"],
    ["mp4_v2", "faster"],
    ["mp8_v2", "faster"],
  ]);
  isClose(find(summary, "mp2_v2").seconds!.value, 1.1, 0.02);
  assert.is(find(summary, "sec").seconds!.n, 20);
  assert.is(find(summary, "mp2_v2").seconds!.n, 10);
});

test("speedups are told over both bases with their seconds, efficiency over the workers", () => {
  const found = find(summary, "mp4_v2");
  isClose(found.absoluteSpeedup!.value, 2 / 0.6, 0.03);
  isClose(found.absoluteSpeedup!.baseSeconds, 2, 0.02);
  isClose(found.relativeSpeedup!.value, 2.1 / 0.6, 0.03);
  assert.is(found.relativeSpeedup!.baseLabel, "mp1_v2");
  isClose(found.efficiency!.value, found.absoluteSpeedup!.value / 4);
  isClose(found.absoluteSpeedup!.value, 1 / found.versusSec!.ratio.value, 1e-12);
  const { low, high } = found.absoluteSpeedup!.interval!;
  assert.ok(low < found.absoluteSpeedup!.value && found.absoluteSpeedup!.value < high);
  assert.is(find(summary, "sec").absoluteSpeedup!.value, 1);
});

test("the fastest is named with those that cannot be told from it and the next that can", () => {
  const fastest = summary.levels[0]!.fastest!;
  assert.is(fastest.label, "mp4_v2");
  assert.equal(fastest.indistinguishable, ["mp8_v2"]);
  assert.is(fastest.runnerUp!.label, "mp2_v2");
  assert.is(summary.levels[0]!.pairs.length, (8 * 7) / 2);
});

test("Karp-Flatt of known speedups; none at one worker or beyond the cores", () => {
  isClose(karpFlatt(2, 4), 1 / 3);
  isClose(karpFlatt(4, 4), 0);
  const scaling = summary.levels[0]!.scaling.find((one) => one.backend === "mp_v2")!;
  assert.is(scaling.karpFlattRefused, null);
  const [one, two, four, eight] = scaling.points;
  assert.is(one!.karpFlatt, null);
  isClose(two!.karpFlatt!, karpFlatt(find(summary, "mp2_v2").relativeSpeedup!.value, 2));
  isClose(four!.karpFlatt!, karpFlatt(find(summary, "mp4_v2").relativeSpeedup!.value, 4));
  assert.is(eight!.karpFlatt, null);
  assert.ok(eight!.oversubscribed);
  assert.is(scaling.serialShare.reason, "noSpans");
});

test("two worker counts within the cores are too few for Karp-Flatt", () => {
  const few = summarise(withRuns(session, (run) => ({ cores: 2, oversubscribed: run.workers > 2 })))
    .levels[0]!.scaling;
  assert.is(few[0]!.karpFlattRefused, "fewerThanThreeWorkerCountsWithinCores");
  assert.ok(few.every((one) => one.points.every((point) => point.karpFlatt === null)));
});

test("mp against mp_v2: what a message and a megabyte cost", () => {
  const steady = synthesise(configurations, { blocks: 6, scatter: STEADY, seed: 1 });
  const counted = withRuns(steady, (run) =>
    run.backend === "mp" ? { ipcMessages: 108, ipcBytes: 52e6 } : { ipcMessages: 8, ipcBytes: 2e6 },
  );
  const cost = summarise(counted).levels[0]!.ipc[1]!;
  assert.is(cost.pixels, "mp2");
  assert.is(cost.states, "mp2_v2");
  isClose(cost.extraSeconds.value, 1.3);
  isClose(cost.secondsPerMegabyte!, 1.3 / 50);
  isClose(cost.secondsPerMessage!, 1.3 / 100);
});

test("warm-up, failed and skipped runs are counted and in no statistic", () => {
  const failing = withRuns(session, (run) => {
    if (run.label !== "mp2") return {};
    if (run.block === 3) return { outcome: "failed", reason: "pixels differ", wallSeconds: 0.001 };
    if (run.block === 4) return { outcome: "skipped", reason: "no time", wallSeconds: null };
    return { noisy: run.block === 5 };
  });
  const found = find(summarise(failing), "mp2");
  assert.equal(found.counts, { total: 11, kept: 8, flagged: 1, traced: 0, warmup: 1, failed: 1, skipped: 1 });
  assert.equal(found.reasons, ["pixels differ", "no time"]);
  assert.equal(
    found.runs.map((run) => run.block),
    [1, 2, 5, 6, 7, 8, 9, 10],
  );
  assert.is(found.warmups.length, 1);
  assert.is(found.versusSec!.ratio.blocks, 8);
  assert.is(find(summary, "mp2").counts.kept, 10);
});

test("a backend that failed every run is missing with its reason and takes part in nothing", () => {
  const failing = withRuns(session, (run) =>
    run.label === "mp4_v2" ? { outcome: "failed", reason: "pixels differ from sec" } : {},
  );
  const found = summarise(failing);
  assert.equal(found.missing.at(-1), { label: "mp4_v2", reason: "pixels differ from sec" });
  assert.is(find(found, "mp4_v2").seconds, null);
  assert.is(find(found, "mp4_v2").versusSec, null);
  assert.not(found.levels[0]!.fastest!.label === "mp4_v2");
  assert.not(found.levels[0]!.pairs.some((pair) => pair.label === "mp4_v2" || pair.base === "mp4_v2"));
});

test("fused is held against prep + sec of the same blocks, and not against sec", () => {
  const own = [...timedTwins(2), timed("prep2", "prep", 2, 3), timed("fused2", "fused", 2, 2.5)];
  const found = summarise(synthesise(own, { blocks: 8, scatter: STEADY, seed: 1 }));
  assert.is(find(found, "fused2").versusSec, null);
  assert.is(found.levels[0]!.pairs.length, 0);
  const [fused] = found.levels[0]!.fused;
  isClose(fused!.ratio.value, 0.5);
  isClose(fused!.separateSeconds.value, 5);
  isClose(fused!.savedSeconds.value, 2.5);
  assert.is(fused!.verdict.kind, "faster");
});

test("times come from runs without spans; where there are none, from traced ones, and the summary says so", () => {
  const traced = configurations.slice(0, 4).map((one) => slower(one, 1.2));
  const extra = synthesise(traced, { blocks: 10, scatter: STEADY, seed: 2 }).runs.map((run) => ({
    ...run,
    runId: `${run.runId}-t`,
    traced: true,
  }));
  const both = { ...synthesise(configurations.slice(0, 4), { blocks: 10, scatter: STEADY, seed: 2 }) };
  const found = summarise({ ...both, runs: [...both.runs, ...extra] });
  isClose(find(found, "mp2").seconds!.value, 2.4);
  isClose(found.tracingCost!.factor.value, 1.2);
  assert.not(found.levels[0]!.configurations.some((one) => one.tracedTimes));
  const only = summarise({ ...both, runs: extra });
  isClose(find(only, "mp2").seconds!.value, 2.88);
  assert.ok(only.levels[0]!.configurations.every((one) => one.tracedTimes));
});

test("peers have times and no bytes, spans or scaling", () => {
  const peer = timed("py_sec", "peer", 1, 9);
  const found = summarise(synthesise([...configurations, peer], { blocks: 8, scatter: QUIET, seed: 3 }));
  const own = find(found, "py_sec");
  assert.is(own.versusSec!.verdict.kind, "slower");
  assert.is(own.megabytesPerSecond, null);
  assert.is(own.decomposition, null);
  assert.not(found.levels[0]!.scaling.some((one) => one.backend === "py_sec"));
});

test("the Gantt is the median traced run, and its decomposition holds against sec's", () => {
  const lines = (run: RunRecord) => {
    const wall = run.wallSeconds!;
    if (run.label === "sec") return [spanOf(run.runId, [0, "compute", 0, wall])];
    return [
      spanOf(run.runId, [0, "spawn", 0, 0.1]),
      spanOf(run.runId, [0, "compute", 0.1, wall]),
      spanOf(run.runId, [1, "wait", 0, 0.1]),
      spanOf(run.runId, [1, "compute", 0.1, wall]),
    ];
  };
  const threads = synthesise([...timedTwins(2), timed("threads2", "threads", 2, 1.1)], {
    blocks: 7,
    scatter: QUIET,
    seed: 4,
  });
  const traced = withRuns(threads, () => ({ traced: true }));
  const found = summarise({ ...traced, spans: traced.runs.flatMap(lines) });
  const own = find(found, "threads2");
  const walls = own.runs.map((run) => run.seconds).sort((a, b) => a - b);
  assert.is(own.gantt!.wallSeconds, walls[3]);
  assert.is(own.decomposition!.runId, own.gantt!.runId);
  assert.is(own.decompositions.length, 7);
  assert.is(own.decomposition!.identity!.secSeconds, find(found, "sec").gantt!.wallSeconds);
  assert.equal(own.decomposition!.violations, []);
  const share = found.levels[0]!.scaling[0]!.serialShare.value!;
  isClose(share.serialSeconds, 0.1);
  isClose(share.share, 0.1 / (0.1 + 2 * (own.gantt!.wallSeconds - 0.1)));
});

test("each number of dates and cache state is a level of its own, env's first; cold over warm is told", () => {
  const make = (dates: number, cache: "warm" | "cold", factor: number): SyntheticConfiguration[] =>
    [...timedTwins(dates * factor), timed("mp2", "mp", 2, (0.5 + 0.7 * dates) * factor)].map((one) => ({
      ...one,
      dates,
      cache,
    }));
  const own = [...make(2, "warm", 1), ...make(8, "warm", 1), ...make(4, "warm", 1), ...make(8, "cold", 2)];
  const env = envOf();
  const dataset = { ...env.dataset, dates: ["a", "b", "c", "d"], crop: null };
  const found = summarise({
    ...synthesise(own, { blocks: 8, scatter: STEADY, seed: 5 }),
    env: { ...env, dataset },
  });
  const keys = found.levels.map((level: Level) => `${level.key.dates} ${level.key.cache}`);
  assert.equal(keys, ["4 warm", "8 warm", "8 cold", "2 warm"]);
  const [growth] = found.growth;
  assert.equal(growth!.sizes, [2, 4, 8]);
  const { value } = growth!.breakEven[0]!.result;
  assert.is(value!.label, "mp2");
  isClose(value!.size.value, 0.5 / 0.3);
  assert.ok(value!.extrapolated);
  assert.is(found.cacheEffects.length, 2);
  isClose(found.cacheEffects[0]!.comparison.ratio.value, 2);
});

test("no records, or a session cut short after two blocks, give what they can and no verdict", () => {
  const none = summarise({ env: null, runs: [], spans: [] });
  assert.equal(none.levels, []);
  assert.is(none.noiseFloor, null);
  const short = summarise({ ...session, runs: session.runs.filter((run) => run.block < 3) });
  const own = find(short, "mp1");
  assert.is(own.seconds!.n, 2);
  assert.is(own.seconds!.interval, null);
  assert.equal(
    [own.versusSec!.verdict.kind, own.versusSec!.verdict.reason],
    ["indistinguishable", "tooFewBlocks"],
  );
});

test("equal records and options give equal summaries, another seed other intervals", () => {
  assert.equal(summarise(session).levels[0]!.pairs, summary.levels[0]!.pairs);
  const seeded = summarise(session, { seed: 99, draws: 2000 });
  assert.not.equal(seeded.levels[0]!.pairs, summary.levels[0]!.pairs);
});

test.run();
