// Files that appear whole or not at all, and the temporary files that runs which died left behind.
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rename,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fault, namedError, UsageError } from "../core/errors";

/** Temporary files of this process that are neither in place nor removed yet. */
const pending = new Set<string>();

/**
 * A file that appears under its name whole or not at all. Where that name is a symbolic link, the file takes the place of
 * the link, and what it leads to stays as it was. No link is followed to the temporary file either.
 */
export class OutputFile {
  readonly path: string;
  /** Descriptor of the temporary file, in every thread of the process; until it is released, in place or discarded. */
  readonly file: number;
  #isOpen = true;
  #writingBack: Promise<void> | null = null;
  /** Where the bytes are until the file is in place. */
  readonly temporaryPath: string;

  /** Makes the folder where it is missing, and removes what dead runs left in it. */
  constructor(path: string) {
    this.path = path;
    const folder = dirname(resolve(path));
    requireFolder(folder);
    const standing = statSync(path, { throwIfNoEntry: false });
    if (standing !== undefined && !standing.isFile()) {
      const found = standing.isDirectory() ? "a folder" : "a device or a pipe";
      throw new UsageError(`${path}: found ${found}, expected the name of a file to write; choose another`);
    }
    removeLeftovers(folder);
    this.temporaryPath = temporaryPath(folder);
    if (pending.size === 0) process.once("exit", discardAll);
    pending.add(this.temporaryPath);
    this.file = openSync(this.temporaryPath, "wx");
  }

  /** Writes all bytes at a position. */
  write(bytes: Uint8Array, position: number): void {
    writeFully(this.file, bytes, position, this.path);
  }

  /** Closes the descriptor: more is written by `temporaryPath`. For files more than a process may hold open. */
  release(): void {
    closeSync(this.file);
    this.#isOpen = false;
  }

  /** Begins to bring what is written so far to the disk, beside other work: less is left for the end. */
  writeBack(): void {
    if (!this.#isOpen) return;
    this.#writingBack ??= new Promise((resolve) => {
      // An error shows again, and counts, when `flush` or `commit` asks for everything.
      fdatasync(this.file, () => {
        this.#writingBack = null;
        resolve();
      });
    });
  }

  /** Brings the bytes to the disk, beside other work; `place` may follow. */
  async flush(): Promise<void> {
    await this.#writingBack;
    const file = this.#isOpen ? this.file : openInPlace(this.temporaryPath);
    try {
      await settled((done) => fsync(file, done)).catch((error: unknown) => {
        throw namedError(error, this.path);
      });
    } finally {
      if (!this.#isOpen) closeSync(file);
    }
  }

  /** Puts the flushed file in place of what stood there, beside other work: freeing a large old file takes milliseconds. */
  async place(): Promise<void> {
    if (this.#isOpen) this.release();
    await settled((done) => rename(this.temporaryPath, this.path, done));
    this.#forget();
  }

  /** Brings the bytes to the disk and the file in place of what stood there. */
  commit(): void {
    fsyncSync(this.file);
    this.release();
    renameSync(this.temporaryPath, this.path);
    this.#forget();
  }

  /** Removes the temporary file; what stood there before stays. */
  discard(): void {
    if (!pending.has(this.temporaryPath)) return;
    if (this.#isOpen) this.release();
    rmSync(this.temporaryPath, { force: true });
    this.#forget();
  }

  #forget(): void {
    pending.delete(this.temporaryPath);
    if (pending.size === 0) process.removeListener("exit", discardAll);
  }
}

/** Opens a file that stands already for writing within it; never by a link, which somebody may have put in its place. */
export function openInPlace(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
}

/** A call of node:fs with a callback as a promise: node:util and node:fs/promises would cost milliseconds at every start. */
function settled(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === null ? resolve() : reject(error)));
  });
}

/** Writes text or bytes as a whole file. */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const output = new OutputFile(path);
  try {
    output.write(typeof content === "string" ? Buffer.from(content) : content, 0);
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
}

/**
 * Writes all bytes at a position: writeSync may return short.
 * @param path the file, for the error
 * @throws FileError the disk is full, or refuses in another way
 */
export function writeFully(file: number, bytes: Uint8Array, position: number, path: string): void {
  let done = 0;
  try {
    while (done < bytes.length) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  } catch (error) {
    throw namedError(error, path);
  }
}

/**
 * Refuses outputs that are an input or another output, also through links.
 * @throws UsageError naming the file
 */
export function requireDistinctOutputs(outputs: readonly string[], inputs: readonly string[]): void {
  const taken = new Map(inputs.map((path) => [identity(path), "is also an input"]));
  for (const output of outputs) {
    const clash = taken.get(identity(output));
    if (clash !== undefined) {
      throw new UsageError(
        `${output}: found an output that ${clash}, expected a name of its own; choose another`,
      );
    }
    taken.set(identity(output), "is named twice");
  }
}

function identity(path: string): string {
  if (existsSync(path)) return realpathSync.native(path);
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync.native(folder) : folder, basename(path));
}

function discardAll(): void {
  for (const path of pending) rmSync(path, { force: true });
}

function requireFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw fault(
      folder,
      `found that it cannot be made (${(cause as Error).message}), expected a folder for the outputs; name another`,
      { cause },
    );
  }
}

const TEMPORARY = /^\.pila-(\d+)-[0-9a-f]+$/;

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
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) rmSync(join(folder, name), { force: true });
  }
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
