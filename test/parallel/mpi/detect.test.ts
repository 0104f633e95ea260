import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  findMpiexec,
  hostArguments,
  isOneOfSeveral,
  parseHosts,
  rankEnvironment,
  ranksWanted,
  readHostfile,
  readMpiexecVersion,
} from "../../../src/parallel/mpi/detect";
import { describeSizeMismatch, joinMpi } from "../../../src/parallel/mpi/world";
import { withFolder } from "../../io/slcFile.fixture";

test("the environment of each launcher names its MPI, its size and the rank", () => {
  const alone = { started: false, rank: 0, severalHosts: false };
  const job = (family: string | undefined, size: number | undefined, rank = 0, severalHosts = false) => ({
    started: true,
    ...(family === undefined ? {} : { family }),
    size,
    rank,
    severalHosts,
  });
  const cases: [NodeJS.ProcessEnv, unknown][] = [
    [{}, alone],
    [{ SLURM_JOB_ID: "7", SLURM_NTASKS: "4", SLURM_STEP_NUM_TASKS: "1" }, alone],
    [{ OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_RANK: "3" }, job("Open MPI", 4, 3)],
    [{ OMPI_COMM_WORLD_SIZE: "4", PMI_RANK: "0", PMI_SIZE: "9" }, job("Open MPI", 4)],
    [{ PMI_RANK: "1", PMI_SIZE: "3" }, job("MPICH", 3, 1)],
    [{ PMI_RANK: "0", PMIX_RANK: "0", SLURM_STEP_NUM_TASKS: "2" }, job("MPICH", 2)],
    [{ PMIX_RANK: "1", SLURM_STEP_NUM_TASKS: "6" }, job("Open MPI", 6, 1)],
    [{ PMIX_RANK: "0" }, job("Open MPI", undefined)],
    [{ SLURM_STEP_NUM_TASKS: "5", SLURM_PROCID: "4" }, job(undefined, 5, 4)],
    // Left over from a job of one, below a launcher of several.
    [{ OMPI_COMM_WORLD_SIZE: "1", PMI_RANK: "1", PMI_SIZE: "2" }, job("MPICH", 2, 1)],
    [{ OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_LOCAL_SIZE: "4" }, job("Open MPI", 4)],
    [{ OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_LOCAL_SIZE: "2" }, job("Open MPI", 4, 0, true)],
    [{ PMI_RANK: "0", PMI_SIZE: "3", MPI_LOCALNRANKS: "1" }, job("MPICH", 3, 0, true)],
    [{ PMIX_RANK: "0", SLURM_STEP_NUM_TASKS: "4", SLURM_STEP_NUM_NODES: "2" }, job("Open MPI", 4, 0, true)],
  ];
  for (const [env, expected] of cases) assert.equal(rankEnvironment(env), expected, JSON.stringify(env));
});

test("hosts are the same from the command line and from files of Open MPI and MPICH", () =>
  withFolder((folder) => {
    const path = join(folder, "hosts");
    const expected = [
      { host: "node1", slots: 4 },
      { host: "10.77.0.2", slots: 1 },
    ];
    const read = (text: string) => {
      writeFileSync(path, text);
      return readHostfile(path);
    };
    assert.equal(parseHosts("node1:4, 10.77.0.2"), expected);
    assert.equal(read("# mine\nnode1 slots=4 max_slots=8\n\n10.77.0.2  # far\n"), expected);
    assert.equal(read("node1:4\n10.77.0.2"), expected);
    assert.is(ranksWanted(expected, { SLURM_JOB_ID: "1", SLURM_NTASKS: "9" }), 5);
    assert.is(ranksWanted(undefined, { SLURM_JOB_ID: "1", SLURM_NTASKS: "9" }), 9);
    assert.is(ranksWanted(undefined, { SLURM_NTASKS: "9" }), null);
    assert.equal(hostArguments("MPICH", expected, ["A"]), ["-hosts", "node1:4,10.77.0.2:1"]);
    assert.equal(hostArguments("Open MPI", expected, ["A"]), ["--host", "node1:4,10.77.0.2:1", "-x", "A"]);
    assert.equal(hostArguments("MPICH", undefined, ["A"]), []);
    for (const text of ["", "node1,", "-x", "a b", "a;b", "a:0", "a:b", "$(a)"]) {
      assert.throws(() => parseHosts(text), /UsageError|expected names such as/, text);
    }
    assert.throws(() => read("# none\n"), /found no host/);
    assert.throws(() => read("node1 slots=x\n"), /expected names such as/);
  }));

test("one of several: more than one rank, or one above the first; a job of one is none", () => {
  const several = [{ OMPI_COMM_WORLD_SIZE: "2" }, { PMI_RANK: "0", PMI_SIZE: "2" }, { PMIX_RANK: "1" }];
  for (const env of several) assert.ok(isOneOfSeveral(env), JSON.stringify(env));
  const alone = [
    {},
    { OMPI_COMM_WORLD_SIZE: "1", PMIX_RANK: "0" },
    { PMI_RANK: "0", PMI_SIZE: "1" },
    { PMIX_RANK: "0" },
    { OMPI_UNIVERSE_SIZE: "4" },
  ];
  for (const env of alone) assert.not(isOneOfSeveral(env), JSON.stringify(env));
});

test("launchers are told apart by the words of --version", () => {
  const read = (text: string) => readMpiexecVersion("/bin/mpiexec", text);
  const path = "/bin/mpiexec";
  assert.equal(read("mpiexec (OpenRTE) 4.1.4\n\nReport bugs to …"), {
    path,
    family: "Open MPI",
    version: "4.1.4",
  });
  assert.equal(read("mpiexec (Open MPI) 5.0.11\n"), { path, family: "Open MPI", version: "5.0.11" });
  const hydra =
    "HYDRA build details:\n    Version:                                 4.0.2\n    Release Date: …";
  assert.equal(read(hydra), { path, family: "MPICH", version: "4.0.2" });
  assert.is(read("Intel something"), undefined);
});

test("the launcher in PATH is found and says its version", async () => {
  const found = await findMpiexec(process.env);
  assert.match(found.path, /^\/.*mpi/);
  assert.match(found.version, /^\d+\.\d+/);
});

test("an MPI job of another size than the launcher's is described, the same size or an unknown one is not", () => {
  assert.match(
    describeSizeMismatch(1, 4, "MPICH")!,
    "found an MPI job of 1 rank, expected the 4 that the launcher started",
  );
  assert.is(describeSizeMismatch(4, 4, "Open MPI"), undefined);
  assert.is(describeSizeMismatch(4, undefined, "Open MPI"), undefined);
});

/** Runs one ring rank by itself under the given variables. */
function runAlone(env: NodeJS.ProcessEnv): { status: number | null; stderr: string; stdout: string } {
  const script = join(__dirname, "ringRank.js");
  const { OMPI_COMM_WORLD_SIZE: _, ...rest } = process.env;
  return spawnSync(process.execPath, [script, "1", "8", "8"], {
    env: { ...rest, OMPI_MCA_pml: "ob1", ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
}

test("a process told that it is one of four while MPI counts one is ended before it works", () => {
  const { family } = { family: "Open MPI" };
  const { status, stderr, stdout } = runAlone({ OMPI_COMM_WORLD_SIZE: "4" });
  assert.is(status, 1, stderr);
  assert.match(stderr, `pila: rank 0 of 1: BackendError: found an MPI job of 1 rank, expected the 4`);
  assert.match(stderr, `${family} library do not belong together`);
  assert.is(stdout, "");
});

test("an MPI library that cannot be loaded is named with what to install", () => {
  const { status, stderr } = runAlone({ OMPI_COMM_WORLD_SIZE: "1", PILA_MPI_LIBRARY: "libnone.so.1" });
  assert.is(status, 1);
  assert.match(
    stderr,
    /BackendError: found none of libnone\.so\.1, expected the library of Open MPI.*apt-get install/,
  );
});

test("a library that is no MPI of the launcher's is refused by its own words", () => {
  const { status, stderr } = runAlone({ PMI_RANK: "0", PMI_SIZE: "1", PILA_MPI_LIBRARY: "libmpi.so.40" });
  assert.is(status, 1);
  assert.match(stderr, /BackendError: libmpi\.so\.40: found "Open MPI v[\d.]+.*", expected MPICH/);
});

test("a process started alone and srun without MPI are refused before anything is loaded", () => {
  assert.throws(() => joinMpi({ env: {} }), /found a process started alone/);
  assert.throws(
    () => joinMpi({ env: { SLURM_STEP_NUM_TASKS: "4" } }),
    /4 tasks of srun without MPI.*--mpi=pmix -K1/,
  );
});

test.run();
