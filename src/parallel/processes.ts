// Processes as /proc shows them: which belong to a run, and how they are ended with certainty. Without /proc: none.
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** A process as /proc shows it. */
interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks since boot: tells a process from a later one that got its number. */
  readonly startTicks: number;
}

/**
 * What a run has started and not ended: processes of its session, children of its processes however deep, and
 * processes that left both but still carry the run's mark in their environment.
 * @param leader the process that was started, leader of its own session
 * @param mark `NAME=value`, set in the environment of that process
 */
export function processesOfRun(leader: number, mark: string): readonly ProcessEntry[] {
  const all = listProcesses();
  const found = new Set([leader]);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const entry of all) {
      if (found.has(entry.parent) || entry.session === leader) found.add(entry.pid);
    }
  }
  return all.filter((entry) => found.has(entry.pid) || carriesMark(entry.pid, mark));
}

/**
 * Processes that carry a mark in the environment they were started with, whoever their parent is by now.
 * @param mark `NAME=value`
 */
export function markedProcesses(mark: string): readonly ProcessEntry[] {
  return listProcesses().filter(({ pid }) => carriesMark(pid, mark));
}

/** Direct children, whichever thread started them; cheaper than a look at every process. */
export function childrenOf(pid: number): readonly number[] {
  return readNumbers(`/proc/${pid}/task`).flatMap((thread) =>
    (readOrNull(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
}

/** One process; null when it is gone or a zombie. */
export function readProcess(pid: number): ProcessEntry | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name in parentheses may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return { pid, parent: Number(fields[1]), session: Number(fields[3]), startTicks: Number(fields[19]) };
}

/** Host and space of process numbers: processes of one place see each other under the same numbers. */
export function placeOfProcesses(): string {
  try {
    return `${hostname()}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return `${hostname()}/`;
  }
}

/** Every process that is not a zombie; empty where there is no /proc. */
function listProcesses(): readonly ProcessEntry[] {
  return readNumbers("/proc")
    .map(readProcess)
    .filter((entry) => entry !== null);
}

function carriesMark(pid: number, mark: string): boolean {
  return (readOrNull(`/proc/${pid}/environ`) ?? "").split("\0").includes(mark);
}

const POLL_MILLISECONDS = 20;
const KILL_MILLISECONDS = 5;
/** A process that waits for a disk cannot be killed before it answers; the caller must not wait for ever with it. */
const KILL_TRIES = 500;

/**
 * Waits a while for processes to end by themselves, then kills those that are left.
 * @param find looks for them anew each time, so that those that come up meanwhile are ended too
 * @returns how many had to be killed
 */
export async function endProcesses(
  find: () => readonly ProcessEntry[],
  patienceMilliseconds: number,
): Promise<number> {
  let rest = find();
  for (let waited = 0; rest.length > 0 && waited < patienceMilliseconds; waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
    rest = find();
  }
  const killed = rest.length;
  for (let tries = 0; rest.length > 0 && tries < KILL_TRIES; tries++) {
    signalProcesses(rest, "SIGKILL");
    await sleep(KILL_MILLISECONDS);
    rest = find();
  }
  return killed;
}

/**
 * Waits for the end of its input, which comes when the process that writes to it is gone, however that ended; then ends
 * what the last line names, by SIGTERM and after a while by SIGKILL.
 */
const GUARD =
  'while read -r line; do targets=$line; done; [ -z "$targets" ] || { kill -s TERM -- $targets; sleep 3; kill -s KILL -- $targets; }';

const guarded = new Set<number>();
let guard: ChildProcess | undefined;

/**
 * Lets a process end with this one, also when this one is killed: a shell of its own, started with the first, sees to it.
 * @param target its number; negative: its group
 * @returns to be called when it has ended by itself
 */
export function endWithThis(target: number): () => void {
  if (guard === undefined) {
    const { spawn } = require("node:child_process") as typeof import("node:child_process");
    const env = { PATH: "/usr/bin:/bin" };
    guard = spawn("/bin/sh", ["-c", GUARD], { env, stdio: ["pipe", "ignore", "ignore"], detached: true });
    // Where no shell can be started there is no guard.
    guard.once("error", () => {});
    guard.stdin?.on("error", () => {});
    guard.unref();
    (guard.stdin as Socket | null)?.unref();
  }
  const tell = (): void => void guard?.stdin?.write(`${[...guarded].join(" ")}\n`);
  guarded.add(target);
  tell();
  return () => {
    guarded.delete(target);
    tell();
  };
}

/** Sends a signal to those that still are the processes they were. */
export function signalProcesses(entries: readonly ProcessEntry[], signal: NodeJS.Signals): void {
  for (const entry of entries) {
    if (readProcess(entry.pid)?.startTicks !== entry.startTicks) continue;
    try {
      process.kill(entry.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

function readNumbers(folder: string): readonly number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Processes end while one looks; other users' cannot be read. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
