import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CauseId, explainLoss } from "../../../src/evidence/scaling";
import { summarise } from "../../../src/evidence/summary";
import { CAUSE_NAMES } from "../../../src/report/claims/causeWording";
import {
  type SyntheticConfiguration,
  secTwins,
  synthesise,
  type Timeline,
} from "../../records/session.fixture";
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
} from "./culprits";
import { answersTo } from "./sentences";

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
    for (const lang of ["es", "en"] as const) {
      const { claims } = answersTo(session, "whyNotFaster", lang);
      assert.is(claims.length, 1, claims.join("\n"));
      const lead = lang === "es" ? "La causa principal es" : "The main cause is";
      const named = (Object.keys(CAUSE_NAMES) as CauseId[]).filter((id) =>
        claims[0]!.includes(`${lead} ${CAUSE_NAMES[id][lang]}.`),
      );
      assert.equal(named, [expected], claims[0]);
    }
  });
}

test("an ideal division has no loss, and no cause is sought for it", () => {
  const { claims, refusals } = answersTo(synthesise([...SEC, ideal], TWO_CORES), "whyNotFaster");
  assert.is(claims.length, 0);
  assert.match(refusals[0]!, /^threads2: aceleración [\d,]+ \[.*no supera el ruido/);
});

test("noise that hides the loss leaves no cause to name", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const session = synthesise([...SEC, { ...ideal, label: "threads2" }], { cores: 2, noise: 0.4, seed });
    assert.equal(answersTo(session, "whyNotFaster").claims, []);
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
  const tell = (...configurations: SyntheticConfiguration[]): string =>
    answersTo(synthesise([...SEC, ...configurations], TWO_CORES), "whyNotFaster").claims[0]!;
  assert.match(tell(ALONE, bandwidth), /apunta al ancho de banda de memoria/);
  assert.match(tell(ALONE, sharedCores), /apunta a núcleos compartidos/);
  const without = tell(bandwidth);
  assert.not.match(without, /apunta/);
  assert.match(without, /Sin corridas válidas de threads con 1 trabajador no se separa/);
});

test("processor seconds that other work may have taken point to nothing", () => {
  const steps: Timeline[number] = [
    ["init", 3],
    ["compute", 8],
  ];
  const busy = { ...bandwidth, processorShare: 2, timeline: [steps, steps] };
  const session = synthesise([...SEC, ALONE, busy], TWO_CORES);
  const text = answersTo(session, "whyNotFaster").claims.find((one) => one.startsWith("threads2"))!;
  assert.match(text, /La causa principal es el encarecimiento del cálculo/);
  assert.not.match(text, /apunta/);
});

test("what a single worker computes beyond sec is its pattern's: nothing was shared out", () => {
  const [one] = answersTo(synthesise([...SEC, dearPool(1)], TWO_CORES), "whyNotFaster").claims;
  assert.match(
    one!,
    /^mp1_v2 es más lenta .* La causa principal es el cálculo adicional que exige el patrón\./,
  );
  assert.not.match(one!, /memoria|sin repartir|en serie/);
});

test("a coordinator that computes a little beside its workers is neither serial computing nor a gain", () => {
  const { claims } = answersTo(synthesise([...SEC, dearPool(1), dearPool(2)], TWO_CORES), "whyNotFaster");
  const two = claims.find((text) => text.startsWith("mp2_v2"))!;
  assert.match(two, /La causa principal es el cálculo adicional que exige el patrón/);
  assert.not.match(two, /que no calculan|en serie|de más/);
});

test("of a backend slower than sec a larger cause that cannot slow it is told apart; of others the largest is the main one", () => {
  const [slow] = answersTo(synthesise([...SEC, pixelPool(3)], TWO_CORES), "whyNotFaster", "en").claims;
  assert.match(
    slow!,
    /The main cause is communication .* What keeps it farthest from 2 is that not every worker asked for computes, but that alone would not/,
  );
  const [init, , , write] = SEC_STEPS;
  const one: Timeline[number] = [init!, ["read", 2, 1e6], ["compute", 8], write!];
  const level = { ...bandwidth, timeline: [one, [init!]] };
  const [equal] = answersTo(synthesise([...SEC, level], TWO_CORES), "whyNotFaster", "en").claims;
  assert.match(
    equal!,
    /^threads2 is not distinguishable from sec .* The main cause is that not every worker/,
  );
  assert.not.match(equal!, /farthest/);
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
  const { claims } = answersTo(synthesise([...SEC, one, bandwidth], TWO_CORES), "whyNotFaster");
  const ofTwo = claims.find((text) => text.startsWith("threads2"))!;
  assert.match(ofTwo, /La causa principal es el cálculo adicional que exige el patrón/);
  assert.not.match(ofTwo, /memoria/);
});

test("the serial share stands with serial work and its Amdahl bound is the closed form", () => {
  const text = answersTo(synthesise([...SEC, serialBegin], { ...TWO_CORES, noise: 0 }), "whyNotFaster")
    .claims[0]!;
  // 4 s of computing, 0.2 s of writing alone; 2 x 0.85 + 2 x 2 + 2 x 0.05 shared, less 0.05 s the other one starts.
  const found =
    /trabajó a lo sumo uno: fracción serie medida ([\d,]+), que .* limita la aceleración a ([\d,]+)/.exec(
      text,
    )!;
  const [share, bound] = found.slice(1).map((one) => Number(one.replace(",", "."))) as [number, number];
  assert.ok(Math.abs(share - 4.2 / (4.2 + 5.8)) < 0.005, text);
  assert.ok(Math.abs(bound - 1 / (share + (1 - share) / 2)) < 0.01, text);
  assert.not.match(answersTo(synthesise([...SEC, bandwidth], TWO_CORES), "whyNotFaster").claims[0]!, /serie/);
});

test("oversubscription is named, and no other cause for it", () => {
  const session = synthesise([...SEC, ideal, oversubscribed(6)], TWO_CORES);
  const { claims } = answersTo(session, "whyNotFaster");
  assert.is(claims.length, 1);
  assert.match(
    claims[0]!,
    /^threads4 paga la sobresuscripción \(4 trabajadores en 2 núcleos: no es un punto de escalado\)/,
  );
  const equal = answersTo(synthesise([...SEC, ideal, oversubscribed(4.45)], TWO_CORES), "whyNotFaster", "en");
  assert.equal(equal.claims, []);
  assert.ok(equal.refusals.includes("threads4: oversubscription, 4 workers on 2 cores: not a scaling point"));
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
  const { claims } = answersTo(session, "whyNotFaster");
  assert.is(claims.length, 2);
  for (const text of claims) {
    assert.match(text, /La causa principal es el arranque y el cierre de los trabajadores\. De los/);
    assert.not.match(text, /encarecimiento|cálculo adicional|memoria/);
  }
});

test("without spans there is no decomposition, and peers have times only", () => {
  const peer = { ...imbalance, label: "py_mp2", backend: "peer", untraced: true };
  const { claims, refusals } = answersTo(
    synthesise([...SEC, imbalance, peer], { cores: 2, traceEvery: 0 }),
    "whyNotFaster",
  );
  assert.equal(claims, []);
  assert.match(refusals.join("\n"), /threads2: sin trazas no hay descomposición/);
  assert.match(
    refusals.join("\n"),
    /py_mp2: es un programa ajeno, sin trazas: se afirma su tiempo, no sus causas/,
  );
});

test("runs with spans that are not like the timed ones name no cause", () => {
  const { claims, refusals } = answersTo(
    synthesise([...SEC, imbalance], { cores: 2, tracing: 1.0 }),
    "whyNotFaster",
  );
  assert.is(claims.length + refusals.length, 1);
  const session = synthesise([...SEC, imbalance], TWO_CORES);
  const slowed = session.runs.map((run) =>
    run.label === "threads2" && !run.traced ? { ...run, wallSeconds: run.wallSeconds! * 0.75 } : run,
  );
  const changed = answersTo({ ...session, runs: slowed }, "whyNotFaster");
  assert.equal(changed.claims, []);
  assert.match(changed.refusals[0]!, /no representan a las cronometradas/);
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
