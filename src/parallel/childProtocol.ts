// What a child process and its parent say to each other, and the file in memory through which payloads pass.
import { openSync, readSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerError } from "../core/errors";

/** The first line a child reads. */
export interface ChildStart {
  readonly worker: number;
  readonly tracing: boolean;
  readonly requestedSeconds: number;
}

/** What a parent tells a child after that, a line of JSON each. */
export type ParentMessage<Task> =
  /** The shared file has so many slots of so many bytes. */
  | { readonly slots: number; readonly slotBytes: number }
  | { readonly task: Task }
  /** So many slots are free again. */
  | { readonly taken: number }
  | { readonly noMoreTasks: true };

/** Descriptors of a child: messages of the parent come in on standard input. */
export const CHILD_FILES = { input: 0, frames: 3, shared: 4 } as const;

/** What a child tells its parent: a payload stands in the shared file, its report, or the error that ended its work. */
export const FRAME = { data: 1, report: 2, error: 3 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** Every frame begins with kind, item and length, each float64 (little endian): lengths may pass 4 GiB. */
const FRAME_HEADER_BYTES = 24;

export function frameHeader(kind: FrameKind, item: number, length: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  for (const [place, value] of [kind, item, length].entries()) header.writeDoubleLE(value, 8 * place);
  return header;
}

/** One frame; `text` is empty for data, whose `length` bytes do not travel in the stream. */
export interface Frame {
  readonly kind: FrameKind;
  readonly item: number;
  readonly length: number;
  readonly text: string;
}

/** Takes frames apart as they arrive in pieces of any size. */
export class FrameParser {
  #pending: Buffer = Buffer.alloc(0);

  constructor(readonly onFrame: (frame: Frame) => void) {}

  /** True between frames: an end of the stream here is a clean one. */
  get isBetweenFrames(): boolean {
    return this.#pending.length === 0;
  }

  push(chunk: Uint8Array): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= FRAME_HEADER_BYTES) {
      const kind = this.#pending.readDoubleLE(0) as FrameKind;
      const length = this.#pending.readDoubleLE(16);
      const end = FRAME_HEADER_BYTES + (kind === FRAME.data ? 0 : length);
      if (this.#pending.length < end) return;
      const item = this.#pending.readDoubleLE(8);
      const text = this.#pending.toString("utf8", FRAME_HEADER_BYTES, end);
      this.#pending = this.#pending.subarray(end);
      this.onFrame({ kind, item, length, text });
    }
  }
}

/** Memory that looks like a folder, on Linux. */
const MEMORY = "/dev/shm";

/** The shared files of all children together stay within this, and each has no more slots than are of use. */
const SHARED_BYTES = 16 << 20;
const MOST_SLOTS = 8;
const FEWEST_SLOTS = 2;
/** A payload of the usual size: rows wider than that are rare. */
const PAYLOAD_BYTES = 2 << 20;

/** What the shared files of so many children take together, before the size of their payloads is known. */
export function sharedBytesOf(children: number): number {
  return Math.max(SHARED_BYTES, children * FEWEST_SLOTS * PAYLOAD_BYTES);
}

/** Slots of each shared file of so many children, for payloads of up to `bytes`. */
export function slotsOf(children: number, bytes: number): number {
  const fit = Math.floor(SHARED_BYTES / (children * bytes));
  return Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, fit));
}

/**
 * Opens a file without a name: the parent and the child that inherits the descriptor see the same bytes, and nothing is
 * left of it when both have ended, however they end. In memory where a folder of it has room, else in the temporary one.
 * @param bytes what this file and those of the other children will take together
 * @throws WorkerError no file can be made
 */
export function openSharedFile(bytes: number): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(MEMORY);
    // A file system in memory that has no bound says 0.
    if (blocks === 0 || bavail * bsize >= bytes) return openUnnamed(MEMORY);
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

function openUnnamed(folder: string): number {
  const path = join(folder, `.pila-${process.pid}-${Math.floor(Math.random() * 2 ** 48).toString(16)}`);
  const file = openSync(path, "wx+");
  rmSync(path);
  return file;
}

/** Writes all bytes into a shared file from a position. @throws WorkerError the file system is full */
export function writeShared(file: number, bytes: Uint8Array, position: number): void {
  try {
    writeAll(file, bytes, position);
  } catch (cause) {
    throw new WorkerError(
      `found no room for ${bytes.length} bytes in the file shared with a child process (${(cause as Error).message}), expected some in ${MEMORY} or else in ${tmpdir()}; free some or take fewer workers`,
      { cause },
    );
  }
}

/** Writes all bytes; without a position, as a pipe takes them: writeSync may return short. */
export function writeAll(file: number, bytes: Uint8Array, position: number | null = null): void {
  let done = 0;
  while (done < bytes.length) {
    const at = position === null ? null : position + done;
    done += writeSync(file, bytes, done, bytes.length - done, at);
  }
}

/** Fills `into` from a position of a shared file. @throws WorkerError the bytes are not there */
export function readShared(file: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    const got = readSync(file, into, done, into.length - done, position + done);
    if (got === 0) throw new WorkerError(`found ${done} bytes of a child, expected ${into.length}`);
    done += got;
  }
}
