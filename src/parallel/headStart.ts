import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import { WorkerError } from "../core/errors";
import { openSharedFile, sharedBytesOf } from "./childProtocol";
import { monotonicSeconds } from "./meter";

/**
 * Threads and child processes that the first lines of the program start, before it loads the command that will use them:
 * they come up while it loads. The command takes them when it would have started its own.
 */
export type Starter = "thread" | "process";

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

/** A thread makes few objects: with the usual room for new ones it would hold garbage for longer. */
const YOUNG_MIB = 2;

const threadsAhead = new Map<string, StartedThread[]>();
const processesAhead = new Map<string, StartedProcess[]>();

/** Children that have not ended: none outlives this process, whether a command took it or not. */
const running = new Set<ChildProcess>();

/** Starts `count` workers of a program that a command is about to want; a child that cannot start is left to the command. */
export function startAhead(starter: Starter, entry: string, count: number): void {
  const started = { length: count };
  if (starter === "thread")
    threadsAhead.set(
      entry,
      Array.from(started, () => newThread(entry)),
    );
  else {
    const ahead: StartedProcess[] = [];
    processesAhead.set(entry, ahead);
    try {
      while (ahead.length < count) ahead.push(newProcess(entry, count));
    } catch {
      // The command may not want them after all; where it does, it tries again, and reports.
    }
  }
}

/** A thread of a program: one that was started ahead, or a new one. */
export function startThread(entry: string): StartedThread {
  return threadsAhead.get(entry)?.shift() ?? newThread(entry);
}

/**
 * A child process of a program: one that was started ahead, or a new one. Its descriptors are those of `CHILD_FILES`.
 * @param count how many the caller starts in all
 * @throws WorkerError the system allows no further process or file
 */
export function startProcess(entry: string, count: number): StartedProcess {
  return processesAhead.get(entry)?.shift() ?? newProcess(entry, count);
}

function newThread(entry: string): StartedThread {
  const threads = require("node:worker_threads") as typeof import("node:worker_threads");
  const requestedSeconds = monotonicSeconds();
  // Threads share the environment: a copy of it is part of what starting one costs.
  const thread = new threads.Worker(entry, {
    stdin: false,
    env: threads.SHARE_ENV,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  return { thread, requestedSeconds };
}

function newProcess(entry: string, count: number): StartedProcess {
  const { spawn } = require("node:child_process") as typeof import("node:child_process");
  const requestedSeconds = monotonicSeconds();
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const sharedFile = openSharedFile(sharedBytesOf(count));
  const child = spawn(process.execPath, [entry], {
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
