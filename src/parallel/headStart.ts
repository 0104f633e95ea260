import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { WorkerError } from "../core/errors";
import { openSharedFile, sharedBytesOf } from "./childProtocol";
import { requireThreadRoom } from "./limits";
import { monotonicSeconds } from "./meter";

/** Workers that a run of W workers starts: all of them, or one less where the process that is called works too. */
export interface WorkersStarted {
  readonly kind: "thread" | "process" | "rank";
  /** How many of the workers that process is itself. */
  readonly itself: 0 | 1;
}

/** Workers that a command starts before anything else, and the program that they run. */
export interface HeadStart extends WorkersStarted {
  readonly kind: "thread" | "process";
  /** File name of the program, beside the one that starts it, and what it is told. */
  readonly program: string;
  readonly words: readonly string[];
}

/** The most that are started before anything was checked. */
const MOST = 64;

/**
 * Starts the workers that a command line will surely want, told from its words alone: they come up while the command is
 * loaded, which takes them when it would have started its own. None where their number is left open or makes no sense.
 * @param folder where the programs are
 * @param known what each command starts, by its first words
 */
export function startAhead(
  words: readonly string[],
  folder: string,
  known: Readonly<Record<string, HeadStart>>,
): void {
  const wanted = workersWanted(words, known);
  if (wanted === null) return;
  const entry = join(folder, wanted.program);
  const key = programKey(entry, wanted.words);
  if (wanted.kind === "thread") {
    const ahead: StartedThread[] = [];
    try {
      while (ahead.length < wanted.count) ahead.push(startThread(entry, wanted.words));
    } catch {
      // As below.
    }
    threadsAhead.set(key, ahead);
    return;
  }
  const ahead: StartedProcess[] = [];
  try {
    while (ahead.length < wanted.count) ahead.push(startProcess(entry, wanted.words, wanted.count));
  } catch {
    // The command may not want them after all; where it does, it tries again, and reports.
  }
  processesAhead.set(key, ahead);
}

/** The head start of a command line with the number of workers to start, or null. */
export function workersWanted(
  words: readonly string[],
  known: Readonly<Record<string, HeadStart>>,
): (HeadStart & { readonly count: number }) | null {
  const at = words.indexOf("--workers");
  const number = at < 0 ? words.find((word) => word.startsWith("--workers="))?.slice(10) : words[at + 1];
  const found = known[words[0] === "stats" ? `stats ${words[1]}` : (words[0] ?? "")];
  if (found === undefined || number === undefined || !/^[1-9]\d{0,3}$/.test(number)) return null;
  const count = Number(number) - found.itself;
  return count > 0 && count <= MOST ? { ...found, count } : null;
}

/** What was started, and when that was asked for, in seconds of the monotonic clock. */
export interface StartedThread {
  readonly thread: Worker;
  readonly requestedSeconds: number;
}

/** A child process that waits for its greeting, the file it shares with this one, and when it was asked for. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly sharedFile: number;
  readonly requestedSeconds: number;
}

const threadsAhead = new Map<string, StartedThread[]>();
const processesAhead = new Map<string, StartedProcess[]>();

/** Children that have not ended: none outlives this process, whether a command took it or not. */
const running = new Set<ChildProcess>();

/** A thread of a program: one that was started ahead, or a new one. @throws MemoryError there is no room for one */
export function startThread(entry: string, words: readonly string[]): StartedThread {
  const ahead = threadsAhead.get(programKey(entry, words))?.shift();
  if (ahead !== undefined) return ahead;
  const threads = require("node:worker_threads") as typeof import("node:worker_threads");
  const requestedSeconds = monotonicSeconds();
  requireThreadRoom();
  const thread = new threads.Worker(entry, {
    argv: [...words],
    // Threads share the environment: a copy of it is part of what starting one costs.
    env: threads.SHARE_ENV,
    // A thread makes few objects: with the usual room for new ones it would hold garbage for longer.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  return { thread, requestedSeconds };
}

/**
 * A child process of a program: one that was started ahead, or a new one. Its descriptors are those of `CHILD_FILES`.
 * @param count how many the caller starts in all
 * @throws WorkerError the system allows no further process or file
 */
export function startProcess(entry: string, words: readonly string[], count: number): StartedProcess {
  const ahead = processesAhead.get(programKey(entry, words))?.shift();
  if (ahead !== undefined) return ahead;
  const { spawn } = require("node:child_process") as typeof import("node:child_process");
  const requestedSeconds = monotonicSeconds();
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const sharedFile = openSharedFile(sharedBytesOf(count));
  const child = spawn(process.execPath, [entry, ...words], {
    env,
    stdio: ["pipe", "ignore", "inherit", "pipe", sharedFile],
  });
  if (child.pid === undefined) {
    child.once("error", () => {});
    closeSync(sharedFile);
    throw new WorkerError(
      `found no room for a child process beside ${running.size} others, expected ${count}; take fewer workers or raise the limits of processes and open files (ulimit -u, ulimit -n)`,
    );
  }
  // A child that dies early closes its input: its exit tells, not the broken pipe.
  child.stdin!.on("error", () => {});
  if (running.size === 0) process.once("exit", endRunning);
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    if (running.size === 0) process.removeListener("exit", endRunning);
  });
  return { child, sharedFile, requestedSeconds };
}

function endRunning(): void {
  for (const child of running) child.kill("SIGKILL");
}

function programKey(entry: string, words: readonly string[]): string {
  return [entry, ...words].join(" ");
}
