// Files that somebody else may have made: only regular ones are opened, and no more is read than their kind ever holds.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";

/** Makes the error of what was found instead of a regular file of bounded size. */
type Refuse = (found: string) => Error;

/** A regular file that is open for reading, and its bytes. */
export interface InputFile {
  readonly file: number;
  readonly size: number;
}

/**
 * Opens a regular file. A pipe or a device may keep its reader waiting, or never end.
 * @throws what `refuse` makes: the path leads to something else
 * @throws Error of the operating system: there is nothing, or it may not be read
 */
export function openRegular(path: string, refuse: Refuse): InputFile {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(file);
  if (stats.isFile()) return { file, size: stats.size };
  closeSync(file);
  throw refuse(kindOf(stats));
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  return stats.isFIFO() ? "a pipe" : "a device";
}

/**
 * The first bytes of a regular file, all of a shorter one, and its size.
 * @throws as `openRegular`
 */
export function readHead(
  path: string,
  bytes: number,
  refuse: Refuse,
): { readonly head: Buffer; readonly size: number } {
  const { file, size } = openRegular(path, refuse);
  try {
    const head = Buffer.alloc(Math.min(size, bytes));
    return { size, head: head.subarray(0, readSync(file, head, 0, head.length, 0)) };
  } finally {
    closeSync(file);
  }
}

/**
 * All bytes of a regular file of at most `most` bytes.
 * @throws as `openRegular`, and what `refuse` makes of a file that is larger
 */
export function readBounded(path: string, most: number, refuse: Refuse): Buffer {
  const { head, size } = readHead(path, most, refuse);
  if (size <= most) return head;
  throw refuse(`${size} bytes`);
}
