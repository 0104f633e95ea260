// Starts ranks by mpiexec, waits for their end, and says why a job failed; nothing of a job is left behind.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BackendError } from "../../core/errors";
import { endProcesses, endWithThis, markedProcesses, signalProcesses } from "../processes";
import { findMpiexec, type HostSlots, hostArguments, type Mpiexec } from "./detect";
import {
  freeBytes,
  JobWatch,
  machineCause,
  type RankSign,
  requireOpenFiles,
  SEGMENT_BYTES_A_RANK,
} from "./watch";
import { FAULT_PREFIX, SIGN, SUCCESS_MARK_VARIABLE } from "./world";

/** From SIGTERM, on which mpiexec ends its ranks, to SIGKILL. */
const GRACE_MILLISECONDS = 4000;
const STUCK_MILLISECONDS = 1500;

interface LaunchOptions {
  readonly ranks: number;
  /** Program and arguments every rank runs, such as [process.execPath, script, …]. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where they run; left out: on this host, or where the launcher's own settings say. */
  readonly hosts?: readonly HostSlots[] | undefined;
  /** Ends the job; the promise then rejects with the signal's reason, after the last process is gone. */
  readonly signal?: AbortSignal;
  /** Lines of the ranks' stderr, newline included; not what becomes part of the error. */
  readonly onStderr?: (text: string) => void;
  /** The launcher; left out: the first one in PATH. */
  readonly mpiexec?: Mpiexec;
  /** Time for every rank to pass MPI_Init; left out: a minute, and a second for each rank. */
  readonly joinMilliseconds?: number;
}

/**
 * Runs a command as ranks of an MPI job and waits for its end. A job with a rank that died while its launcher stays, or
 * that does not come together, is ended; one at work may take any time.
 * The job succeeded when mpiexec ended with 0 and rank 0 came past `MpiWorld.finalize`. However it ends, no process
 * of it is left when the promise settles.
 * @returns what the ranks wrote to stdout
 * @throws BackendError there is no mpiexec, or a rank failed (its own words are quoted)
 */
export async function launchRanks(options: LaunchOptions): Promise<{ stdout: string }> {
  const { ranks, command, signal } = options;
  const mpiexec = options.mpiexec ?? (await findMpiexec(options.env));
  signal?.throwIfAborted();
  requireOpenFiles(ranks);
  const mark = `pila-mpi-${randomUUID()}`;
  const variable = `${SUCCESS_MARK_VARIABLE}=${mark}`;
  const segmentFolder = options.hosts === undefined ? createSegmentFolder(options.env, ranks) : undefined;
  const handedOn = Object.keys(options.env).filter((name) => name.startsWith("PILA_"));
  const where = hostArguments(mpiexec.family, options.hosts, [
    ...handedOn,
    SUCCESS_MARK_VARIABLE,
    "NO_COLOR",
  ]);
  // A session of its own: Ctrl-C in the terminal reaches the caller alone, which then ends the job once.
  const child = spawn(mpiexec.path, [...where, "-n", String(ranks), ...command], {
    env: { ...rankVariables(options.env, segmentFolder), [SUCCESS_MARK_VARIABLE]: mark },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  // Open MPI's ranks end with their launcher.
  const release = child.pid === undefined ? null : endWithThis(-child.pid);
  const watch = new JobWatch(options, () => interrupt());
  const stderr = new RankStderr(options.onStderr, watch.heard);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.add(text));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  let kill: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    if (kill !== undefined) return;
    child.kill("SIGTERM");
    // A launcher that did not notice the death of a rank does not heed SIGTERM either.
    const grace = watch.fault === null ? GRACE_MILLISECONDS : STUCK_MILLISECONDS;
    kill = setTimeout(() => child.kill("SIGKILL"), grace);
    // Open MPI lets its ranks work on for a second: time enough to put outputs in place that nobody wants any more.
    const ranksOfJob = markedProcesses(variable).filter(({ pid }) => pid !== child.pid);
    signalProcesses(ranksOfJob, "SIGKILL");
  };
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    const [code, killer] = (await once(child, "exit").catch((cause: Error) => {
      throw new BackendError(`${mpiexec.path}: found ${cause.message}, expected it to start`, { cause });
    })) as [number | null, NodeJS.Signals | null];
    if (code !== 0) await endLeftovers(variable);
    await closed;
    stderr.end();
    signal?.throwIfAborted();
    // The mark is on its way in the pipe when mpiexec ends, so it counts only now that the pipe is closed.
    if (code === 0 && stdout.includes(mark)) return { stdout: stdout.replace(`\n${mark}\n`, "") };
    const launcher = `mpiexec (${mpiexec.family} ${mpiexec.version})`;
    const how = killer === null ? `exit code ${code}` : `signal ${killer}`;
    if (watch.fault !== null)
      throw new BackendError(`${watch.fault} (${launcher}${describeSaid(stderr.reason)})`);
    const reason = stderr.reason ?? readReason(stdout);
    const cause = machineCause(ranks);
    const hint = cause === null || stderr.hasFault ? "" : `; ${cause}`;
    if (reason !== undefined)
      throw new BackendError(`${reason}${hint} (${launcher}, ${ranks} ranks, ${how})`);
    throw new BackendError(
      code === 0
        ? `${launcher}: found exit code 0 but no word from rank 0 that it finished, expected both; the outputs cannot be trusted`
        : `${launcher}: found ${how} and no message from any of ${ranks} ranks, expected exit code 0${hint}`,
    );
  } finally {
    clearTimeout(kill);
    watch.stop();
    release?.();
    signal?.removeEventListener("abort", interrupt);
    if (segmentFolder !== undefined) rmSync(segmentFolder, { recursive: true, force: true });
  }
}

function describeSaid(words: string | undefined): string {
  return words === undefined ? "" : `; it said: ${words}`;
}

/** What a launcher tells the processes it starts: a launcher among them would take it for its own. */
const BELOW_A_LAUNCHER =
  /^(OMPI_(?!MCA_|ALLOW_)|OMPI_MCA_(ess|orte_(ess|hnp|local_daemon|app|bound|launch|num|jobfam|top|precondition))|PMI2?_|PMIX_|HYDI?_|MPIR_|PRTE_(?!MCA_|ALLOW_))/;

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
    // A link that goes down between hosts is noticed within seconds; by default it is not in ten minutes.
    OMPI_MCA_oob_tcp_keepalive_time: "3",
    OMPI_MCA_oob_tcp_keepalive_intvl: "1",
    OMPI_MCA_oob_tcp_keepalive_probes: "3",
    PRTE_MCA_oob_tcp_keepalive_time: "3",
    PRTE_MCA_oob_tcp_keepalive_intvl: "1",
    PRTE_MCA_oob_tcp_keepalive_probes: "3",
    ...Object.fromEntries(Object.entries(given).filter(([name]) => !BELOW_A_LAUNCHER.test(name))),
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

/** MPICH's mpiexec writes its notice of a killed rank to stdout. */
function readReason(stdout: string): string | undefined {
  const reader = new RankStderr();
  reader.add(stdout);
  reader.end();
  return reader.reason;
}

/** What launchers draw around their own notices. */
const RULER = /^[-=]{50,}$/;

/** Notices are a screenful at most; a rank that prints rulers all day must not fill the memory. */
const MOST_NOTICE_LINES = 200;
const LONGEST_QUOTE = 400;

/**
 * Reads the stderr of a whole job line by line: words of the ranks go on to the reader, the lines in which a rank
 * says why it failed and the launcher's boxed notices are kept to explain the end of the job.
 */
export class RankStderr {
  #rest = "";
  #inNotice = false;
  readonly #faults: string[] = [];
  readonly #notice: string[] = [];
  #firstError: string | undefined;

  /**
   * @param forward hears the words of the ranks, newline included
   * @param sign hears which rank has come up, joined the job or finished its part
   */
  constructor(
    readonly forward?: (text: string) => void,
    readonly sign?: (sign: RankSign) => void,
  ) {}

  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#addLine(line);
  }

  /** The stream has ended; an unfinished last line counts as a line. */
  end(): void {
    if (this.#rest !== "") this.add("\n");
  }

  /** A rank has said itself why it failed. */
  get hasFault(): boolean {
    return this.#faults.length > 0;
  }

  /** Why the job failed in one line: a rank's own words, else what the launcher says; undefined when nobody spoke. */
  get reason(): string | undefined {
    const [first, ...others] = this.#faults;
    if (first !== undefined)
      return others.length === 0 ? first : `${first} (and ${others.length} more ranks)`;
    return this.#firstError ?? describeNotice(this.#notice.join("\n"));
  }

  #addLine(whole: string): void {
    // A sign may stand behind words of another rank that did not end their line.
    const raw = whole.replaceAll(SIGN, (_, what: string, rank: string, pid: string, place: string) => {
      this.sign?.({ what, rank: Number(rank), pid: Number(pid), place });
      return "";
    });
    if (raw.trim() === "" && raw !== whole) return;
    const line = raw.trimEnd();
    if (line.startsWith(FAULT_PREFIX)) {
      this.#faults.push(line.slice("pila: ".length));
    } else if (RULER.test(line)) {
      this.#inNotice = !this.#inNotice;
    } else if (this.#inNotice || NOTICE_LINE.test(line)) {
      if (this.#notice.length < MOST_NOTICE_LINES) this.#notice.push(line);
    } else {
      // A rank that failed before it joined MPI, or died of an exception of Node's own.
      this.#firstError ??= /^(?:\[rank \d+[^\]]*\] )?(?:pila: )?(\w*Error: .*)$/.exec(line)?.[1];
      this.forward?.(`${raw}\n`);
    }
  }
}

/** What launchers and libraries print without a box. */
const NOTICE_LINE =
  /^(Abort\(\d+\) on node|YOUR APPLICATION TERMINATED|\[proxy:|\[mpiexec@|\[[\w.-]+:\d+\] )/;

function describeNotice(notice: string): string | undefined {
  // Open MPI's daemons complain of each other while they are being ended.
  const text = notice
    .replaceAll(/^.*ORTE_ERROR_LOG.*$/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const killed = /process rank (\d+) with PID \d+ on node \S+ exited on signal (\d+ \([^)]*\))/.exec(text);
  if (killed !== null) return `rank ${killed[1]} was ended by signal ${killed[2]}${memoryHint(killed[2]!)}`;
  const ended = /EXIT STRING: ([^()]*) \(signal (\d+)\)/.exec(text);
  if (ended !== null) return `a rank was ended by signal ${ended[2]} (${ended[1]})${memoryHint(ended[1]!)}`;
  const exited = /Process name: \[\S*,(\d+)\] Exit code: (\d+)/.exec(text);
  if (exited !== null) return `rank ${exited[1]} ended with exit code ${exited[2]}`;
  return text === "" ? undefined : text.slice(0, LONGEST_QUOTE);
}

function memoryHint(signal: string): string {
  return /Killed/.test(signal) ? "; the system does so when memory runs out" : "";
}

/** Time ranks get to notice that their launcher is gone; Open MPI's need 1.1 s. */
const PATIENCE_MILLISECONDS = 2000;
/** Looks in a row that must find nothing: a process between fork and exec shows no environment for a moment. */
const QUIET_LOOKS = 3;
const LOOK_AGAIN_MILLISECONDS = 50;

/**
 * Ends the ranks of a job, also those that come up meanwhile and those whose launcher was killed; returns when none is
 * left.
 * @param mark `NAME=value`, in the environment of every rank
 */
export async function endLeftovers(mark: string): Promise<void> {
  const find = () => markedProcesses(mark);
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    quiet = find().length === 0 ? quiet + 1 : 0;
    await endProcesses(find, PATIENCE_MILLISECONDS);
    await sleep(LOOK_AGAIN_MILLISECONDS);
  }
}

const SHARED_MEMORY = "/dev/shm";
const SEGMENT_FOLDER = /^pila-mpi-(\d+)-/;

/**
 * Makes a folder for the segments and sockets of one job, in shared memory where that has room (containers have 64 MiB
 * or less of it), else among the temporary files: when a job ends badly Open MPI leaves them behind, and in a folder of
 * their own they can be removed without touching another job's. Folders that a killed pila left are removed on the way.
 * @returns undefined where none can be made, and in a job over several hosts, where the path would have to exist on each
 */
function createSegmentFolder(env: NodeJS.ProcessEnv, ranks: number): string | undefined {
  const severalHosts =
    Number(env.SLURM_JOB_NUM_NODES ?? 1) > 1 || env.OMPI_MCA_orte_default_hostfile !== undefined;
  if (severalHosts) return undefined;
  for (const folder of [SHARED_MEMORY, tmpdir()]) {
    try {
      for (const name of readdirSync(folder)) {
        const owner = SEGMENT_FOLDER.exec(name)?.[1];
        if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
        rmSync(join(folder, name), { recursive: true, force: true });
      }
      if (freeBytes(folder) >= ranks * SEGMENT_BYTES_A_RANK)
        return mkdtempSync(join(folder, `pila-mpi-${process.pid}-`));
    } catch {
      // Not there, not writable, or another user's folder.
    }
  }
  return undefined;
}
