import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runPila } from "../commands/cli.fixture";
import { assertSameBytes } from "../io/product.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { backendMissing } from "./available.fixture";
import { Slurm, slurmMissing } from "./slurm.fixture";

const ROOT = join(__dirname, "../../..");
const SAMPLE = join(ROOT, "data-prep/sample");
const TASKS = ["--nodes=2", "--ntasks-per-node=2", `--chdir=${ROOT}`, join(ROOT, "docs/pila.sbatch")];

testUnless(slurmMissing() ?? backendMissing("mpi"))(
  "the job file of the docs gives sec's bytes over two nodes, by dates and by rows, from crops and from SLC",
  () =>
    withFolder(async (folder) => {
      const at = (name: string): string => join(folder, name);
      assert.is(runPila(["prep", SAMPLE, at("in")]).code, 0);
      assert.is(runPila(["stats", "sec", at("in"), at("m"), at("s")]).code, 0);
      mkdirSync(at("slurm"));
      const slurm = await Slurm.start(at("slurm"));
      try {
        const { state: ending, output: said } = await slurm.submit([
          ...TASKS,
          "stats",
          "mpi",
          at("nowhere"),
          at("m2"),
          at("s2"),
        ]);
        assert.is(ending, "FAILED");
        assert.match(said, /FormatError: .*nowhere: found no readable folder/);
        for (const split of ["dates", "rows"]) {
          for (const [name, ...command] of [
            ["stats", "stats", "mpi", at("in")],
            ["fused", "fused", SAMPLE],
          ] as const) {
            const [mean, std] = [at(`m-${name}-${split}`), at(`s-${name}-${split}`)];
            const { state, output } = await slurm.submit([...TASKS, ...command, mean, std, "--split", split]);
            assert.is(state, "COMPLETED", output);
            assertSameBytes(mean, at("m"), `${name} by ${split}`);
            assertSameBytes(std, at("s"), `${name} by ${split}`);
          }
        }
      } finally {
        slurm.stop();
      }
    }),
);

test.run();
