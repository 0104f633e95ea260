import { openSync, readSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerError } from "../core/errors";

/** Memory that looks like a folder, on Linux. */
const MEMORY = "/dev/shm";

/** The shared files of all children together stay within this, and each has no more slots than are of use. */
export const SHARED_BYTES = 16 << 20;
export const MOST_SLOTS = 8;
export const FEWEST_SLOTS = 2;
/** A payload of the usual size: rows wider than that are rare. */
const PAYLOAD_BYTES = 2 << 20;

/** What the shared files of so many children take together, before the size of their payloads is known. */
export function sharedBytesOf(children: number): number {
  return Math.max(SHARED_BYTES, children * FEWEST_SLOTS * PAYLOAD_BYTES);
}

/**
 * Opens a file without a name: the parent and the child that inherits the descriptor see the same bytes, and nothing is
 * left of it when both have ended, however they end. In memory where a folder of it has room, else in the temporary one.
 * @param bytes what this file and those of the other children will take together
 * @throws WorkerError no file can be made
 */
export function openSharedFile(bytes: number): number {
  try {
    if (freeBytes(MEMORY) >= bytes) return openUnnamed(MEMORY);
  } catch {
    // Not there, or not ours to write in: containers have it small, read-only or not at all.
  }
  try {
    return openUnnamed(tmpdir());
  } catch (cause) {
    throw new WorkerError(
      `found no file to share with a child process (${(cause as Error).message}), expected one; take fewer workers or name another folder by TMPDIR`,
      { cause },
    );
  }
}

function freeBytes(folder: string): number {
  const { blocks, bavail, bsize } = statfsSync(folder);
  // A file system in memory that has no bound says 0.
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
}

function openUnnamed(folder: string): number {
  const path = join(folder, `.pila-${process.pid}-${Math.floor(Math.random() * 2 ** 48).toString(16)}`);
  const file = openSync(path, "wx+");
  rmSync(path);
  return file;
}

/** Writes all bytes at a position. @throws WorkerError the file system is full */
export function writeShared(file: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  try {
    while (done < bytes.length) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  } catch (cause) {
    throw new WorkerError(
      `found no room for ${bytes.length} bytes in the file shared with a child process (${(cause as Error).message}), expected some in ${MEMORY} or else in ${tmpdir()}; free some or take fewer workers`,
      { cause },
    );
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
