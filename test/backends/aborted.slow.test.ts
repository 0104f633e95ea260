import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS, findBackend } from "../../src/backends/registry";
import { Meter } from "../../src/parallel/meter";
import { makeSparseCrops, temporaryFiles } from "../commands/cli.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { productPaths } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { backendMissing } from "./available.fixture";

for (const id of BACKEND_IDS) {
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

/** Calls every backend with outputs that cannot be made, and must then end by itself. */
const FAILING = `
const { backends } = require(${JSON.stringify(join(__dirname, "../../src/backends/registry.js"))});
const { Meter } = require(${JSON.stringify(join(__dirname, "../../src/parallel/meter.js"))});
const [intensityFolder, mean, std] = process.argv.slice(1);
(async () => {
  for (const { id, run } of backends().filter((backend) => backend.id !== "mpi")) {
    for (const workers of [2, null]) {
      const request = { intensityFolder, mean, std, count: null, workers, split: "dates", meter: new Meter(0, false) };
      await run(request).then(() => console.log(id, "was a success"), (error) => console.log(error.name));
    }
  }
})();
`;

test("a program whose runs cannot make their outputs ends by itself: no thread and no process is left at work", () =>
  withFolder((folder) => {
    // So much work that two workers are chosen where their number is left open.
    makeSparseCrops(join(folder, "in"), 24, { azimuth: 16_000, range: 8192 });
    writeFileSync(join(folder, "file"), "");
    const args = ["-e", FAILING, join(folder, "in"), join(folder, "file/m"), join(folder, "file/s")];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
    assert.equal(stdout.trim().split("\n"), Array(2 * (BACKEND_IDS.length - 1)).fill("FormatError"));
    assert.is(status, 0);
  }));

test.run();
