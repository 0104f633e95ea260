import { writeSync } from "node:fs";
import { PilaError } from "../../core/errors";
import type { MpiLibrary } from "./library";

/** Begins the line in which a rank says why the job fails; the launcher looks for it. */
export const FAULT_PREFIX = "pila: rank ";

/** Ways out of a job once MPI runs. */
export interface FaultGuard {
  /** Says on stderr why this rank cannot go on, then ends every rank of the job. */
  fail(error: unknown): never;
  /** Ends every rank of the job. */
  abort(code: number): never;
  /** After MPI_Finalize the process may end in any way. */
  release(): void;
}

/**
 * Makes sure that a rank which cannot go on ends the whole job: the other ranks wait for it inside blocking calls
 * and would wait for ever. An uncaught exception, an unhandled rejection and an exit before `release` each write
 * one line and call MPI_Abort; MPI_Finalize on such a path would hang. No signal handlers: they cannot run inside a
 * blocking call and only delay the end.
 */
export function guardFaults(library: MpiLibrary, rank: number, size: number): FaultGuard {
  const end = (code: number, reason: string): never => {
    release();
    // A rank's words are one line, however many the MPI library used.
    writeWhole(2, `${FAULT_PREFIX}${rank} of ${size}: ${reason.replaceAll(/\s*\n\s*/g, " ").trim()}\n`);
    waitForDelivery();
    library.abort(faultCode(code));
    process.exit(faultCode(code));
  };
  const fail = (error: unknown): never =>
    end(error instanceof PilaError ? error.exitCode : 1, describe(error));
  const onExit = (code: number): never =>
    end(
      code,
      `found exit code ${code} before the end of the MPI job, expected every rank to finish its part`,
    );
  const release = (): void => {
    process.off("uncaughtException", fail);
    process.off("unhandledRejection", fail);
    process.off("exit", onExit);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  process.on("exit", onExit);
  return { fail, abort: (code) => end(code, `ended the job with code ${faultCode(code)}`), release };
}

/** Between the last words and MPI_Abort, so that the launcher has passed them on; one job in some hundred lost them. */
const DELIVERY_MILLISECONDS = 100;

function waitForDelivery(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, DELIVERY_MILLISECONDS);
}

/** MPI_Abort(0) would report success, and codes above 255 wrap around: everything outside 1..255 becomes 1. */
export function faultCode(code: number): number {
  return Number.isInteger(code) && code >= 1 && code <= 255 ? code : 1;
}

/** Writes the whole text, also to a pipe that is full for the moment: nothing runs after it to try again. */
export function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
    }
  }
}

function describe(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}
