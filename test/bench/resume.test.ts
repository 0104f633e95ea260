import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BenchRun } from "../../src/bench/run";
import { RecordError } from "../../src/core/errors";
import { readSession } from "../../src/records/runFolder";
import { envOf, withFolder } from "../records/records.fixture";
import { type Behave, bench, DATES, failureOf, writeStack } from "./bench.fixture";

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
    appendFileSync(join(folder, "data", "20200101_int_crop.tif"), "another size, and later");
    const changed = await failureOf(bench(folder, { resume }));
    assert.instance(changed, RecordError);
    assert.match(changed.message, "field dataset.sha256");
    const data = writeStack(join(folder, "again"), "intensity", DATES);
    let calls = 0;
    const behave: Behave = () => {
      calls += 1;
      return {};
    };
    const machine = () => ({ ...envOf().machine, machineId: "other" });
    const elsewhere = await failureOf(bench(folder, { data, resume }, behave, "intensity", { machine }));
    assert.match(elsewhere.message, "field machine.machineId: found ab stored and other now");
    assert.is(calls, 0);
  }));

test("a session is never written over", () =>
  withFolder(async (folder) => {
    await bench(folder, { backends: ["sec"] });
    assert.match(
      (await failureOf(bench(folder, { backends: ["sec"] }))).message,
      "go on with it by --resume",
    );
  }));

test.run();
