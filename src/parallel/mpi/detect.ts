// Which MPI this process runs under, told from its environment, which mpiexec this machine has, and on which hosts it is
// to start ranks; loads no library.
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BackendError, UsageError } from "../../core/errors";
import type { MpiFamily } from "./library";

/** What the environment tells about the job this process was started in. */
interface RankEnvironment {
  /** A launcher of parallel jobs started this process, perhaps as the only one. */
  readonly started: boolean;
  /** The MPI whose library fits the launcher; undefined for a process started alone and for srun without MPI. */
  readonly family?: MpiFamily;
  /** Number of processes the launcher started; undefined where it does not say. */
  readonly size?: number | undefined;
  /** Which of them this is. */
  readonly rank: number;
  /** Not all of them are on this host. */
  readonly severalHosts: boolean;
}

/**
 * Tells from the environment alone whether this process is one of several ranks; loads nothing.
 * Open MPI's own variables are asked first: under Slurm its mpiexec leaves PMI_RANK and PMIX_RANK standing beside. Where
 * they speak of a job of one, they are left over when another launcher speaks of several.
 */
export function rankEnvironment(env: NodeJS.ProcessEnv): RankEnvironment {
  const tasks = readCount(env.SLURM_STEP_NUM_TASKS);
  const openMpiSize = readCount(env.OMPI_COMM_WORLD_SIZE);
  const pmiSize = env.PMI_RANK === undefined ? undefined : (readCount(env.PMI_SIZE) ?? tasks);
  const isLeftOver = openMpiSize === 1 && (pmiSize ?? 1) > 1;
  const describe = (family: MpiFamily, size: number | undefined, rank?: string, local?: string) => {
    const here = readCount(local);
    const severalHosts =
      here === undefined ? Number(env.SLURM_STEP_NUM_NODES ?? 1) > 1 : here < (size ?? here);
    return { started: true, family, size, rank: Number(rank ?? 0), severalHosts };
  };
  if (openMpiSize !== undefined && !isLeftOver) {
    return describe("Open MPI", openMpiSize, env.OMPI_COMM_WORLD_RANK, env.OMPI_COMM_WORLD_LOCAL_SIZE);
  }
  if (env.PMI_RANK !== undefined) return describe("MPICH", pmiSize, env.PMI_RANK, env.MPI_LOCALNRANKS);
  if (env.PMIX_RANK !== undefined) return describe("Open MPI", tasks, env.PMIX_RANK);
  // srun --mpi=none: several processes that know nothing of each other would all write the same files.
  if (tasks !== undefined && tasks > 1) {
    return { started: true, size: tasks, rank: Number(env.SLURM_PROCID ?? 0), severalHosts: false };
  }
  return { started: false, rank: 0, severalHosts: false };
}

/**
 * True when this process is one of several ranks. What a launcher of a single process leaves in its environment is no
 * job; where it does not say how many there are, a rank above 0 shows that there are more.
 */
export function isOneOfSeveral(env: NodeJS.ProcessEnv): boolean {
  const { started, size, rank } = rankEnvironment(env);
  return started && (size === undefined ? rank > 0 : size > 1);
}

function readCount(text: string | undefined): number | undefined {
  const count = Number(text ?? Number.NaN);
  return Number.isInteger(count) && count >= 1 ? count : undefined;
}

/** A host, and how many ranks it takes. */
export interface HostSlots {
  readonly host: string;
  readonly slots: number;
}

/** Names and addresses: nothing that a launcher or a shell could take for something else. */
const HOST = /^([A-Za-z0-9][\w.-]*)(?::(\d{1,4}))?$/;

/** The hosts of `A,B:4`; one without a number takes one rank, and one named again one more. @throws UsageError */
export function parseHosts(text: string, source = `--hosts ${text}`): readonly HostSlots[] {
  return text.split(",").map((part) => {
    const [, host, slots = "1"] = HOST.exec(part.trim()) ?? [];
    if (host !== undefined && Number(slots) > 0) return { host, slots: Number(slots) };
    throw new UsageError(
      `${source}: found host "${part.trim()}", expected names such as node1,node2, or node1:4 for four ranks`,
    );
  });
}

/**
 * The hosts of a file, one a line, as Open MPI (`node1 slots=4`) and MPICH (`node1:4`) write them.
 * @throws UsageError a line is neither, or there is none
 */
export function readHostfile(path: string): readonly HostSlots[] {
  const lines = readFileSync(path, "utf8").split("\n");
  const entries = lines.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  if (entries.length === 0) {
    throw new UsageError(`${path}: found no host, expected one a line, such as \`node1 slots=4\``);
  }
  return entries.flatMap((line) =>
    parseHosts(line.replace(/\s+slots\s*=\s*(\d+)/, ":$1").replace(/\s+max[-_]slots\s*=\s*\d+/, ""), path),
  );
}

/** How many ranks hosts or a Slurm allocation ask for; null where neither says. */
export function ranksWanted(hosts: readonly HostSlots[] | undefined, env: NodeJS.ProcessEnv): number | null {
  if (hosts !== undefined) return hosts.reduce((sum, { slots }) => sum + slots, 0);
  return (env.SLURM_JOB_ID === undefined ? undefined : readCount(env.SLURM_NTASKS)) ?? null;
}

/** What tells a launcher which hosts to use, and its ranks there what they are to do: Open MPI hands on few variables. */
export function hostArguments(
  family: MpiFamily,
  hosts: readonly HostSlots[] | undefined,
  variables: readonly string[],
): readonly string[] {
  const list = hosts?.map(({ host, slots }) => `${host}:${slots}`).join(",");
  if (family === "MPICH") return list === undefined ? [] : ["-hosts", list];
  return [...(list === undefined ? [] : ["--host", list]), ...variables.flatMap((name) => ["-x", name])];
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
