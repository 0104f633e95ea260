import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Session } from "../../src/core/records";
import { summarise } from "../../src/evidence/summary";
import { coldCosts, memoryUses, movingCosts, readingRates } from "../../src/report/findings/costs";
import { type Check, findChecks } from "../../src/report/findings/trust";
import { secTwins, slower, stackBytes, synthesise } from "../records/session.fixture";
import { ideal, pixelPool, pool, SEC, sharedDisk } from "./culprits.fixture";

const TWO_CORES = { cores: 2 };
const quickChild = pool("mp2_v2", "mp_v2", 0.05, 0.05);

function checkOf<Id extends Check["id"]>(session: Session, id: Id): Extract<Check, { id: Id }> {
  return findChecks(summarise(session)).find((one) => one.id === id) as Extract<Check, { id: Id }>;
}

test("moving pixels against sums: standing, bytes of both, and who computes", () => {
  const session = synthesise([...SEC, pixelPool(5), quickChild], { cores: 2, noise: 0 });
  const [moved] = movingCosts(summarise(session));
  // mp2 takes 0.92 + 5 + 8 + 0.2 s, mp2_v2 0.02 + 0.05 + 4.85 + 0.05 + 0.1 s.
  assert.ok(Math.abs(moved!.cost.extraSeconds.value - (14.12 - 5.07)) < 1e-9);
  assert.equal(moved!.bytes, { pixels: stackBytes(8), states: 2e6 });
  assert.equal([moved!.standing, moved!.computing], ["slower", { pixels: 1, states: 2 }]);
  const pipe = session.env.microbenchmarks.pipeMegabytesPerSecond!;
  assert.ok(Math.abs(moved!.pipeSeconds! - (stackBytes(8) - 2e6) / 1e6 / pipe) < 1e-9);
  const equal = synthesise([...SEC, { ...quickChild, label: "mp2", backend: "mp" }, quickChild], TWO_CORES);
  assert.is(movingCosts(summarise(equal))[0]!.standing, "same");
  assert.equal(movingCosts(summarise(synthesise([...SEC, ideal]))), []);
});

test("what binds a configuration, and the rate of the reading phase against the measured roof", () => {
  const [computing] = readingRates(summarise(synthesise([...SEC, sharedDisk], TWO_CORES)));
  assert.equal([computing!.label, computing!.bound], ["sec", "compute"]);
  const reading = secTwins([
    ["read", 6, 24e9],
    ["compute", 2],
  ]);
  const found = readingRates(summarise(synthesise([...reading, ideal], { cores: 2, noise: 0 })));
  const ofSec = found.find(({ label }) => label === "sec")!;
  assert.equal([ofSec.bound, ofSec.ioShare], ["io", 0.75]);
  assert.ok(Math.abs(ofSec.rate! - 4000) < 1e-6 && ofSec.roof === 4000);
});

test("memory by rising bytes; cold against warm with its verdict", () => {
  const uses = memoryUses(summarise(synthesise([...SEC, ideal, pixelPool(5)], TWO_CORES)));
  assert.equal(
    uses.map(({ bytes }) => bytes),
    uses.map(({ bytes }) => bytes).sort((a, b) => a - b),
  );
  assert.is(uses.length, 3);
  const cold = SEC.map((one) => ({ ...slower(one, 2), cache: "cold" as const }));
  const [cost] = coldCosts(summarise(synthesise([...SEC, ...cold], { cores: 2, noise: 0.001 })));
  assert.equal([cost!.effect.label, cost!.standing], ["sec", "slower"]);
  assert.ok(Math.abs(cost!.effect.comparison.ratio.value - 2) < 0.01);
});

test("a quiet session passes its checks; noise, drift and busy runs are reservations, each of its own", () => {
  const stateOf = (session: Session): readonly Check["state"][] =>
    (["noise", "quiet", "drift"] as const).map((id) => checkOf(session, id).state);
  assert.equal(stateOf(synthesise([...SEC, ideal])), ["passed", "passed", "passed"]);
  const busy = synthesise([...SEC, ideal], { noise: 0.15, drift: 3, noisyShare: 0.5 });
  assert.equal(stateOf(busy), ["reservation", "reservation", "reservation"]);
  assert.equal(stateOf(synthesise([...SEC, ideal], { noisyShare: 0.5 })), [
    "passed",
    "reservation",
    "passed",
  ]);
  assert.is(checkOf(synthesise([...SEC, ideal], { drift: 1.9 }), "drift").state, "reservation");
  assert.is(checkOf(synthesise([...SEC, ideal], { blocks: 4 }), "noise").state, "unknown");
});

test("failures of one reason are told once; what was never measured is told with its reason", () => {
  const failure = (block: number): string | null => (block === 3 ? "exit code 1" : null);
  const skipped = [{ label: "mpi2", reason: "mpiexec not found" }];
  const twice = [ideal, { ...ideal, label: "threads3", workers: 3 }].map((one) => ({ ...one, failure }));
  const { state, failures } = checkOf(synthesise([...SEC, ...twice], { cores: 4, skipped }), "runs");
  assert.is(state, "reservation");
  assert.equal(
    failures.map(({ labels, failed, reason }) => [labels, failed, reason]),
    [
      [["threads2", "threads3"], 2, "exit code 1"],
      [["mpi2"], 0, "mpiexec not found"],
    ],
  );
  assert.equal(checkOf(synthesise([...SEC, ideal]), "runs").state, "passed");
});

test("same bytes need sec and another one; a peer agrees within its tolerance", () => {
  assert.is(checkOf(synthesise(SEC), "sameBytes").state, "unknown");
  const peer = { ...slower(ideal, 5), label: "py_mp2", backend: "peer", untraced: true };
  const session = synthesise([...SEC, ideal, peer], TWO_CORES);
  const own = session.runs.filter((run) => !run.warmup && run.backend !== "peer");
  assert.is(checkOf(session, "sameBytes").runs, own.length);
  assert.equal(
    checkOf(session, "peers").peers.map(({ label }) => label),
    ["py_mp2"],
  );
});

test("what recording spans costs: shown to be little, shown to be much, or neither", () => {
  const stateOf = (tracing: number, noise: number): Check["state"] =>
    checkOf(synthesise([...SEC, ideal], { noise, tracing }), "tracing").state;
  assert.is(stateOf(1, 0.0002), "passed");
  assert.is(stateOf(1.08, 0.001), "reservation");
  assert.is(stateOf(1, 0.1), "unknown");
  const traced = synthesise([...SEC, ideal], { traceEvery: 1 });
  const runs = traced.runs.filter((run) => run.label !== "threads2" || run.traced || run.warmup);
  assert.equal(checkOf({ ...traced, runs }, "tracing").tracedTimes, ["threads2"]);
});

test.run();
