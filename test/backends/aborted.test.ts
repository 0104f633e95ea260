import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, findBackend } from "../../src/backends/registry";
import { Meter } from "../../src/parallel/meter";
import { makeSparseCrops, temporaryFiles } from "../commands/cli.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { productPaths } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { backendMissing } from "./available.fixture";

for (const { id } of BACKENDS) {
  testUnless(backendMissing(id))(
    `${id} called by a program: an aborted run rejects with the reason and leaves no file`,
    () =>
      withFolder(async (folder) => {
        const out = join(folder, "out");
        mkdirSync(out);
        makeSparseCrops(join(folder, "in"), 24, { azimuth: 16_000, range: 8192 });
        writeFileSync(join(out, "mean.tif"), "stood there before");
        const controller = new AbortController();
        const reason = new Error("enough");
        const watch = setInterval(() => {
          if (temporaryFiles(out).length === 3) controller.abort(reason);
        }, 20);
        const request = {
          ...productPaths(out),
          intensityFolder: join(folder, "in"),
          workers: 2,
          split: "dates",
        } as const;
        let error: unknown;
        try {
          await findBackend(id).run({ ...request, meter: new Meter(0, false), signal: controller.signal });
        } catch (caught) {
          error = caught;
        } finally {
          clearInterval(watch);
        }
        assert.is(error, reason);
        assert.equal(readdirSync(out), ["mean.tif"]);
      }),
  );
}

test("a run that cannot make its outputs rejects and leaves no thread that keeps the program alive", () =>
  withFolder(async (folder) => {
    makeSparseCrops(join(folder, "in"), 24, { azimuth: 16_000, range: 8192 });
    writeFileSync(join(folder, "file"), "");
    for (const workers of [2, null]) {
      for (const { id } of BACKENDS.filter((backend) => backend.id !== "mpi")) {
        const before = process.getActiveResourcesInfo().length;
        const request = {
          ...productPaths(join(folder, "file")),
          intensityFolder: join(folder, "in"),
          workers,
        } as const;
        try {
          await findBackend(id).run({ ...request, split: "dates", meter: new Meter(0, false) });
          assert.unreachable(id);
        } catch (error) {
          assert.match((error as Error).message, "found that it cannot be made");
        }
        assert.is(process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length, 0, id);
        assert.ok(
          process.getActiveResourcesInfo().length <= before + 1,
          `${id}: ${process.getActiveResourcesInfo()}`,
        );
      }
    }
    assert.not.ok(existsSync(join(folder, "out")));
  }));

test.run();
