// Files that appear whole or not at all.
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fsync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlink,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { namedError, UsageError } from "../core/errors";
import {
  forgetTemporary,
  makeFolder,
  openTemporary,
  refusal,
  removeLeftovers,
  temporaryPath,
} from "./workFolder";

/**
 * A file that appears under its name whole or not at all. Where that name is a symbolic link, the file takes the place of
 * the link, and what it leads to stays as it was. No link is followed to the temporary file either.
 */
export class OutputFile {
  readonly path: string;
  /** Descriptor of the temporary file, in every thread of the process; until it is released, in place or discarded. */
  readonly file: number;
  #isOpen = true;
  /** In place, or discarded. */
  #isSettled = false;
  #writingBack: Promise<void> | null = null;
  /** Where the bytes are until the file is in place. */
  readonly temporaryPath: string;

  /** Makes the folder where it is missing, and removes what dead runs left in it. */
  constructor(path: string) {
    this.path = path;
    const folder = dirname(resolve(path));
    makeFolder(folder);
    const standing = statSync(path, { throwIfNoEntry: false });
    if (standing !== undefined && !standing.isFile()) {
      const found = standing.isDirectory() ? "a folder" : "a device or a pipe";
      throw new UsageError(`${path}: found ${found}, expected the name of a file to write; choose another`);
    }
    removeLeftovers(folder);
    this.temporaryPath = temporaryPath(folder);
    this.file = openTemporary(this.temporaryPath, path);
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

  /** The file is in place: nothing is left to discard. */
  settle(): void {
    if (this.#isOpen) this.release();
    this.#forget();
  }

  /** Brings the bytes to the disk and the file in place of what stood there. */
  commit(): void {
    try {
      fsyncSync(this.file);
      this.release();
      renameSync(this.temporaryPath, this.path);
    } catch (error) {
      throw refusal(error, this.path);
    }
    this.#forget();
  }

  #forget(): void {
    this.#isSettled = true;
    forgetTemporary(this.temporaryPath);
  }

  /** Removes the temporary file; what stood there before stays. */
  discard(): void {
    if (this.#isSettled) return;
    if (this.#isOpen) this.release();
    rmSync(this.temporaryPath, { force: true });
    this.#forget();
  }
}

/**
 * Puts flushed files in their places back to back, the last one last: all of them or, where one cannot be placed, none.
 * What stood there is kept under another name until all are in place: to free a large file takes milliseconds, in which
 * a run may be killed.
 * @param gone files that go when the others come
 * @throws FileError a file cannot be placed
 */
export async function placeTogether(
  outputs: readonly OutputFile[],
  gone: readonly string[] = [],
): Promise<void> {
  const before = new Map<string, string>();
  for (const path of new Set([...gone, ...outputs.map((output) => output.path)])) {
    const aside = temporaryPath(dirname(resolve(path)));
    try {
      linkSync(path, aside);
      before.set(path, aside);
    } catch {
      // Nothing stands there, or the file system has no second names.
    }
  }
  const changed: string[] = [];
  try {
    for (const path of gone) {
      changed.push(path);
      rmSync(path, { force: true });
    }
    for (const { path, temporaryPath } of outputs) {
      renameSync(temporaryPath, path);
      changed.push(path);
    }
    for (const output of outputs) output.settle();
  } catch (error) {
    for (const path of changed) {
      const aside = before.get(path);
      if (aside === undefined) rmSync(path, { force: true });
      else renameSync(aside, path);
    }
    throw refusal(error, outputs.find(({ path }) => !changed.includes(path))?.path ?? outputs[0]!.path);
  } finally {
    // Those that were put back are gone already.
    const asides = [...before.values()];
    await Promise.all(asides.map((path) => settled((done) => unlink(path, () => done(null)))));
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
