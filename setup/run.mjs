// Child processes of the set-up: each in a group of its own, so that none outlives an interrupted set-up.
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** A failure the user can do something about. */
export class SetupError extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

const running = new Set();

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

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group has ended by itself
  }
}

/**
 * Runs a program with its output in a log file.
 * @returns {Promise<{code: number|null, timedOut: boolean, excerpt: string}>} excerpt = its first and last lines; code null = could not start, or killed
 */
export function runLogged(program, args, { cwd, log, env = process.env, limitSeconds = 3600 }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  file.write(`$ ${[program, ...args].join(" ")}\n`);
  return new Promise((resolve) => {
    let text = "";
    let timedOut = false;
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child, "SIGKILL");
    }, limitSeconds * 1000);
    const keep = (data) => {
      file.write(data);
      text += data;
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const end = (code) => {
      clearTimeout(timer);
      running.delete(child);
      file.end(() => resolve({ code, timedOut, excerpt: excerptOf(text) }));
    };
    child.on("error", (error) => {
      keep(`${error.message}\n`);
      end(null);
    });
    child.on("close", end);
  });
}

/** The whole of a short text; of a long one its first and last lines, where programs say what went wrong. */
function excerptOf(text) {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= 40) return lines.join("\n");
  return [...lines.slice(0, 15), `… ${lines.length - 40} lines more …`, ...lines.slice(-25)].join("\n");
}

/** Standard output of a short command, trimmed; null where it cannot start or fails. */
export function outputOf(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 60_000,
    ...options,
  });
  return status === 0 ? stdout.trim() : null;
}
