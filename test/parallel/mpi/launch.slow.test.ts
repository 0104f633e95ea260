import { existsSync, readdirSync } from "node:fs";
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

/** Far above what any job takes on a busy machine. */
const BOUND_MS = 60_000;

/** Byte i of the sum over all ranks of (seed + 31 rank + 7 i), modulo 256. */
function closedForm(seed: number, length: number, ranks: number): Uint8Array {
  const constant = ranks * seed + (31 * ranks * (ranks - 1)) / 2;
  return Uint8Array.from({ length }, (_, i) => constant + 7 * i * ranks);
}

for (const { title, names, missing } of LAUNCHERS) {
  const add = testUnless(missing);

  const run = async (ranks: number, script: string, args: readonly (string | number)[]) => {
    const mpiexec = await findMpiexec(process.env, names);
    const command = [process.execPath, join(__dirname, script), ...args.map(String)];
    const { stdout } = await launchRanks({
      ranks,
      command,
      env: process.env,
      signal: AbortSignal.timeout(BOUND_MS),
      mpiexec,
    });
    return { answer: JSON.parse(stdout), mpiexec };
  };

  const cases = [
    { ranks: 1, length: 4099, chunkBytes: 2 ** 31 - 1 },
    { ranks: 2, length: 4099, chunkBytes: 2 ** 31 - 1 },
    { ranks: 5, length: 100_003, chunkBytes: 2 ** 31 - 1 },
    { ranks: 2, length: 3000, chunkBytes: 1000 },
    { ranks: 3, length: 2500, chunkBytes: 999 },
  ];
  for (const { ranks, length, chunkBytes } of cases) {
    add(
      `${title}: ${length} bytes around a ring of ${ranks}, at most ${chunkBytes} at once, equal the closed form`,
      async () => {
        const seed = 97;
        const { answer, mpiexec } = await run(ranks, "ringRank.js", [seed, length, chunkBytes]);
        assert.is(answer.library.name, mpiexec.family);
        assert.is(answer.sums.length, ranks);
        const expected = Buffer.from(closedForm(seed, length, ranks));
        for (const [rank, sum] of answer.sums.entries()) {
          assert.is(Buffer.compare(Buffer.from(sum, "base64"), expected), 0, `sum of rank ${rank}`);
        }
      },
    );
  }

  add(
    `${title}: messages travel in pieces up to the limit, the last one shorter, in a folder of the job`,
    async () => {
      const { answer, mpiexec } = await run(2, "pieceRank.js", []);
      assert.equal(answer.pieces, [0, 999, 1000, 0, 1000, 1000, 500]);
      assert.is(answer.noColor, "1");
      if (mpiexec.family === "Open MPI") {
        assert.ok(
          answer.segments.some((name: string) => /(vader|sm)_segment/.test(name)),
          `segments in ${answer.segments}`,
        );
      }
      const left = readdirSync("/dev/shm").filter((name) => name.startsWith(`pila-mpi-${process.pid}-`));
      assert.equal(left, []);
    },
  );

  add(`${title}: ranks of an interrupted job bring nothing about any more`, () =>
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

test("no mpiexec in PATH is a BackendError that says what to install", async () => {
  try {
    await launchRanks({ ranks: 2, command: ["true"], env: { PATH: join(__dirname, "no-such-folder") } });
    assert.unreachable("it ran");
  } catch (error) {
    assert.is((error as Error).name, "BackendError");
    assert.match((error as Error).message, /found no mpiexec in PATH.*apt-get install openmpi-bin/);
  }
});

test("a command that never joins MPI is no success, even with exit code 0", async () => {
  try {
    await launchRanks({
      ranks: 2,
      command: ["true"],
      env: process.env,
      signal: AbortSignal.timeout(BOUND_MS),
    });
    assert.unreachable("it was a success");
  } catch (error) {
    assert.match((error as Error).message, /no word from rank 0/);
  }
});

test.run();
