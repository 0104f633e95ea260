import type { ChildProcess } from "node:child_process";
import type { Worker } from "node:worker_threads";
import { monotonicSeconds } from "./meter";

/**
 * Threads and child processes that the first lines of the program start, before it loads the command that will use them:
 * they come up while it loads. The command takes them when it would have started its own.
 */
export type Starter = "thread" | "process";

interface Started {
  readonly entry: string;
  readonly worker: Worker | ChildProcess;
  readonly requestedSeconds: number;
}

const waiting: Started[] = [];

/** What was started, and when that was asked for, in seconds of the monotonic clock. */
export interface StartedThread {
  readonly thread: Worker;
  readonly requestedSeconds: number;
}

/** A child process whose greeting has not been sent, and when it was asked for. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly requestedSeconds: number;
}

/** Starts `count` workers of a program that a command is about to want. */
export function startAhead(starter: Starter, entry: string, count: number): void {
  for (let i = 0; i < count; i++) {
    if (starter === "thread") {
      const { thread, requestedSeconds } = newThread(entry);
      waiting.push({ entry, worker: thread, requestedSeconds });
    } else {
      const { child, requestedSeconds } = newProcess(entry);
      waiting.push({ entry, worker: child, requestedSeconds });
    }
  }
}

/** A thread of a program: one that was started ahead, or a new one. */
export function startThread(entry: string): StartedThread {
  const ahead = take(entry);
  if (ahead === undefined) return newThread(entry);
  return { thread: ahead.worker as Worker, requestedSeconds: ahead.requestedSeconds };
}

/** A child process of a program: one that was started ahead, or a new one. Its standard output is closed, descriptor 3 is for data. */
export function startProcess(entry: string): StartedProcess {
  const ahead = take(entry);
  if (ahead === undefined) return newProcess(entry);
  return { child: ahead.worker as ChildProcess, requestedSeconds: ahead.requestedSeconds };
}

function take(entry: string): Started | undefined {
  const at = waiting.findIndex((started) => started.entry === entry);
  return at < 0 ? undefined : waiting.splice(at, 1)[0];
}

function newThread(entry: string): StartedThread {
  const threads = require("node:worker_threads") as typeof import("node:worker_threads");
  const requestedSeconds = monotonicSeconds();
  // Threads share the environment: a copy of it is part of what starting one costs.
  const thread = new threads.Worker(entry, { stdin: false, env: threads.SHARE_ENV });
  return { thread, requestedSeconds };
}

function newProcess(entry: string): StartedProcess {
  const { spawn } = require("node:child_process") as typeof import("node:child_process");
  const requestedSeconds = monotonicSeconds();
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(process.execPath, [entry], { env, stdio: ["pipe", "ignore", "inherit", "pipe"] });
  // A child that dies early closes its input: its exit tells, not the broken pipe.
  child.stdin!.on("error", () => {});
  return { child, requestedSeconds };
}
