import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FormatError, WorkerError } from "../../src/core/errors";
import { Meter } from "../../src/parallel/meter";
import { ThreadTeam } from "../../src/parallel/threads";
import type { FaultyTask } from "./faultyThread.fixture";

function startTeam(meter = new Meter(0, false)): ThreadTeam<FaultyTask> {
  return new ThreadTeam<FaultyTask>(join(__dirname, "faultyThread.fixture.js"), 2, meter);
}

async function failureOf(team: ThreadTeam<FaultyTask>): Promise<unknown> {
  return team.finished().then(
    () => assert.unreachable("the team finished"),
    (error: unknown) => error,
  );
}

test("every thread reports what it counted, on a thread of its own", async () => {
  const meter = new Meter(0, true);
  const team = startTeam(meter);
  team.send("count");
  await team.finished();
  assert.is(meter.bytesRead, 1001 + 2001);
  assert.equal(
    meter.spans.filter(({ item }) => item === "task").map(({ worker }) => worker),
    [1, 2],
  );
});

test("a thread that ends without an answer is a WorkerError with its code", async () => {
  const team = startTeam();
  team.send("exit");
  const error = await failureOf(team);
  assert.instance(error, WorkerError);
  assert.match((error as Error).message, "ended with code 3");
  await team.stop();
});

test("what a thread throws comes back as the same class with its path", async () => {
  const team = startTeam();
  team.send("throw");
  const error = await failureOf(team);
  assert.instance(error, FormatError);
  assert.is((error as FormatError).path, "d.tif");
  await team.stop();
});

test("threads that wait for ever end by stop", async () => {
  const team = startTeam();
  team.send("wait");
  const failure = failureOf(team);
  await team.stop();
  assert.instance(await failure, WorkerError);
});

test.run();
