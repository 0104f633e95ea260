import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findMpiexec } from "../../../src/parallel/mpi/detect";
import { launchRanks } from "../../../src/parallel/mpi/launch";
import { withFolder } from "../../io/slcFile.fixture";
import { testUnless } from "../../testUnless";
import { LAUNCHERS } from "./launchers";

/** A rank that says it is at work, and has its result half a second later. */
const RANK = `
console.error("at work");
setTimeout(() => require("node:fs").writeFileSync(process.argv[1], ""), 500);
setTimeout(() => {}, 10000);`;

for (const { title, names, missing } of LAUNCHERS) {
  testUnless(missing)(`${title}: ranks of an interrupted job bring nothing about any more`, () =>
    withFolder(async (folder) => {
      const result = join(folder, "result");
      const controller = new AbortController();
      const reason = new Error("interrupted");
      let failure: unknown;
      try {
        await launchRanks({
          ranks: 1,
          command: [process.execPath, "-e", RANK, result],
          env: process.env,
          mpiexec: await findMpiexec(process.env, names),
          signal: controller.signal,
          onStderr: () => controller.abort(reason),
        });
      } catch (error) {
        failure = error;
      }
      assert.is(failure, reason);
      assert.not.ok(existsSync(result));
    }),
  );
}

test.run();
