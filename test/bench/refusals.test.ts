import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/core/errors";
import { envOf, withFolder } from "../records/records.fixture";
import { bench, DATES, failureOf, writeStack } from "./bench.fixture";

test("no mpiexec and no SLC are reasons to skip, kept in env.json; the rest is measured", () =>
  withFolder(async (folder) => {
    const software = () => envOf().software;
    const options = { backends: ["mpi", "mp", "fused"], workers: [1] };
    const { result, runs } = await bench(folder, options, undefined, "intensity", { software });
    const { skipped } = result.env;
    assert.equal(
      skipped.map(({ label }) => label),
      ["mpi", "prep", "fused"],
    );
    assert.match(skipped[0]!.reason, "there is no mpiexec");
    assert.equal([...new Set(runs.map((run) => run.backend))].sort(), ["mp", "sec"]);
  }));

test("a backend that says it cannot run here is skipped with what it says", () =>
  withFolder(async (folder) => {
    const unavailable = async (backend: string) => (backend === "threads" ? "no shared memory" : null);
    const { result, runs } = await bench(folder, { workers: [1] }, undefined, "intensity", { unavailable });
    assert.equal(result.env.skipped, [{ label: "threads", reason: "no shared memory" }]);
    assert.equal([...new Set(runs.map((run) => run.backend))].sort(), [
      "mp",
      "mp_mem",
      "mp_v2",
      "mpi",
      "sec",
    ]);
  }));

test("too many dates, crops of intensities and crops of one shape are refused before anything is measured", () =>
  withFolder(async (folder) => {
    const tooMany = await failureOf(bench(folder, { dates: [5] }));
    assert.instance(tooMany, UsageError);
    assert.match(tooMany.message, "--dates: found 5, expected 1 to 4");
    assert.instance(await failureOf(bench(folder, { crops: ["1,1,0,0", "2,2,0,0"] })), UsageError);
    const data = writeStack(join(folder, "slc"), "slc", DATES);
    const twice = await failureOf(bench(folder, { data, crops: ["1,1,0,0", "1,1,1,1"] }));
    assert.match(twice.message, "two crops of one shape");
    assert.not.ok(existsSync(join(folder, "run")));
  }));

test("peers of one name are refused", () =>
  withFolder(async (folder) => {
    const peers = [
      "sec=py {intens} {mean} {std}",
      "py=py {intens} {mean} {std}",
      "py=q {intens} {mean} {std}",
    ];
    assert.match(
      (await failureOf(bench(folder, { peers }))).message,
      "found the label py for two configurations",
    );
    assert.not.ok(existsSync(join(folder, "run")));
  }));

test.run();
