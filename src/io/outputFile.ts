import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors";

const TEMPORARY = /^\.pila-(\d+)-[0-9a-f]+$/;

/** Temporary files of this process that are neither in place nor removed yet. */
const pending = new Set<string>();

/** A file that appears under its name whole or not at all. */
export class OutputFile {
  readonly target: string;
  /** Descriptor of the temporary file; valid in every thread of the process until `commit` or `discard`. */
  readonly file: number;
  /** Where the bytes are until `commit`. */
  readonly temporaryPath: string;

  /** Makes the folder where it is missing, and removes what dead runs left in it. */
  constructor(target: string) {
    this.target = target;
    const folder = dirname(resolve(target));
    mkdirSync(folder, { recursive: true });
    removeLeftovers(folder);
    this.temporaryPath = join(folder, `.pila-${process.pid}-${randomBytes(6).toString("hex")}`);
    if (pending.size === 0) process.once("exit", discardAll);
    pending.add(this.temporaryPath);
    this.file = openSync(this.temporaryPath, "wx");
  }

  /** Writes all bytes at a position. */
  write(bytes: Uint8Array, position: number): void {
    writeFully(this.file, bytes, position);
  }

  /** Puts the finished file in place of what stood there. */
  commit(): void {
    fsyncSync(this.file);
    closeSync(this.file);
    renameSync(this.temporaryPath, this.target);
    this.#forget();
  }

  /** Removes the temporary file; what stood at the target stays. */
  discard(): void {
    if (!pending.has(this.temporaryPath)) return;
    closeSync(this.file);
    rmSync(this.temporaryPath, { force: true });
    this.#forget();
  }

  #forget(): void {
    pending.delete(this.temporaryPath);
    if (pending.size === 0) process.removeListener("exit", discardAll);
  }
}

/** Writes text or bytes as a whole file. */
export function writeWholeFile(target: string, content: string | Uint8Array): void {
  const output = new OutputFile(target);
  try {
    output.write(typeof content === "string" ? Buffer.from(content) : content, 0);
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
}

/** Writes all bytes at a position: writeSync may return short. */
export function writeFully(file: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
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
      throw new UsageError(`${output}: found an output that ${clash}, expected a name of its own; choose another`);
    }
    taken.set(identity(output), "is named twice");
  }
}

function identity(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
}

function discardAll(): void {
  for (const path of pending) rmSync(path, { force: true });
}

function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: another user's process, which is alive.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
