// What the set-up remembers of its steps in .setup/, and the lock that lets one set-up at a time work in a checkout.
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { orNull, SetupError, say } from "./run.mjs";

const stateFile = (step, context) => join(context.state, `${step.name.replaceAll(" ", "-")}.json`);

/** What a step left when it was done, `{key, weight}`; null where it has not been done. */
export function recall(step, context) {
  const state = readJson(stateFile(step, context));
  return state?.key === undefined ? null : state;
}

/** Remembers what a finished step depended on and what it left; half a file counts as nothing remembered. */
export function remember(step, context) {
  mkdirSync(context.state, { recursive: true });
  const state = { key: step.key(context), weight: step.weigh(context) };
  writeFileSync(stateFile(step, context), JSON.stringify(state));
}

export const forget = (step, context) => rmSync(stateFile(step, context), { force: true });

/**
 * Why a step has to run, or null.
 * @param step `key(context)`: what its result depends on, by name; `weigh(context)`: the result, null: there is none;
 *   `missing(context)`: what it could not get, left alone until --retry: trying costs time, and hangs without a network
 */
export function reasonToRun(step, context) {
  const before = recall(step, context);
  if (before === null) return "not done yet";
  const changed = Object.entries(step.key(context)).filter(([name, value]) => before.key[name] !== value);
  if (changed.length > 0) return `${changed.map(([name]) => name).join(" and ")} changed`;
  if (!isThere(step, context)) return "something is gone";
  return context.retry && step.missing?.(context).length > 0 ? "trying again" : null;
}

/** Whether a step was done and nothing of what it left was lost. */
export function isThere(step, context) {
  return isWhole(recall(step, context)?.weight ?? null, step.weigh(context));
}

/** Whether nothing was lost since `before`; what a user adds by hand does no harm. */
export function isWhole(before, now) {
  return before !== null && now !== null && now.files >= before.files && now.bytes >= before.bytes;
}

/** What a step leaves that can make nothing on this machine. */
export const NOTHING = { files: 0, bytes: 0 };

/** Number and bytes of files; null where one of them is missing or empty. */
export function weighFiles(files) {
  const sizes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  if (sizes.includes(0)) return null;
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Files and bytes below a folder, without relative paths that match `skip`; null where there is no such folder. */
export function weighFolder(folder, skip) {
  return orNull(() => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !skip.test(relative(folder, path)));
    return { files: files.length, bytes: files.reduce((sum, path) => sum + lstatSync(path).size, 0) };
  });
}

/** Names of files below folders that end so, relative to root; a folder that is not there has none. */
export function filesBelow(root, folders, ending) {
  const there = folders.filter((folder) => statSync(join(root, folder), { throwIfNoEntry: false }));
  const namesIn = (folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`);
  return there
    .flatMap(namesIn)
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** SHA-256 over names and contents of files given relative to root; an absent file counts as absent. */
export function hashFiles(root, files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`\0${file}\0`).update(textOf(join(root, file)) ?? "\0absent");
  return hash.digest("hex");
}

/** Parsed JSON of a file, or null where there is none or it cannot be read as JSON. */
export const readJson = (path) => orNull(() => JSON.parse(readFileSync(path, "utf8")));

/** A file as text, or null where it cannot be read. */
export const textOf = (path) => orNull(() => readFileSync(path, "utf8"));

/** Waits until no other living set-up holds the lock, then takes it; the end of the process gives it back. */
export async function takeLock(state) {
  const file = join(state, "lock");
  for (let turn = 0; ; turn += 1) {
    try {
      mkdirSync(state, { recursive: true });
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return process.on("exit", () => rmSync(file, { force: true }));
    } catch (error) {
      if (error.code !== "EEXIST")
        throw new SetupError(`cannot write in ${state}: ${error.message}`, "Make the checkout writable.");
    }
    const holder = Number(textOf(file));
    if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
    else if (turn === 0) say(`another set-up is running (process ${holder}); waiting for it`);
    await sleep(500);
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
