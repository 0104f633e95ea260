// The folders that runs write into: made, kept for one run at a time, and cleared of what dead runs left in them.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FileError, fault, namedError } from "../core/errors";

/**
 * Makes a folder with its parents.
 * @returns the outermost that was not there before; undefined when it stands
 * @throws FileError the system refuses it; FormatError a file is in the way
 */
export function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    const cause = reasonOf(folder, error);
    if (/^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EIO|ENAMETOOLONG)$/.test(cause.code ?? ""))
      throw refusal(cause, folder);
    throw fault(
      folder,
      `found that it cannot be made (${cause.message}), expected a folder for the outputs; name another`,
      { cause },
    );
  }
}

/** Node says ENOENT whatever is in the way of a parent: the outermost that is missing tells. */
function reasonOf(folder: string, error: unknown): NodeJS.ErrnoException {
  let missing = resolve(folder);
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  try {
    mkdirSync(missing);
    return error as NodeJS.ErrnoException;
  } catch (cause) {
    return cause as NodeJS.ErrnoException;
  }
}

/** Removes a folder that holds nothing. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Tries and pause of two runs that ask for one folder in the same moment. */
const LOCK_TRIES = 6;
const LOCK_PAUSE_MS = 40;

/**
 * Keeps a folder for the work of this process, in which its files change more than once. A process that has died holds
 * nothing.
 * @param folder exists
 * @returns gives it back, once
 * @throws FileError another process is at work in it, or this one
 */
export function lockFolder(folder: string): () => void {
  const own = `.pila-${process.pid}-${startOf(process.pid)}.lock`;
  const path = join(folder, own);
  if (pending.has(path)) throw inUse(folder, process.pid);
  for (let tries = 1; ; tries++) {
    // Each puts a file of its own there and then looks for others: of two at least one sees the other.
    closeSync(openTemporary(path, folder));
    const other = readdirSync(folder).find((name) => name !== own && isHeld(name));
    if (other === undefined) break;
    rmSync(path, { force: true });
    forgetTemporary(path);
    if (tries === LOCK_TRIES) throw inUse(folder, Number(LOCK.exec(other)![1]));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS * Math.random());
  }
  return () => {
    rmSync(path, { force: true });
    forgetTemporary(path);
  };
}

function inUse(folder: string, pid: number): FileError {
  return new FileError(
    `${folder}: found another run of pila at work in it (process ${pid}), expected it free; wait for its end or name another folder`,
    { path: folder },
  );
}

const LOCK = /^\.pila-(\d+)-([0-9a-f]+)\.lock$/;

function isHeld(name: string): boolean {
  const [, pid, start] = LOCK.exec(name) ?? [];
  return pid !== undefined && isAlive(Number(pid)) && startOf(Number(pid)) === start;
}

/** When a process began, as its number alone may be given to another later: hexadecimal clock ticks, 0 without /proc. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[19]).toString(16);
  } catch {
    return "0";
  }
}

/** Temporary files of this process that are neither in place nor removed yet. */
const pending = new Set<string>();

/** Opens a new file that goes with this process until it is forgotten. @param path what it will be, for the error */
export function openTemporary(temporary: string, path: string): number {
  try {
    const file = openSync(temporary, "wx");
    if (pending.size === 0) process.once("exit", discardAll);
    pending.add(temporary);
    return file;
  } catch (error) {
    throw refusal(error, path);
  }
}

export function forgetTemporary(temporary: string): void {
  pending.delete(temporary);
  if (pending.size === 0) process.removeListener("exit", discardAll);
}

function discardAll(): void {
  for (const path of pending) rmSync(path, { force: true });
}

/** What the system said of a temporary file, said of the file that it would become. */
export function refusal(error: unknown, path: string): unknown {
  return namedError(Object.assign(error as Error, { path }));
}

const TEMPORARY = /^\.pila-(\d+)-[0-9a-f]+(\.lock)?$/;

/**
 * A new name `.pila-<pid>-<random>` in a folder, for a file that is renamed when it is whole. It need not be secret:
 * loading node:crypto would cost milliseconds at every start.
 */
export function temporaryPath(folder: string): string {
  const random = Math.floor(Math.random() * 2 ** 48).toString(16);
  return join(folder, `.pila-${process.pid}-${random.padStart(12, "0")}`);
}

/** Removes the temporary files in a folder whose process is gone; a folder that is not there has none. */
export function removeLeftovers(folder: string): void {
  for (const path of findLeftovers(folder)) rmSync(path, { force: true });
}

/** The temporary files in a folder whose process is gone. */
export function findLeftovers(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => {
    const pid = TEMPORARY.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  return names.map((name) => join(folder, name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: another user's process, which is alive.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ended, but not yet waited for by its parent: where /proc does not tell, it counts as running. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
