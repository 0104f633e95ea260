import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { splitArguments } from "../../src/bench/plan";
import { readSession } from "../../src/records/runFolder";
import { withFolder } from "../records/records.fixture";
import { makeSparseCrops, RunningPila, runPila } from "./cli.fixture";

test("Ctrl-C in a bench says what is kept and the line that finishes it", () =>
  withFolder(async (folder) => {
    const [data, run] = [join(folder, "some crops"), join(folder, "run")];
    makeSparseCrops(data, 2, { azimuth: 64, range: 64 });
    const options = ["--backends", "threads", "--workers", "1", "--blocks", "6", "--seed", "1"];
    const bench = new RunningPila(["bench", data, "--out", run, ...options]);
    const kept = (): number => {
      const path = join(run, "runs.jsonl");
      return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
    };
    await bench.until("three runs", () => kept() >= 3);
    process.kill(-bench.child.pid!, "SIGINT");
    const { code, stderr } = await bench.end();
    assert.is(code, 130);
    assert.is(stderr.match(/interrupted: (\d+) runs are kept/)?.[1], String(kept()));
    assert.ok(
      readSession(run).runs.every(({ outcome }) => outcome === "ok"),
      stderr,
    );
    const line = stderr.split("\n").find((each) => each.startsWith("  pila bench"))!;
    const finished = runPila(splitArguments(line.trim()).slice(1));
    assert.is(finished.code, 0, finished.stderr);
    assert.is(readSession(run).env.stopped, "blocks");
    // sec twice and threads once in 7 blocks, two of them with spans in 4.
    assert.is(readSession(run).runs.length, 7 * 3 + 4 * 2);
    assert.match(finished.stderr, /Configuration +Seconds +Times sec +Verdict/);
    assert.match(finished.stderr, /next: pila informe --run \S+/);
    assert.is(finished.stdout, `${run}\n`);
  }));

test.run();
