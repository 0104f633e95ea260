import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { BackendError, WorkerError } from "../core/errors";
import {
  childrenOf,
  endProcesses,
  endWithThis,
  processesOfRun,
  signalProcesses,
} from "../parallel/processes";

/** A whole process to run and to measure. */
export interface Execution {
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Watch the memory of the process and its children; it costs a little time, so never in a run for a verdict. */
  readonly watchMemory: boolean;
}

/** How it went. Every process it started has ended. */
export interface Executed {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Why it could not be started at all; null when it was. */
  readonly spawnError: string | null;
  /** Processes that outlived the one that was started and had to be killed. */
  readonly leftBehind: number;
  /** On the monotonic clock, just before it was started. */
  readonly startSeconds: number;
  /** From there until its exit was seen. */
  readonly wallSeconds: number;
  /** Of all its processes that were waited for, in steps of 10 ms; null where the system does not tell. */
  readonly userSeconds: number | null;
  readonly systemSeconds: number | null;
  /** Resident memory of the largest process; null when nothing could be read, or it was not watched. */
  readonly peakRssBytes: number | null;
  /** The peaks of all processes that lived at the same time, summed, at most; pages that processes share count in each. */
  readonly sumRssBytes: number | null;
  readonly stdout: string;
  /** The last 4 kB. */
  readonly stderr: string;
}

/** Where the bench takes its time from; a test brings its own. */
export interface Clock {
  /** Seconds on the host's monotonic clock: the one on which every process of a run dates its spans. */
  nowSeconds(): number;
  /** The wall clock, ISO 8601, UTC. */
  utc(): string;
}

export const systemClock: Clock = {
  nowSeconds: () => Number(process.hrtime.bigint()) / 1e9,
  utc: () => new Date().toISOString(),
};

const MARK = "PILA_BENCH_RUN";
const KEPT_STDOUT = 1 << 20;
const KEPT_STDERR = 4096;
/** What ends by itself within this time of the main process (a resource tracker, a daemon) was not left behind. */
const STRAGGLER_MILLISECONDS = 300;
const TICKS_PER_SECOND = 100;

/**
 * Runs a process in a session of its own, so that everything it starts can be found and ended: on a timeout or
 * an abort by SIGTERM and, after `graceSeconds`, SIGKILL. Processor time is the growth of this process's own account
 * of children it waited for, which the kernel keeps exactly and which costs the measured run nothing: one at a time.
 * @returns how it went; never rejects for what the process does
 * @throws the signal's reason when that aborts it
 */
export async function executeProcess(
  execution: Execution,
  signal: AbortSignal | undefined,
  clock: Clock = systemClock,
  graceSeconds = 5,
): Promise<Executed> {
  signal?.throwIfAborted();
  const [program, ...parameters] = execution.command;
  const value = randomBytes(8).toString("hex");
  const mark = `${MARK}=${value}`;
  const before = childTicks();
  const startSeconds = clock.nowSeconds();
  const child = spawn(program!, parameters, {
    cwd: execution.folder,
    env: { ...execution.environment, [MARK]: value },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  const release = pid === undefined ? null : endWithThis(-pid);
  const memory = execution.watchMemory && pid !== undefined ? watchMemory(pid) : null;
  const stdout = collect(child.stdout, (text) => text.slice(0, KEPT_STDOUT));
  const stderr = collect(child.stderr, (text) => text.slice(-KEPT_STDERR));
  const stopper = stopOn(child, mark, execution.timeoutSeconds, graceSeconds, signal);
  const { seconds, ...end } = await exitOf(child, clock);
  const after = childTicks();
  const peaks = memory?.stop() ?? { peakRssBytes: null, sumRssBytes: null };
  const patience = stopper.stopped() ? 0 : STRAGGLER_MILLISECONDS;
  const leftBehind = pid === undefined ? 0 : await endProcesses(() => processesOfRun(pid, mark), patience);
  stopper.disarm();
  release?.();
  child.stdout?.destroy();
  child.stderr?.destroy();
  signal?.throwIfAborted();
  return {
    ...end,
    timedOut: stopper.timedOut(),
    leftBehind,
    startSeconds,
    wallSeconds: seconds - startSeconds,
    userSeconds: before && after && (after.user - before.user) / TICKS_PER_SECOND,
    systemSeconds: before && after && (after.system - before.system) / TICKS_PER_SECOND,
    ...peaks,
    stdout: stdout.text(),
    stderr: stderr.text(),
  };
}

/** How a process ended, and when that was seen. */
function exitOf(
  child: ChildProcess,
  clock: Clock,
): Promise<Pick<Executed, "exitCode" | "signal" | "spawnError"> & { readonly seconds: number }> {
  return new Promise((resolve) => {
    const end = (exitCode: number | null, signal: string | null, spawnError: string | null): void =>
      resolve({ exitCode, signal, spawnError, seconds: clock.nowSeconds() });
    child.once("error", (error) => end(null, null, error.message));
    child.once("exit", (exitCode, signal) => end(exitCode, signal, null));
  });
}

/** Ends the run when its time is up or the signal says so: SIGTERM to all its processes, after the grace SIGKILL. */
function stopOn(
  child: ChildProcess,
  mark: string,
  timeoutSeconds: number,
  graceSeconds: number,
  signal: AbortSignal | undefined,
): { timedOut(): boolean; stopped(): boolean; disarm(): void } {
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (child.pid === undefined || killer !== undefined) return;
    const { pid } = child;
    signalProcesses(processesOfRun(pid, mark), "SIGTERM");
    killer = setTimeout(() => signalProcesses(processesOfRun(pid, mark), "SIGKILL"), graceSeconds * 1000);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, timeoutSeconds * 1000);
  signal?.addEventListener("abort", stop);
  return {
    timedOut: () => timedOut,
    stopped: () => killer !== undefined,
    disarm() {
      clearTimeout(timer);
      clearTimeout(killer);
      signal?.removeEventListener("abort", stop);
    },
  };
}

/** @param stream none where the process could not be started */
function collect(stream: Readable | null | undefined, keep: (text: string) => string): { text(): string } {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text = keep(text + chunk);
  });
  return { text: () => text };
}

/** User and system time of all children waited for so far, with theirs; null where there is no /proc. */
function childTicks(): { user: number; system: number } | null {
  try {
    const text = readFileSync("/proc/self/stat", "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { user: Number(fields[13]), system: Number(fields[14]) };
  } catch {
    return null;
  }
}

/**
 * Watches the memory of a process and all its children every 40 ms until stopped. A look costs about 0.1 ms a
 * process, so runs that carry a verdict are not watched. The kernel keeps the high-water mark of each process: what is
 * seen is exact up to the last 40 ms of it, and the sum is an upper bound where processes peak at different times.
 */
function watchMemory(pid: number): { stop(): Pick<Executed, "peakRssBytes" | "sumRssBytes"> } {
  let peak = 0;
  let sum = 0;
  const look = (): void => {
    let now = 0;
    const open = [pid];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const highWater = highWaterOf(next);
      peak = Math.max(peak, highWater);
      now += highWater;
      open.push(...childrenOf(next));
    }
    sum = Math.max(sum, now);
  };
  const timer = setInterval(look, 40);
  return {
    stop() {
      clearInterval(timer);
      return { peakRssBytes: peak === 0 ? null : peak, sumRssBytes: peak === 0 ? null : sum };
    },
  };
}

/** Bytes; zero when the process is gone. */
function highWaterOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Root of the package: where package.json stands, three levels above the compiled file. */
export function packageRoot(): string {
  return join(__dirname, "../../..");
}

/**
 * The command people type after the set-up; never npx, which costs 0.4 s and leaves the real process alive.
 * @throws BackendError it is not linked
 */
export function pilaCommand(): readonly string[] {
  const path = join(packageRoot(), "node_modules/.bin/pila");
  if (!existsSync(path)) {
    throw new BackendError(`${path}: found nothing, expected the pila command; run npm run setup`, { path });
  }
  return [path];
}

/**
 * One BLAS and OpenMP thread each: a numerical library that starts threads of its own beside the workers would
 * measure itself.
 */
export const CHILD_SETTINGS: Readonly<Record<string, string>> = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  NUMEXPR_NUM_THREADS: "1",
  NO_COLOR: "1",
};

/**
 * Certificates named here cost every Node process tens of milliseconds to read; the others change what is measured
 * or say that this very process is a rank.
 */
const DROPPED = /^(NODE_EXTRA_CA_CERTS|NODE_OPTIONS|NODE_V8_COVERAGE|OMPI_COMM_|PMIX_|PMI_)/;

/** The environment of every measured process: this one's, less what is dropped, plus the settings above. */
export function childEnvironment(own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = Object.entries(own).filter(([name, value]) => value !== undefined && !DROPPED.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...CHILD_SETTINGS };
}

/**
 * Runs a program to its end; it goes with the signal, and first gets SIGTERM.
 * @returns its stdout
 * @throws WorkerError it ended with another code than 0; the message ends with its own last words
 */
export function runChild(
  command: readonly string[],
  { signal, ...where }: Pick<SpawnOptions, "env" | "cwd" | "signal">,
): Promise<string> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...where, stdio: ["ignore", "pipe", "pipe"] });
    const stdout = collect(child.stdout, (text) => text);
    const stderr = collect(child.stderr, (text) => text);
    const release = child.pid === undefined ? null : endWithThis(child.pid);
    const stop = (): void => void child.kill("SIGTERM");
    signal?.addEventListener("abort", stop, { once: true });
    child.once("error", (cause) =>
      reject(new WorkerError(`found ${program} not started (${cause.message})`, { cause })),
    );
    child.once("close", (code, signalName) => {
      release?.();
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(stdout.text());
      else {
        const words = stderr.text().trim().split("\n").slice(-12).join("\n");
        reject(
          new WorkerError(`found ${program} ended by ${signalName ?? `code ${code}`}, expected 0\n${words}`),
        );
      }
    });
  });
}
