import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BackendError } from "../../src/core/errors";
import { readSession } from "../../src/records/runFolder";
import { withFolder } from "../records/records.fixture";
import { type Behave, bench, failureOf, isReference, isStats } from "./bench.fixture";

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
    const behave: Behave = () => ({ trace: '{"worker":0,"phase":"nap"}\n' });
    const { runs, result } = await bench(folder, { backends: ["sec"] }, behave);
    const traced = runs.find((run) => run.traced)!;
    assert.is(traced.outcome, "failed");
    assert.match(traced.reason!, "its spans cannot be used: its trace:1: field");
    assert.equal(readSession(result.folder).spans, []);
    assert.ok(runs.filter((run) => !run.traced).every((run) => run.outcome === "ok"));
  }));

test("a fused that misses a date is failed", () =>
  withFolder(async (folder) => {
    const behave: Behave = (words) => ({ wrongPixels: words[0] === "fused" });
    const { runs } = await bench(folder, { backends: ["fused"], workers: [1] }, behave, "slc");
    assert.ok(runs.filter((run) => run.backend === "fused").every((run) => run.outcome !== "ok"));
    assert.ok(runs.filter((run) => run.backend !== "fused").every((run) => run.outcome === "ok"));
  }));

test("a preparation that fails is an error with what pila said, and leaves no run folder", () =>
  withFolder(async (folder) => {
    const error = await failureOf(bench(folder, {}, (words) => ({ exitCode: isReference(words) ? 1 : 0 })));
    assert.instance(error, BackendError);
    assert.match(error.message, "it broke");
    assert.not.ok(existsSync(join(folder, "run")));
  }));

test.run();
