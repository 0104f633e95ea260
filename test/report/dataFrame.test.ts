import { test } from "uvu";
import * as assert from "uvu/assert";
import { timingsFrame } from "../../src/report/dataFrame";
import { protocolSession } from "../records/session.fixture";

test("a frame of timings: a row a run that ended well; grouped by label it counts and averages as plain code does", () => {
  const session = protocolSession({ backends: ["mp_v2"], workers: [2], traced: false });
  const failed = session.runs[5]!.runId;
  const runs = session.runs.map((run) =>
    run.runId === failed ? { ...run, outcome: "failed" as const } : run,
  );
  const kept = runs.filter((run) => run.outcome === "ok");
  const frame = timingsFrame(runs);
  assert.is(frame.shape[0], kept.length);
  assert.ok(["label", "workers", "seconds", "ipc_mb"].every((name) => frame.columns.includes(name)));

  const means = frame.groupby(["label"]).col(["seconds"]).mean();
  const found = new Map(means.values.map((row) => row as [string, number]));
  for (const label of ["sec", "mp2_v2"]) {
    const own = kept.filter((run) => run.label === label).map((run) => run.wallSeconds!);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    assert.ok(Math.abs(found.get(label)! / mean - 1) < 1e-9, label);
  }
});

test.run();
