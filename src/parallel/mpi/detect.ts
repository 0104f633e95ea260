// Which MPI this process runs under, told from its environment, and which mpiexec this machine has; loads no library.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { BackendError } from "../../core/errors";
import type { MpiFamily } from "./library";

/** What the environment tells about the job this process was started in. */
interface RankEnvironment {
  /** A launcher of parallel jobs started this process, perhaps as the only one. */
  readonly started: boolean;
  /** The MPI whose library fits the launcher; undefined for a process started alone and for srun without MPI. */
  readonly family?: MpiFamily;
  /** Number of processes the launcher started; undefined where it does not say. */
  readonly size?: number;
}

/**
 * Tells from the environment alone whether this process is one of several ranks; loads nothing.
 * Open MPI's own variables are asked first: under Slurm its mpiexec leaves PMI_RANK and PMIX_RANK standing beside.
 */
export function rankEnvironment(env: NodeJS.ProcessEnv): RankEnvironment {
  const openMpiSize = readCount(env.OMPI_COMM_WORLD_SIZE);
  if (openMpiSize !== undefined) return { started: true, family: "Open MPI", size: openMpiSize };
  const tasks = readCount(env.SLURM_STEP_NUM_TASKS);
  if (env.PMI_RANK !== undefined) return withSize("MPICH", readCount(env.PMI_SIZE) ?? tasks);
  if (env.PMIX_RANK !== undefined) return withSize("Open MPI", tasks);
  // srun --mpi=none: several processes that know nothing of each other would all write the same files.
  if (tasks !== undefined && tasks > 1) return { started: true, size: tasks };
  return { started: false };
}

/**
 * True when this process is one of several ranks. What a launcher of a single process leaves in its environment is no
 * job; where it does not say how many there are, a rank above 0 shows that there are more.
 */
export function isOneOfSeveral(env: NodeJS.ProcessEnv): boolean {
  const { started, size } = rankEnvironment(env);
  if (!started) return false;
  return size === undefined ? Number(env.PMI_RANK ?? env.PMIX_RANK ?? 0) > 0 : size > 1;
}

function withSize(family: MpiFamily, size: number | undefined): RankEnvironment {
  return size === undefined ? { started: true, family } : { started: true, family, size };
}

function readCount(text: string | undefined): number | undefined {
  const count = Number(text ?? Number.NaN);
  return Number.isInteger(count) && count >= 1 ? count : undefined;
}

/** A launcher found on this machine. */
export interface Mpiexec {
  readonly path: string;
  readonly family: MpiFamily;
  readonly version: string;
}

/** `mpiexec` is what the administrator chose; the others are Debian's names where that link is missing. */
const MPIEXEC_NAMES = ["mpiexec", "mpiexec.openmpi", "mpiexec.mpich", "mpirun"] as const;

/**
 * The first launcher in PATH that says it is Open MPI's or MPICH's.
 * @throws BackendError there is none; the message says what to install
 */
export async function findMpiexec(
  env: NodeJS.ProcessEnv,
  names: readonly string[] = MPIEXEC_NAMES,
): Promise<Mpiexec> {
  const unknown: string[] = [];
  for (const name of names) {
    const path = findInPath(name, env.PATH ?? "");
    if (path === undefined) continue;
    const launcher = readMpiexecVersion(path, await runVersion(path, env));
    if (launcher !== undefined) return launcher;
    unknown.push(path);
  }
  const found =
    unknown.length > 0 ? `found ${unknown.join(", ")} of another kind` : "found no mpiexec in PATH";
  throw new BackendError(
    `${found}, expected Open MPI's or MPICH's; install one (Debian: apt-get install openmpi-bin; ` +
      "macOS: brew install open-mpi), or use another backend",
  );
}

/** What `mpiexec --version` printed, understood; undefined when it is neither Open MPI's nor MPICH's. */
export function readMpiexecVersion(path: string, text: string): Mpiexec | undefined {
  const openMpi = /\((?:OpenRTE|Open MPI)\) v?(\d[\w.]*)/.exec(text);
  if (openMpi !== null) return { path, family: "Open MPI", version: openMpi[1]! };
  const hydra = /HYDRA build details:[\s\S]*?Version:\s*(\d[\w.]*)/.exec(text);
  if (hydra !== null) return { path, family: "MPICH", version: hydra[1]! };
  return undefined;
}

function findInPath(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function runVersion(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  // Loaded here: every command asks this file for its rank, and few start a process.
  const { execFile } = require("node:child_process") as typeof import("node:child_process");
  return new Promise((resolve) => {
    execFile(path, ["--version"], { env, timeout: 10_000 }, (_error, stdout) => resolve(stdout));
  });
}
