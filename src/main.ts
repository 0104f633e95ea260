import { setTimeout as delay } from "node:timers/promises";
import type { Command, Context } from "./commands/command";
import { commandHelp, findCommand, overview, parseArguments } from "./commands/registry";
import { namedError, type PilaError, UsageError } from "./core/errors";
import { isOneOfSeveral, rankEnvironment } from "./parallel/mpi/detect";

/** Exit codes of processes that a signal ended: 128 and its number. */
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** How long the work may take to clean up after a signal. */
const GRACE_MS = 5000;

/** How long a failure waits for a signal that may be its cause. */
const SIGNAL_MS = 250;

/** Runs one command. @returns the exit code: 0 done, 1 the data or a run failed, 2 usage, 130 SIGINT, 143 SIGTERM */
export async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  const debug = rest.includes("--debug");
  const controller = new AbortController();
  listenToSignals(controller);
  try {
    if (name === undefined || name === "--help" || name === "help") {
      print(overview());
      await written();
      return name === undefined ? 2 : 0;
    }
    const command = findCommand(name);
    requireSingle(name, rest);
    await runCommand(name, command, rest, controller.signal);
    await written();
    return 0;
  } catch (error) {
    await signalOnItsWay(error, controller.signal);
    if (controller.signal.aborted) return (controller.signal.reason as { exitCode: number }).exitCode;
    return report(namedError(error), debug);
  }
}

async function runCommand(
  name: string,
  command: Command,
  words: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const args = parseArguments(name, command, words);
  if (args.flag("help")) {
    print(commandHelp(name, command));
    return;
  }
  // One rank speaks for all.
  const quiet = args.flag("quiet") || (isOneOfSeveral(process.env) && rankEnvironment(process.env).rank > 0);
  const bar = progressBar();
  const context: Context = {
    signal,
    quiet,
    print,
    tell: (line) => {
      if (quiet) return;
      bar.stop();
      process.stderr.write(`${printable(line)}\n`);
    },
    progress: (done, total, remainingSeconds) => {
      if (!quiet) bar.show(done, total, remainingSeconds);
    },
  };
  try {
    await command.run(args, context);
  } finally {
    bar.stop();
  }
}

/** Few commands know what to do as one of several ranks: anything else would be done several times over. */
function requireSingle(name: string, words: readonly string[]): void {
  if (name === "fused" || name === "prep" || (name === "stats" && words[0] === "mpi")) return;
  if (!isOneOfSeveral(process.env)) return;
  throw new UsageError(
    `found pila ${name} started as several ranks, expected one process; under mpiexec or srun \`pila prep\`, \`pila stats mpi\` and \`pila fused\` share their work`,
  );
}

function listenToSignals(controller: AbortController): void {
  for (const [signal, code] of Object.entries(SIGNAL_CODES)) {
    process.on(signal, () => {
      // A second signal, or work that does not end, ends the process; its exit hooks remove temporary files.
      if (controller.signal.aborted) process.exit(code);
      controller.abort(Object.assign(new Error("interrupted"), { exitCode: code }));
      setTimeout(() => process.exit(code), GRACE_MS).unref();
    });
  }
}

/** What a shell sees of a program that wrote to a pipe nobody reads: 128 and the number of SIGPIPE. */
const UNREAD_CODE = 141;

/** Nothing has been printed: standard output is not opened before, which takes a millisecond. */
let hasPrinted = false;

/**
 * Prints a line of the result. A reader that closes its end (`| head -1`) ends the command in silence; a result that
 * cannot be written is an error.
 */
function print(line: string): void {
  if (!hasPrinted) {
    hasPrinted = true;
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      process.exit(
        error.code === "EPIPE" ? UNREAD_CODE : report(namedError(error, "standard output"), false),
      );
    });
  }
  process.stdout.write(`${printable(line)}\n`);
}

/**
 * The text as a terminal shows it: control characters, and those that turn the direction of writing, as \uXXXX. They come
 * with names of files, labels and what other programs said, and could move the cursor or set the title. JSON stays the same.
 */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((code) => `\\u${code.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** Waits until what was printed is written, or has failed: the error comes a turn of the event loop later. */
async function written(): Promise<void> {
  if (hasPrinted) await new Promise((resolve) => process.stdout.write("", resolve));
}

/**
 * Ctrl-C goes to every process of the terminal's group at once: where a worker dies of it and its end is read before the
 * signal to this process is, the failure is the signal's. A signal that was sent is read within one turn of the loop.
 */
async function signalOnItsWay(error: unknown, signal: AbortSignal): Promise<void> {
  // Commands that are not bundled bring their own copy of the error classes: the name tells, not the class.
  const ofWorker = error instanceof Error && (error.name === "WorkerError" || error.name === "BackendError");
  if (ofWorker && !signal.aborted) await delay(SIGNAL_MS);
}

function report(error: unknown, debug: boolean): number {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  process.stderr.write(`pila: ${printable(`${name}: ${message}`)}\n`);
  if (debug && error instanceof Error)
    process.stderr.write(`${printable(`${error.stack ?? ""}\n${error.cause ?? ""}`)}\n`);
  // The code tells, not the class, for the same reason.
  return error instanceof Error && "exitCode" in error ? (error as PilaError).exitCode : 1;
}

/** Shorter works end before anyone could read a bar. */
const PATIENCE_MS = 500;

/** A progress bar on a terminal, from the first `show` after a while until `stop`; elsewhere nothing. */
function progressBar(): { show: Context["progress"]; stop(): void } {
  const began = performance.now();
  let bar: import("cli-progress").SingleBar | null = null;
  let first = { done: 0, at: began };
  const start = (total: number): import("cli-progress").SingleBar => {
    const { SingleBar, Presets } = require("cli-progress") as typeof import("cli-progress");
    const created = new SingleBar(
      {
        format: "{bar} {percentage} % | {left} left",
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
      },
      Presets.rect,
    );
    created.start(total, 0, { left: "…" });
    return created;
  };
  return {
    show: (done, total, remainingSeconds) => {
      if (!process.stderr.isTTY || performance.now() - began < PATIENCE_MS) return;
      if (bar === null) {
        bar = start(total);
        first = { done, at: performance.now() };
      }
      const pace = (performance.now() - first.at) / 1000 / Math.max(1, done - first.done);
      const left = remainingSeconds ?? (done > first.done ? pace * (total - done) : null);
      bar.setTotal(total);
      bar.update(done, { left: left === null ? "…" : formatDuration(left) });
    },
    stop: () => {
      bar?.stop();
      bar = null;
    },
  };
}

/** `2 min 05 s`, `40 s`. */
function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const rest = whole % 60;
  return whole < 60 ? `${whole} s` : `${(whole - rest) / 60} min ${String(rest).padStart(2, "0")} s`;
}
