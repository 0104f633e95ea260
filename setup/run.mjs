// Programs that the set-up starts, each in a group of its own so that none outlives an interrupted set-up, and what it
// says: short lines on stderr, colours only on a terminal.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A failure the user can do something about. */
export class SetupError extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

const coloured = process.stderr.isTTY === true && (process.env.NO_COLOR ?? "") === "";
const paint = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
export const [bold, dim, red, green, yellow] = [1, 2, 31, 32, 33].map(paint);

export const say = (line) => process.stderr.write(line + "\n");

/** Time since `begin` (performance.now()), as "(3.2 s)". */
export const seconds = (begin) => dim(`(${((performance.now() - begin) / 1000).toFixed(1)} s)`);

/** Path of an executable found on PATH, or null. */
export function findProgram(name) {
  // Debian keeps daemons where a bare PATH does not look.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"].filter(
    (folder) => folder !== "",
  );
  return folders.map((folder) => join(folder, name)).find((path) => isAllowed(path, constants.X_OK)) ?? null;
}

/** Whether this user may do with a path what `mode` (constants.R_OK …) says. */
export const isAllowed = (path, mode) => orNull(() => accessSync(path, mode)) !== null;

/** What `make` returns; null where it throws. */
export function orNull(make) {
  try {
    return make();
  } catch {
    return null;
  }
}

/** Standard output of a short command, trimmed; null where it cannot start or fails. */
export function outputOf(program, args, options = {}) {
  const fixed = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 60_000 };
  const { status, stdout } = spawnSync(program, args, { ...fixed, ...options });
  return status === 0 ? stdout.trim() : null;
}

const running = new Set();

/**
 * Runs a program with its output in the log file `.setup/NAME.log`.
 * @returns {Promise<{code: number|null, excerpt: string}>} excerpt: its first and last lines; code null: it could not
 *   start, or was killed
 */
export async function runLogged(context, name, [program, ...args], options = {}) {
  const { cwd = context.root, env = {}, limitSeconds = 1800 } = options;
  mkdirSync(context.state, { recursive: true });
  const log = join(context.state, `${name.replaceAll(" ", "-")}.log`);
  const file = openSync(log, "w");
  writeSync(file, `$ ${[program, ...args].join(" ")}\n`);
  const stdio = ["ignore", file, file];
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio });
  running.add(child);
  const timer = setTimeout(() => killGroup(child, "SIGKILL"), limitSeconds * 1000);
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      writeSync(file, `${error.message}\n`);
      resolve(null);
    });
    child.on("close", resolve);
  });
  clearTimeout(timer);
  running.delete(child);
  closeSync(file);
  return { code, excerpt: excerptOf(readFileSync(log, "utf8")) };
}

/** Runs a program as `runLogged` does. @throws SetupError it failed: the error says what, its words and the remedy */
export async function mustRun(context, name, command, remedy, options) {
  const { code, excerpt } = await runLogged(context, name, command, options);
  if (code !== 0) throw new SetupError(`${name} failed:\n${excerpt}`, remedy);
}

/** The whole of a short text; of a long one its first and last lines, where programs say what went wrong. */
function excerptOf(text) {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= 40) return lines.join("\n");
  return [...lines.slice(0, 15), `… ${lines.length - 40} lines more …`, ...lines.slice(-25)].join("\n");
}

/**
 * SIGINT, SIGTERM and SIGHUP end the child groups, then the set-up itself with 128 + the signal's number.
 * Children are asked first and killed after 5 s: a package manager killed at once leaves its database half written.
 */
export function stopChildrenOnSignals() {
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    process.on(signal, () => {
      const end = () => {
        for (const child of running) killGroup(child, "SIGKILL");
        process.exit(128 + number);
      };
      if (running.size === 0) end();
      for (const child of running) {
        killGroup(child, "SIGTERM");
        child.on("close", end);
      }
      setTimeout(end, 5000);
    });
  }
}

/** A group that has ended by itself is no error. */
const killGroup = (child, signal) => orNull(() => process.kill(-child.pid, signal));
