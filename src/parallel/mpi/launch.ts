import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { BackendError } from "../../core/errors";
import { markedProcesses, signalProcesses } from "../processTree";
import { findMpiexec, type Mpiexec } from "./detect";
import { endLeftovers } from "./leftovers";
import { RankStderr } from "./rankStderr";
import { createSegmentFolder, removeSegmentFolder } from "./segmentFolder";
import { SUCCESS_MARK_VARIABLE } from "./world";

/** From SIGTERM, on which mpiexec ends its ranks, to SIGKILL. */
const GRACE_MILLISECONDS = 4000;

/** How long after the deadline the launcher ends the job by itself: late enough never to come first. */
const ORPHAN_SECONDS = 15;

export interface LaunchOptions {
  readonly ranks: number;
  /** Program and arguments every rank runs, such as [process.execPath, script, …]. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Time after which the job is ended as hung; without it the job may run for ever. */
  readonly deadlineSeconds?: number;
  /** Ends the job; the promise then rejects with the signal's reason, after the last process is gone. */
  readonly signal?: AbortSignal;
  /** Lines of the ranks' stderr, newline included; not what becomes part of the error. */
  readonly onStderr?: (text: string) => void;
  /** The launcher; left out: the first one in PATH. */
  readonly mpiexec?: Mpiexec;
}

/**
 * Runs a command as ranks of an MPI job on this host and waits for its end.
 * The job succeeded when mpiexec ended with 0 and rank 0 came past `MpiWorld.finalize`. However it ends, no process
 * of it is left when the promise settles.
 * @returns what the ranks wrote to stdout
 * @throws BackendError there is no mpiexec, a rank failed (its own words are quoted) or the deadline passed
 */
export async function launchRanks(options: LaunchOptions): Promise<{ stdout: string }> {
  const { ranks, command, deadlineSeconds, signal } = options;
  const mpiexec = options.mpiexec ?? (await findMpiexec(options.env));
  signal?.throwIfAborted();
  const mark = `pila-mpi-${randomUUID()}`;
  const segmentFolder = createSegmentFolder(options.env);
  const env: NodeJS.ProcessEnv = {
    ...rankVariables(options.env, segmentFolder),
    [SUCCESS_MARK_VARIABLE]: mark,
  };
  // Both launchers know it: the job ends even when this process is killed and can no longer end it.
  if (deadlineSeconds !== undefined) {
    env.MPIEXEC_TIMEOUT = String(Math.ceil(deadlineSeconds) + ORPHAN_SECONDS);
  }
  // A session of its own: Ctrl-C in the terminal reaches the caller alone, which then ends the job once.
  const child = spawn(mpiexec.path, ["-n", String(ranks), ...command], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stderr = new RankStderr(options.onStderr ?? (() => undefined));
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.add(text));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  let late = false;
  const stop = stopper(child);
  const deadline =
    deadlineSeconds === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          stop.begin();
        }, deadlineSeconds * 1000);
  const interrupt = (): void => {
    stop.begin();
    // Open MPI lets its ranks work on for a second: time enough to put outputs in place that nobody wants any more.
    const ranksOfJob = markedProcesses(`${SUCCESS_MARK_VARIABLE}=${mark}`).filter(
      ({ pid }) => pid !== child.pid,
    );
    signalProcesses(ranksOfJob, "SIGKILL");
  };
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    const end = await waitForExit(child, mpiexec);
    if (end.code !== 0) await endLeftovers(`${SUCCESS_MARK_VARIABLE}=${mark}`);
    await closed;
    stderr.end();
    signal?.throwIfAborted();
    if (late) {
      throw new BackendError(
        `found ${ranks} MPI ranks still at work after ${deadlineSeconds} s, expected them to be done; ` +
          `all were ended${stderr.reason === undefined ? "" : ` (${stderr.reason})`}`,
      );
    }
    // The mark is on its way in the pipe when mpiexec ends, so it counts only now that the pipe is closed.
    if (end.code === 0 && stdout.includes(mark)) return { stdout: stdout.replace(`\n${mark}\n`, "") };
    throw new BackendError(describeEnd(end, stderr.reason ?? readReason(stdout), ranks, mpiexec));
  } finally {
    clearTimeout(deadline);
    stop.cancel();
    signal?.removeEventListener("abort", interrupt);
    removeSegmentFolder(segmentFolder);
  }
}

/**
 * The environment of the ranks. What the user has set for MPI stands, except what keeps the job's files apart.
 * Measured with Open MPI 4.1.4, two ranks of Node on two cores, median of nine: the whole job takes 0.71 s by
 * default and 0.46 s with pml=ob1, of which MPI_Init 340 and 121 ms; naming the btl, plm and osc too gains nothing.
 */
function rankVariables(given: NodeJS.ProcessEnv, segmentFolder: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    OMPI_MCA_pml: "ob1",
    // A rank that waits spins, and takes the core from one that works: 256 MiB between two ranks on a busy machine
    // took 39-79 ms with yielding, 54-134 ms without.
    OMPI_MCA_mpi_yield_when_idle: "1",
    // Open MPI refuses root and more ranks than cores, and binds each rank of a small job to one core.
    OMPI_ALLOW_RUN_AS_ROOT: "1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
    OMPI_MCA_rmaps_base_oversubscribe: "1",
    OMPI_MCA_hwloc_base_binding_policy: "none",
    // The same for Open MPI 5, whose launcher is PRRTE.
    PRTE_ALLOW_RUN_AS_ROOT: "1",
    PRTE_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
    PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
    PRTE_MCA_hwloc_default_binding_policy: "none",
    ...given,
    // Open MPI gives the ranks a terminal as stdout.
    NO_COLOR: "1",
  };
  if (segmentFolder !== undefined) {
    env.OMPI_MCA_btl_vader_backing_directory = segmentFolder;
    env.OMPI_MCA_btl_sm_backing_directory = segmentFolder;
    env.OMPI_MCA_orte_tmpdir_base = segmentFolder;
    env.PRTE_MCA_prte_tmpdir_base = segmentFolder;
  }
  delete env.FORCE_COLOR;
  // Where it is set, reading it costs every Node process 35 ms.
  delete env.NODE_EXTRA_CA_CERTS;
  return env;
}

interface JobEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function waitForExit(child: ChildProcess, mpiexec: Mpiexec): Promise<JobEnd> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (cause) =>
      reject(new BackendError(`${mpiexec.path}: found ${cause.message}, expected it to start`, { cause })),
    );
  });
}

/** SIGTERM once, SIGKILL after the grace time. */
function stopper(child: ChildProcess): { begin: () => void; cancel: () => void } {
  let kill: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      if (kill !== undefined) return;
      child.kill("SIGTERM");
      kill = setTimeout(() => child.kill("SIGKILL"), GRACE_MILLISECONDS);
    },
    cancel: () => clearTimeout(kill),
  };
}

/** MPICH's mpiexec writes its notice of a killed rank to stdout. */
function readReason(stdout: string): string | undefined {
  const reader = new RankStderr(() => undefined);
  reader.add(stdout);
  reader.end();
  return reader.reason;
}

function describeEnd(end: JobEnd, reason: string | undefined, ranks: number, mpiexec: Mpiexec): string {
  const launcher = `mpiexec (${mpiexec.family} ${mpiexec.version})`;
  const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
  if (reason !== undefined) return `${reason} (${launcher}, ${ranks} ranks, ${how})`;
  if (end.code === 0) {
    return `${launcher}: found exit code 0 but no word from rank 0 that it finished, expected both; the outputs cannot be trusted`;
  }
  return `${launcher}: found ${how} and no message from any of ${ranks} ranks, expected exit code 0`;
}
