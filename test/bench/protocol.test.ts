import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildConfigurations } from "../../src/bench/plan";
import {
  type Plan,
  type PlannedRun,
  type ProtocolActions,
  planBlock,
  runProtocol,
} from "../../src/bench/protocol";
import type { RunRecord } from "../../src/core/records";
import { runOf } from "../records/records.fixture";
import { FakeClock } from "./bench.fixture";

const level = { dates: 4, crop: null, shape: { azimuth: 2, range: 2 } };
const peer = { name: "py", command: ["python3", "x.py", "{intens}", "{mean}", "{std}"] };
const configurations = buildConfigurations({ backends: ["sec", "mp_v2"], workers: [2], peers: [peer] }, [
  level,
]);
const planOf = (changes: Partial<Plan> = {}): Plan => ({
  sessionId: "s",
  seed: 5,
  blocks: 10,
  traceEvery: 2,
  configurations,
  ...changes,
});
const names = (runs: readonly PlannedRun[]) =>
  runs.map(({ configuration: { label, twin }, traced }) => `${label}${twin ?? ""}${traced ? "+" : ""}`);

const recordOf = (planned: PlannedRun, changes: Partial<RunRecord> = {}): RunRecord => {
  const { runId, block, order, warmup, traced, configuration } = planned;
  const { label, twin, backend, workers } = configuration;
  return runOf({ runId, block, order, warmup, traced, label, twin, backend, workers, ...changes });
};

interface FakeActions extends ProtocolActions {
  readonly made: string[];
}

function actionsOf(changes: Partial<ProtocolActions> = {}, secondsOfRun = 1): FakeActions {
  const clock = new FakeClock();
  const made: string[] = [];
  return {
    made,
    clock,
    async measure(planned) {
      made.push(planned.runId);
      clock.seconds += secondsOfRun;
      return recordOf(planned, { wallSeconds: secondsOfRun });
    },
    skip: (planned, reason) => recordOf(planned, { outcome: "skipped", wallSeconds: null, reason }),
    precise: () => false,
    progress: () => undefined,
    signal: undefined,
    budgetSeconds: null,
    ...changes,
  };
}

test("a block runs every configuration once, sec as A/A pair, parallel ones at 1 worker too", () => {
  assert.equal(names(planBlock(planOf(), 1)).sort(), ["mp1_v2", "mp2_v2", "py", "seca", "secb"]);
});

test("traced blocks add one run with spans each, not of the second twin nor of peers; 3 by block 6", () => {
  assert.equal(
    names(planBlock(planOf(), 2)).sort(),
    ["mp1_v2", "mp1_v2+", "mp2_v2", "mp2_v2+", "py", "seca", "seca+", "secb"].sort(),
  );
  const traced = [1, 2, 3, 4, 5, 6].flatMap((block) => names(planBlock(planOf(), block)));
  assert.is(traced.filter((name) => name === "mp2_v2+").length, 3);
  assert.ok(names(planBlock(planOf(), 0)).includes("mp2_v2+"));
});

test("equal seeds give equal orders, other seeds and other blocks other ones", () => {
  const orders = (seed: number) =>
    Array.from({ length: 11 }, (_, block) => names(planBlock(planOf({ seed }), block)).join());
  assert.equal(orders(5), orders(5));
  assert.is.not(orders(5).join("|"), orders(6).join("|"));
  assert.is(new Set(orders(5).filter((_, block) => block % 2 === 1)).size, 5);
});

test("every configuration comes at every place about equally often over many seeds", () => {
  const places = new Map<string, number[]>();
  for (let seed = 0; seed < 2000; seed++) {
    names(planBlock(planOf({ seed }), 1)).forEach((name, order) => {
      const counts = places.get(name) ?? [0, 0, 0, 0, 0];
      counts[order]!++;
      places.set(name, counts);
    });
  }
  // 400 expected, standard deviation 18.
  for (const counts of places.values())
    assert.ok(
      counts.every((count) => Math.abs(count - 400) < 80),
      counts.join(),
    );
});

test("block 0 is the warm-up and only that", () => {
  assert.ok(planBlock(planOf(), 0).every((run) => run.warmup));
  assert.ok(planBlock(planOf(), 1).every((run) => !run.warmup));
});

test("without precision or budget all blocks are made, in order, and progress counts to the total", async () => {
  const events: string[] = [];
  const world = actionsOf({
    progress: ({ done, total, remainingSeconds }) => events.push(`${done}/${total} ${remainingSeconds}`),
  });
  const { stopped, runs } = await runProtocol(planOf(), [], world);
  const expected = Array.from({ length: 11 }, (_, block) => planBlock(planOf(), block)).flat();
  assert.is(stopped, "blocks");
  assert.equal(
    runs.map((run) => run.runId),
    expected.map((run) => run.runId),
  );
  assert.is(expected.length, 11 * 5 + 6 * 3);
  assert.is(events[0], "1/73 72");
  assert.is(events.at(-1), "73/73 0");
});

test("precision stops after whole blocks, never before six", async () => {
  const asked: number[] = [];
  const precise = (runs: readonly RunRecord[]): boolean => {
    asked.push(Math.max(...runs.map((run) => run.block)));
    return asked.length === 2;
  };
  const { stopped, runs } = await runProtocol(planOf(), [], actionsOf({ precise }));
  assert.is(stopped, "precision");
  assert.equal(asked, [6, 7]);
  assert.is(Math.max(...runs.map((run) => run.block)), 7);
  assert.is(runs.filter((run) => run.block === 7).length, 5);
});

test("the budget starts no run after it is spent and bounds the remaining time", async () => {
  const left: number[] = [];
  const world = actionsOf({ budgetSeconds: 20, progress: (event) => left.push(event.remainingSeconds) }, 3);
  const { stopped, runs } = await runProtocol(planOf(), [], world);
  assert.is(stopped, "budget");
  assert.is(runs.length, 7);
  assert.equal(left, [17, 14, 11, 8, 5, 2, 0]);
});

test("going on after any interruption equals never having stopped", async () => {
  const fails = (planned: PlannedRun) => planned.configuration.label === "mp2_v2" && planned.block > 2;
  const measure = async (planned: PlannedRun) =>
    fails(planned) ? recordOf(planned, { outcome: "failed", reason: "it broke" }) : recordOf(planned);
  const precise = (runs: readonly RunRecord[]) => Math.max(...runs.map((run) => run.block)) >= 8;
  const whole = await runProtocol(planOf(), [], actionsOf({ measure, precise }));
  assert.is(whole.stopped, "precision");
  for (let cut = 0; cut < whole.runs.length; cut++) {
    const abort = new AbortController();
    let made = 0;
    const first = await runProtocol(
      planOf(),
      [],
      actionsOf({
        precise,
        signal: abort.signal,
        async measure(planned) {
          if (made++ === cut) abort.abort();
          abort.signal.throwIfAborted();
          return measure(planned);
        },
      }),
    );
    const rest = await runProtocol(planOf(), first.runs, actionsOf({ measure, precise }));
    if (first.stopped !== "interrupted") assert.is(first.stopped, "precision");
    assert.is(rest.stopped, "precision");
    assert.is(JSON.stringify(rest.runs), JSON.stringify(whole.runs));
  }
});

test("a configuration that fails twice in a row is given up with the reason, the others go on", async () => {
  const measure = async (planned: PlannedRun) => {
    world.made.push(planned.runId);
    return planned.configuration.label === "mp2_v2"
      ? recordOf(planned, { outcome: "failed", reason: "it broke" })
      : recordOf(planned);
  };
  const world = actionsOf({ measure });
  const { runs } = await runProtocol(planOf(), [], world);
  const mine = runs.filter((run) => run.label === "mp2_v2");
  assert.equal(
    mine.map((run) => run.outcome),
    ["failed", "failed", ...Array(mine.length - 2).fill("skipped")],
  );
  assert.is(mine.at(-1)!.reason, "not started again after 2 failures in a row; the last: it broke");
  assert.is(world.made.length, 73 - mine.length + 2);
});

test("an error that is not an interruption is not swallowed", async () => {
  const measure = async () => {
    throw new Error("disk full");
  };
  try {
    await runProtocol(planOf(), [], actionsOf({ measure }));
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "disk full");
  }
});

test.run();
