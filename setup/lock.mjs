// One set-up at a time in one checkout: two calls of `npm ci` would destroy each other's work.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./console.mjs";
import { SetupError } from "./run.mjs";

/** Waits until no other living set-up holds the lock, then takes it; returns the function that gives it back. */
export async function takeLock(state) {
  const file = join(state, "lock");
  let told = false;
  for (;;) {
    try {
      mkdirSync(state, { recursive: true });
      writeFileSync(file, String(process.pid), { flag: "wx" });
      const release = () => rmSync(file, { force: true });
      process.on("exit", release);
      return release;
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw new SetupError(
          `cannot write in ${state}: ${error.message}`,
          "Make the checkout writable for this user.",
        );
      }
    }
    const holder = holderOf(file);
    if (holder !== null && !isAlive(holder)) rmSync(file, { force: true });
    else {
      if (!told) say(`another set-up is running (process ${holder ?? "unknown"}); waiting for it`);
      told = true;
      await sleep(500);
    }
  }
}

function holderOf(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
