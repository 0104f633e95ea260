import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Session } from "../../src/core/records";
import { type CauseId, explainLoss } from "../../src/evidence/scaling";
import { summarise } from "../../src/evidence/summary";
import { type Diagnosis, diagnose } from "../../src/report/findings/causes";
import { WORDS } from "../../src/report/words/words";
import { type SyntheticConfiguration, secTwins, synthesise, type Timeline } from "../records/session.fixture";
import {
  bandwidth,
  dearPool,
  ideal,
  imbalance,
  lateStart,
  mergingPool,
  oneSlowReader,
  oversubscribed,
  pixelPool,
  pool,
  readersByTurns,
  SEC,
  SEC_STEPS,
  serialBegin,
  serialEnd,
  serializingPool,
  sharedCores,
  sharedDisk,
  straggler,
} from "./culprits.fixture";

function diagnoses(session: Session): readonly Diagnosis[] {
  return diagnose(summarise(session).levels[0]!);
}

/** What is found of one label. */
function diagnosisOf(session: Session, label: string): Diagnosis {
  return diagnoses(session).find(({ named }) => named.label === label)!;
}

function mainCause(session: Session, label: string): CauseId | undefined {
  return diagnosisOf(session, label).causes[0]?.id;
}

const TWO_CORES = { cores: 2 };

const CULPRITS: readonly (readonly [string, SyntheticConfiguration, CauseId])[] = [
  ["computing in series at the end", serialEnd, "serialCompute"],
  ["computing in series at the beginning", serialBegin, "serialCompute"],
  ["load imbalance", imbalance, "imbalance"],
  ["a thread that comes up late", lateStart, "lateStart"],
  ["memory bandwidth", bandwidth, "contention"],
  ["cores shared with others", sharedCores, "contention"],
  ["a disk that serves by turns", sharedDisk, "io"],
  ["readers that wait for their turn", readersByTurns, "io"],
  ["one slow reader of four", oneSlowReader, "io"],
  ["one straggler of four", straggler, "imbalance"],
  ["slow start-up", pool("mp2_v2", "mp_v2", 7, 0.1), "startup"],
  ["slow communication of children that compute", pool("mp2_v2", "mp_v2", 0.1, 7), "ipc"],
  ["slow merging by the coordinator", mergingPool(4), "ipc"],
  ["slow serialising", serializingPool(7), "ipc"],
  ["slow communication to a parent that computes", pixelPool(5), "ipc"],
];

for (const [name, configuration, expected] of CULPRITS) {
  test(`${name} is named as the main cause, in both languages, and nothing else is`, () => {
    const session = synthesise([...SEC, configuration], { cores: configuration.workers });
    const [one, ...others] = diagnoses(session);
    assert.equal([one!.causes[0]?.id, others.length], [expected, 0]);
    for (const { page } of Object.values(WORDS)) {
      const names = (Object.keys(page.causes) as CauseId[]).filter((id) =>
        page.reasonOf(one!).endsWith(page.causes[id].name),
      );
      assert.equal(names, [expected], page.reasonOf(one!));
      assert.ok(page.causeSummary(one!).includes(page.causes[expected].name));
    }
  });
}

test("an ideal division has no loss, and no cause is sought for it", () => {
  assert.is(diagnosisOf(synthesise([...SEC, ideal], TWO_CORES), "threads2").refusal, "noLoss");
});

test("noise that hides the loss leaves no cause to name", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const session = synthesise([...SEC, ideal], { cores: 2, noise: 0.4, seed });
    assert.equal(
      diagnoses(session).map((one) => one.causes),
      [[]],
    );
  }
});

/** `threads1`, which does what sec does. */
const ALONE: SyntheticConfiguration = {
  label: "threads1",
  backend: "threads",
  workers: 1,
  timeline: [SEC_STEPS],
};

test("memory is told from shared cores by the processor seconds, with the run at 1 worker to hold them against", () => {
  const dearness = (...configurations: SyntheticConfiguration[]): Diagnosis["dearness"] =>
    diagnosisOf(synthesise([...SEC, ...configurations], TWO_CORES), "threads2").dearness;
  assert.is(dearness(ALONE, bandwidth), "memory");
  assert.is(dearness(ALONE, sharedCores), "cores");
  assert.is(dearness(bandwidth), "unknown");
});

test("processor seconds that other work may have taken point to nothing", () => {
  const steps: Timeline[number] = [
    ["init", 3],
    ["compute", 8],
  ];
  const busy = { ...bandwidth, processorShare: 2, timeline: [steps, steps] };
  const found = diagnosisOf(synthesise([...SEC, ALONE, busy], TWO_CORES), "threads2");
  assert.equal([found.causes[0]?.id, found.dearness], ["contention", null]);
});

test("what a single worker computes beyond sec is its pattern's: nothing was shared out", () => {
  const found = diagnosisOf(synthesise([...SEC, dearPool(1)], TWO_CORES), "mp1_v2");
  assert.equal([found.standing, found.causes.map(({ id }) => id)], ["slower", ["extraWork"]]);
});

test("a coordinator that computes a little beside its workers is neither serial computing nor a gain", () => {
  const session = synthesise([...SEC, dearPool(1), dearPool(2)], TWO_CORES);
  const ids = diagnosisOf(session, "mp2_v2").causes.map(({ id }) => id);
  assert.is(ids[0], "extraWork");
  for (const id of ["pattern", "serialCompute", "extraProcesses"] as const) assert.not.ok(ids.includes(id));
});

test("of a backend slower than sec a larger cause that cannot slow it is told apart; of others the largest is the main one", () => {
  const slow = diagnosisOf(synthesise([...SEC, pixelPool(3)], TWO_CORES), "mp2");
  assert.equal([slow.causes[0]?.id, slow.explanation!.causes[0]?.id], ["ipc", "pattern"]);
  const told = WORDS.en.page.sentenceOf(slow);
  assert.match(told, /What keeps it farthest .* is workers that do not compute, but that alone would not/);
  const [init, , , write] = SEC_STEPS;
  const one: Timeline[number] = [init!, ["read", 2, 1e6], ["compute", 8], write!];
  const level = { ...bandwidth, timeline: [one, [init!]] };
  const equal = diagnosisOf(synthesise([...SEC, level], TWO_CORES), "threads2");
  assert.equal([equal.standing, equal.causes[0]?.id], ["belowNoise", "pattern"]);
  assert.not.match(WORDS.en.page.sentenceOf(equal), /farthest/);
});

test("the seconds told of a cause are above those it is held against exactly where it is a loss", () => {
  for (const [name, configuration] of CULPRITS) {
    const [level] = summarise(synthesise([...SEC, configuration], { cores: 4 })).levels;
    const [sec, own] = level!.configurations;
    const told = explainLoss(own!, sec!, null)!.causes.filter((cause) => Math.abs(cause.share) > 1e-9);
    for (const { id, share, seconds, baseSeconds } of told) {
      if (id === "pattern" || id === "extraProcesses") continue;
      assert.is(seconds > baseSeconds, share > 0, `${name}: ${id}`);
    }
  }
});

test("computing beyond sec's that is there at 1 worker too is the pattern's, not the memory's", () => {
  const half: Timeline[number] = [
    ["read", 0.85],
    ["compute", 8],
  ];
  const one = { ...bandwidth, label: "threads1", workers: 1, timeline: [[...half, ...half]] };
  assert.is(mainCause(synthesise([...SEC, one, bandwidth], TWO_CORES), "threads2"), "extraWork");
});

test("the serial share stands with serial work and its Amdahl bound is the closed form", () => {
  const session = synthesise([...SEC, serialBegin], { ...TWO_CORES, noise: 0 });
  const { serial } = diagnosisOf(session, "threads2").explanation!;
  // 4 s of computing, 0.2 s of writing alone; 2 x 0.85 + 2 x 2 + 2 x 0.05 shared, less 0.05 s the other one starts.
  const share = 4.2 / (4.2 + 5.8);
  assert.ok(Math.abs(serial!.share - share) < 0.005, String(serial!.share));
  assert.ok(Math.abs(serial!.bound - 1 / (serial!.share + (1 - serial!.share) / 2)) < 1e-12);
  const [bound] = [1 / (share + (1 - share) / 2)];
  const told = WORDS.en.page.sentenceOf(diagnosisOf(session, "threads2"));
  assert.ok(told.includes(`the speedup does not pass ${bound.toFixed(2)}`), told);
  const shared = diagnosisOf(synthesise([...SEC, bandwidth], TWO_CORES), "threads2");
  assert.is(shared.explanation!.serial, null);
});

test("oversubscription is named, and no other cause for it", () => {
  const found = diagnosisOf(synthesise([...SEC, ideal, oversubscribed(6)], TWO_CORES), "threads4");
  assert.equal([found.refusal, found.oversubscription?.base], ["oversubscribed", "threads2"]);
  const { ratio, seconds, baseSeconds } = found.oversubscription!;
  assert.ok(Math.abs(ratio.value - seconds / baseSeconds) < 1e-9 && ratio.value > 1.1);
  const equal = synthesise([...SEC, ideal, oversubscribed(4.45)], TWO_CORES);
  assert.is(diagnosisOf(equal, "threads4").oversubscription, null);
});

test("where next to nothing is computed, computing is no cause, however much more of it there is", () => {
  const tiny = (compute: number, startup: number): Timeline[number] => [
    ["init", startup],
    ["read", 0.02, 1e6],
    ["compute", compute],
    ["write", 0.3, 1e6],
  ];
  const children = (label: string, count: number): SyntheticConfiguration => ({
    label,
    backend: "mp_v2",
    workers: count,
    timeline: [tiny(0.004, 9), ...Array.from({ length: count }, () => tiny(0.01, 8.5))],
  });
  const session = synthesise([...secTwins(tiny(0.003, 5)), children("mp1_v2", 1), children("mp2_v2", 2)], {
    cores: 2,
    noise: 0.01,
  });
  for (const label of ["mp1_v2", "mp2_v2"])
    assert.equal(
      diagnosisOf(session, label).causes.map(({ id }) => id),
      ["startup"],
    );
});

test("without spans there is no decomposition, and peers have times only", () => {
  const peer = { ...imbalance, label: "py_mp2", backend: "peer", untraced: true };
  const session = synthesise([...SEC, imbalance, peer], { cores: 2, traceEvery: 0 });
  assert.is(diagnosisOf(session, "threads2").refusal, "noSpans");
  assert.is(diagnosisOf(session, "py_mp2").refusal, "peer");
});

test("runs with spans that are not like the timed ones name no cause", () => {
  const session = synthesise([...SEC, imbalance], TWO_CORES);
  const slowed = session.runs.map((run) =>
    run.label === "threads2" && !run.traced ? { ...run, wallSeconds: run.wallSeconds! * 0.75 } : run,
  );
  assert.is(diagnosisOf({ ...session, runs: slowed }, "threads2").refusal, "untypical");
});

test("fewer than 6 blocks, and no pair of sec, leave no cause", () => {
  const few = synthesise([...SEC, imbalance], { cores: 2, blocks: 4 });
  assert.is(diagnosisOf(few, "threads2").refusal, "missingBlocks");
  const { twin: _, ...alone } = SEC[0]!;
  assert.is(diagnosisOf(synthesise([alone, imbalance], TWO_CORES), "threads2").refusal, "missingTwins");
});

test("the worst loss comes first, refusals last", () => {
  const session = synthesise(
    [...SEC, ideal, imbalance, pixelPool(5)].map((one, i) =>
      i === 3 ? { ...one, label: "threads2b" } : one,
    ),
    TWO_CORES,
  );
  const losses = diagnoses(session).map(({ explanation }) => explanation?.lossSeconds ?? 0);
  assert.equal(
    losses,
    [...losses].sort((a, b) => b - a),
  );
  assert.ok(losses.length === 3 && losses[0]! > losses[1]! && losses[2] === 0);
});

test("the causes of every culprit sum to the loss exactly", () => {
  for (const [name, configuration] of CULPRITS) {
    const [level] = summarise(synthesise([...SEC, configuration], TWO_CORES)).levels;
    const [sec, own] = level!.configurations;
    const { causes, lossSeconds, workers, run, sec: base } = explainLoss(own!, sec!, null)!;
    const sum = causes.reduce((total, cause) => total + cause.share, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, `${name}: ${sum}`);
    assert.ok(Math.abs(lossSeconds - (run.wallSeconds - base.wallSeconds / workers)) < 1e-12);
  }
});

test.run();
