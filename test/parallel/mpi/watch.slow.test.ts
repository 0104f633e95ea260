import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findMpiexec, type Mpiexec } from "../../../src/parallel/mpi/detect";
import { launchRanks } from "../../../src/parallel/mpi/launch";
import { withFolder } from "../../io/slcFile.fixture";
import { testUnless } from "../../testUnless";
import { LAUNCHERS } from "./launchers";

/** A real launcher behind a shell that sets limits first. */
async function limitedMpiexec(folder: string, limits: string, names?: readonly string[]): Promise<Mpiexec> {
  const real = await findMpiexec(process.env, names);
  const path = join(folder, "mpiexec");
  writeFileSync(path, `#!/bin/sh\n${limits}\nexec ${real.path} "$@"\n`);
  chmodSync(path, 0o755);
  return { ...real, path };
}

/** The error of a job of two ranks, and the seconds until it came. */
async function failJob(options: {
  mpiexec: Mpiexec;
  command: readonly string[];
  joinMilliseconds?: number;
}): Promise<{ message: string; seconds: number }> {
  const began = performance.now();
  const bound = AbortSignal.timeout(60_000);
  const error = await launchRanks({ ranks: 2, env: process.env, signal: bound, ...options }).then(
    () => null,
    (thrown: Error) => thrown,
  );
  assert.is(error?.name, "BackendError", String(error));
  return { message: error!.message, seconds: (performance.now() - began) / 1000 };
}

const RING = [process.execPath, join(__dirname, "ringRank.js"), "7", "100", "1000"];

// Every rank dies in MPI_Init, and Open MPI's launcher stays for ever.
test("files too small for MPI's memory end the job within ten seconds, with rank, host and cause", () =>
  withFolder(async (folder) => {
    const mpiexec = await limitedMpiexec(folder, "ulimit -f 64");
    const { message, seconds } = await failJob({ mpiexec, command: RING });
    assert.match(
      message,
      /^rank [01] of 2 on \S+: found its process gone and the job still there, expected it/,
    );
    assert.ok(seconds < 20, `${seconds} s`);
  }));

for (const { title, names, missing } of LAUNCHERS) {
  testUnless(missing)(`${title}: ranks that never join are ended at the limit and named`, async () => {
    const mpiexec = await findMpiexec(process.env, names);
    const command = [process.execPath, "-e", "setTimeout(() => {}, 100_000)"];
    const { message, seconds } = await failJob({ mpiexec, command, joinMilliseconds: 1500 });
    assert.match(message, /^rank 0, 1 of 2, started from \S+: found no end of MPI_Init after 2 s, expected/);
    assert.ok(seconds < 20, `${seconds} s`);
  });

  testUnless(missing)(`${title}: ranks that have joined may work longer than any limit`, async () => {
    const world = JSON.stringify(join(__dirname, "../../../src/parallel/mpi/world.js"));
    const code = `const world = require(${world}).joinMpi();
      setTimeout(() => { if (world.rank === 0) process.stdout.write("done"); world.finalize(); }, 6000);`;
    const { stdout } = await launchRanks({
      ranks: 2,
      command: [process.execPath, "-e", code],
      env: process.env,
      mpiexec: await findMpiexec(process.env, names),
      joinMilliseconds: 4000,
    });
    assert.is(stdout, "done");
  });
}

test("fewer open files than mpiexec needs are refused before it starts", () =>
  withFolder(async (folder) => {
    const launch = JSON.stringify(join(__dirname, "../../../src/parallel/mpi/launch.js"));
    const script = join(folder, "launch.js");
    writeFileSync(
      script,
      `require(${launch}).launchRanks({ ranks: 2, command: ["true"], env: process.env }).catch((error) => console.log(error.message))`,
    );
    const { stdout } = spawnSync("sh", ["-c", `ulimit -n 30; exec ${process.execPath} ${script}`], {
      encoding: "utf8",
    });
    assert.match(
      stdout,
      /^found a limit of 30 open files, expected at least 40 for mpiexec and 2 ranks; raise/,
    );
  }));

test.run();
