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

  constructor(message: string, options: { path?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.path = options.path;
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

const CLASSES = { ShapeError, FormatError, BackendError, WorkerError, RecordError, VerifyError, UsageError };

/** What of an error can cross a border; whatever else was thrown becomes an Error of its text. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), path: undefined, stack: undefined };
  const path = error instanceof PilaError ? error.path : undefined;
  return { name: error.name, message: error.message, path, stack: error.stack };
}

/** The error again, of its own class; what is none of pila's becomes a WorkerError that keeps name and message. */
export function fromPlainError(plain: PlainError): PilaError {
  const options = plain.path === undefined ? {} : { path: plain.path };
  if (plain.name in CLASSES) return new CLASSES[plain.name as keyof typeof CLASSES](plain.message, options);
  return new WorkerError(`found ${plain.name}: ${plain.message} in a worker, expected its result`, {
    cause: plain.stack,
  });
}
