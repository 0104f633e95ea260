import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Time ranks get to notice that their launcher is gone; Open MPI's need 1.1 s. */
const PATIENCE_MILLISECONDS = 2000;
const POLL_MILLISECONDS = 20;

/** A process, told apart from a later one of the same number by its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as /proc/PID/stat has it. */
  readonly startTicks: string;
}

/**
 * Living processes whose environment at their start held an entry, zombies left out. Ranks are found so even after
 * their launcher was killed and they have another parent. Empty where there is no /proc.
 * @param entry `NAME=value`
 */
export function findMarkedProcesses(entry: string): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const pid of listProcesses()) {
    const startTicks = readStartTicks(pid);
    if (startTicks === undefined || pid === process.pid) continue;
    if (readOrEmpty(`/proc/${pid}/environ`).split("\0").includes(entry)) found.push({ pid, startTicks });
  }
  return found;
}

/** Looks in a row that must find nothing: a process between fork and exec shows no environment for a moment. */
const QUIET_LOOKS = 3;
const LOOK_AGAIN_MILLISECONDS = 50;

/** Ends the marked processes, also those that come up meanwhile; returns when none is left. @param entry `NAME=value` */
export async function endMarkedProcesses(entry: string): Promise<void> {
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    const found = findMarkedProcesses(entry);
    quiet = found.length === 0 ? quiet + 1 : 0;
    await endProcesses(found);
    await sleep(LOOK_AGAIN_MILLISECONDS);
  }
}

/** Waits a while for the processes to end by themselves, then kills those still alive; returns when all are gone. */
export async function endProcesses(processes: readonly ProcessIdentity[]): Promise<void> {
  const killAt = Date.now() + PATIENCE_MILLISECONDS;
  let alive = processes.filter(isAlive);
  while (alive.length > 0) {
    if (Date.now() > killAt) for (const { pid } of alive) killQuietly(pid);
    await sleep(POLL_MILLISECONDS);
    alive = alive.filter(isAlive);
  }
}

/** False for zombies: where PID 1 reaps late, `kill -0` still finds them. */
export function isAlive(identity: ProcessIdentity): boolean {
  return readStartTicks(identity.pid) === identity.startTicks;
}

function listProcesses(): number[] {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => Number.isInteger(pid));
  } catch {
    return [];
  }
}

function readStartTicks(pid: number): string | undefined {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; the fields after it start with the state, field 3; start is field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.length < 20 || fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in the meantime.
  }
}
