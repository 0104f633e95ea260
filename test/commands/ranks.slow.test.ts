import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { backendMissing } from "../backends/available.fixture";
import { assertSameBytes } from "../io/product.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { CLI, type Ended, runPila } from "./cli.fixture";

const SAMPLE = join(__dirname, "../../../data-prep/sample");
/** What Open MPI wants of root and of more ranks than cores. */
const ENV = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
};

function runRanks(ranks: number, args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(
    "mpiexec",
    ["-n", String(ranks), process.execPath, CLI, ...args],
    {
      encoding: "utf8",
      env: { ...process.env, ...ENV },
    },
  );
  return { code: status, stdout, stderr };
}

testUnless(backendMissing("mpi"))("under mpiexec, stats mpi joins as ranks and gives the bytes of sec", () =>
  withFolder((folder) => {
    const at = (name: string): string => join(folder, name);
    assert.is(runPila(["prep", SAMPLE, at("in")]).code, 0);
    assert.is(runPila(["stats", "sec", at("in"), at("m"), at("s")]).code, 0);
    for (const split of ["dates", "rows"]) {
      const words = [
        "stats",
        "mpi",
        at("in"),
        at(`m-${split}`),
        at(`s-${split}`),
        "--split",
        split,
        "--json",
      ];
      const { code, stdout, stderr } = runRanks(3, words);
      assert.is(code, 0, stderr);
      // One rank speaks for all.
      const { workers, backend } = JSON.parse(stdout) as { workers: number; backend: string };
      assert.equal([workers, backend], [3, "mpi"]);
      assertSameBytes(at(`m-${split}`), at("m"), split);
      assertSameBytes(at(`s-${split}`), at("s"), split);
    }
  }),
);

testUnless(backendMissing("mpi"))(
  "any other command started as several ranks is refused and writes nothing",
  () =>
    withFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      const commands = [
        ["prep", SAMPLE, at("in")],
        ["fused", SAMPLE, at("m"), at("s")],
        ["stats", "sec", SAMPLE, at("m"), at("s")],
      ];
      for (const words of commands) {
        const { code, stderr } = runRanks(2, words);
        assert.is(code, 2, stderr);
        assert.match(stderr, /UsageError: found pila \w+ started as several ranks, expected one process/);
        assert.equal(readdirSync(folder), []);
      }
    }),
);

test("variables of a launcher alone are enough to refuse", () =>
  withFolder((folder) => {
    for (const env of [
      { OMPI_COMM_WORLD_SIZE: "2" },
      { PMI_RANK: "0", PMI_SIZE: "2" },
      { SLURM_STEP_NUM_TASKS: "4" },
    ]) {
      assert.is(runPila(["prep", SAMPLE, join(folder, "in")], env).code, 2);
    }
    assert.not.ok(existsSync(join(folder, "in")));
    assert.is(runPila(["prep", SAMPLE, join(folder, "in")], { OMPI_COMM_WORLD_SIZE: "1" }).code, 0);
  }));

test.run();
