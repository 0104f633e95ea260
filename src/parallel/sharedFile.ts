import { existsSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerError } from "../core/errors";

/** Memory that looks like a folder, on Linux. */
const MEMORY = "/dev/shm";

/**
 * Opens a file without a name: the parent and the child that inherits the descriptor see the same bytes, and nothing is
 * left of it when both have ended, however they end. In memory where there is such a folder, else in the temporary one.
 */
export function openSharedFile(): number {
  const folder = existsSync(MEMORY) ? MEMORY : tmpdir();
  const path = join(folder, `.pila-${process.pid}-${Math.floor(Math.random() * 2 ** 48).toString(16)}`);
  const file = openSync(path, "wx+");
  rmSync(path);
  return file;
}

/** Writes all bytes at a position. @throws the error of the file system where memory is full */
export function writeShared(file: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}

/** Fills `into` from a position. @throws WorkerError the bytes are not there */
export function readShared(file: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    const got = readSync(file, into, done, into.length - done, position + done);
    if (got === 0) throw new WorkerError(`found ${done} bytes of a child, expected ${into.length}`);
    done += got;
  }
}
