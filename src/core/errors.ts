import type { FindingKind } from "./findings";

/**
 * The failures pila names. Every message says which file, what was found, what was expected and the next step;
 * the command line prints `pila: <name>: <message>` and derives the exit code from the class.
 */
export abstract class PilaError extends Error {
  abstract override readonly name: string;
  /** Process exit code of the command line: 1 the data or a run failed, 2 wrong usage. */
  readonly exitCode: number = 1;
  /** The file that is wrong, where there is one. */
  readonly path: string | undefined;
  /** What it is among the findings about a stack. */
  readonly kind: FindingKind;

  constructor(message: string, options: { path?: string; cause?: unknown; kind?: FindingKind } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.path = options.path;
    this.kind = options.kind ?? "unreadable";
  }
}

/** Shapes, windows or looks that do not fit each other. */
export class ShapeError extends PilaError {
  override readonly name = "ShapeError";
}

/** A file that is not what its name promises, is truncated, or is of a kind pila does not read. */
export class FormatError extends PilaError {
  override readonly name = "FormatError";
}

/** A `FormatError` of a file: `FILE: found …, expected …; next step`. */
export function fault(
  path: string,
  sentence: string,
  options: { cause?: unknown; kind?: FindingKind } = {},
): FormatError {
  return new FormatError(`${path}: ${sentence}`, { ...options, path });
}

/** A band of real values is no SLC, but may well lie beside one. */
export class RealBandError extends FormatError {
  constructor(path: string, type: string) {
    super(
      `${path}: found ${type}, an intensity or an amplitude, expected complex samples; put intensities in a folder for \`pila stats\``,
      { path },
    );
  }
}

/** A backend that cannot run here or did not finish its work. */
export class BackendError extends PilaError {
  override readonly name = "BackendError";
}

/** A worker, child process or rank that died or answered nonsense. */
export class WorkerError extends PilaError {
  override readonly name = "WorkerError";
}

/** A record of a run folder that does not follow its schema. */
export class RecordError extends PilaError {
  override readonly name = "RecordError";
}

/** Outputs that differ where they should agree. */
export class VerifyError extends PilaError {
  override readonly name = "VerifyError";
}

/** What the operating system refused: a full disk, a missing right, a folder where a file is wanted. */
export class FileError extends PilaError {
  override readonly name = "FileError";
}

/** Memory that the system, or a limit set on this process, does not give. */
export class MemoryError extends PilaError {
  override readonly name = "MemoryError";
}

/** Wrong words on the command line. */
export class UsageError extends PilaError {
  override readonly name = "UsageError";
  override readonly exitCode = 2;
}

/** An error as plain data: classes do not survive the border of a thread or process. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly path: string | undefined;
  readonly stack: string | undefined;
}

const CLASSES = {
  ShapeError,
  FormatError,
  BackendError,
  WorkerError,
  RecordError,
  VerifyError,
  FileError,
  MemoryError,
  UsageError,
};

/** What was found, expected, and what to do, by the code of the operating system. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "found no right to read or write it, expected one; change its permissions or name another",
  EPERM: "found that it may not be changed, expected the right to; change its permissions or name another",
  EBUSY: "found it in use by the system, expected it free; try again later",
  EDQUOT: "found no room left in the quota, expected some; remove what is not needed or name another folder",
  EFBIG:
    "found the largest file size allowed here reached, expected room; raise it (ulimit -f) or name another folder",
  EIO: "found that the disk cannot read or write it, expected a sound one; copy it again or name another folder",
  EISDIR: "found a folder, expected a file; name the file itself",
  ELOOP: "found links that lead in a circle, expected a file; link it again",
  EMFILE:
    "found the limit of open files reached, expected one more; raise it (ulimit -n) or take fewer workers",
  ENFILE: "found the system's limit of open files reached, expected one more; end other programs",
  ENAMETOOLONG: "found a name that is too long, expected a shorter one; name another",
  ENOENT: "found nothing, expected a file or folder; check the path",
  ENOMEM: "found no memory left, expected some; take fewer workers or a smaller crop",
  ENOSPC: "found no room left on the disk, expected some; remove what is not needed or name another folder",
  ENOTDIR: "found a file where a folder is wanted, expected a folder; check the path",
  EROFS: "found a read-only file system, expected one to write to; name another folder",
  ETXTBSY: "found a program that is running, expected a file to write to; name another",
};

/** What V8 says where an array cannot be made. */
const NO_MEMORY = /^Array buffer allocation failed|could not allocate memory/;

/**
 * An error of the operating system with its file, its meaning and the next step; anything else as it is.
 * @param path the file at hand, where the error names none
 */
export function namedError(error: unknown, path?: string): unknown {
  const { code, path: named, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_INIT_FAILED") {
    return new WorkerError(
      `found no room for a thread (${message}), expected some; take fewer workers or raise the limits of threads and open files (ulimit -u, ulimit -n)`,
      { cause: error },
    );
  }
  if (code === "ERR_WORKER_OUT_OF_MEMORY" || (error instanceof RangeError && NO_MEMORY.test(message))) {
    return new MemoryError(
      `found no memory left (${message}), expected some; take fewer workers or a smaller crop`,
      { cause: error },
    );
  }
  if (error instanceof PilaError || typeof code !== "string" || REFUSALS[code] === undefined) return error;
  const file = named ?? path;
  const options = { cause: error, ...(file === undefined ? {} : { path: file }) };
  return new FileError(`${file === undefined ? "" : `${file}: `}${REFUSALS[code]} (${code})`, options);
}

/** What of an error can cross a border; whatever else was thrown becomes an Error of its text. */
export function toPlainError(thrown: unknown): PlainError {
  const error = thrown instanceof Error ? namedError(thrown) : thrown;
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), path: undefined, stack: undefined };
  const path = error instanceof PilaError ? error.path : undefined;
  return { name: error.name, message: error.message, path, stack: error.stack };
}

/** The error again, of its own class; what is none of pila's becomes a WorkerError that keeps name and message. */
export function fromPlainError(plain: PlainError): PilaError {
  const options = plain.path === undefined ? {} : { path: plain.path };
  if (Object.hasOwn(CLASSES, plain.name))
    return new CLASSES[plain.name as keyof typeof CLASSES](plain.message, options);
  return new WorkerError(`found ${plain.name}: ${plain.message} in a worker, expected its result`, {
    cause: plain.stack,
  });
}
