// An MPI job as its ranks see it: messages of any length, and a job that ends as a whole when one rank fails.
import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { BackendError, PilaError } from "../../core/errors";
import { placeOfProcesses } from "../processes";
import { rankEnvironment } from "./detect";
import { loadMpiLibrary, type MpiFamily, type MpiLibrary } from "./library";

/** The environment variable in which `launchRanks` hands over the mark that rank 0 prints when all went well. */
export const SUCCESS_MARK_VARIABLE = "PILA_MPI_MARK";

/**
 * The line by which a rank that `launchRanks` started says that it has come up, joined the job, or finished its part:
 * what, its rank, its process, and where that is.
 */
export const SIGN = /pila: sign (arrived|joined|finished) (\d+) (\d+) (\S+)/g;

/** The counts of MPI are C ints. */
const LARGEST_CHUNK_BYTES = 2 ** 31 - 1;

/** This process as one rank of an MPI job. Every call blocks; only the main thread may call. */
export interface MpiWorld {
  readonly rank: number;
  readonly size: number;
  readonly library: { readonly name: MpiFamily; readonly version: string };
  /** Sends any number of bytes (0 too); they may lie in shared or WebAssembly memory. */
  send(bytes: Uint8Array, destination: number, tag: number): void;
  /**
   * Receives one message.
   * @returns its length in bytes, at most that of `into`
   * @throws BackendError the message is longer than `into`
   */
  receive(into: Uint8Array, source: number, tag: number): number;
  /** Returns when every rank has called it. */
  barrier(): void;
  /** The good end, once, called by every rank after its last message; afterwards no other call is allowed. */
  finalize(): void;
  /** Writes the error to stderr so that the launcher can pass it on, then ends every rank of the job. */
  fail(error: unknown): never;
}

/**
 * Joins the MPI job that this process was started in by Open MPI's mpiexec, MPICH's or srun. From then on an uncaught
 * exception, an unhandled rejection or an exit before `finalize` ends the whole job with one line on stderr.
 * @param options.chunkBytes longest single MPI message, the same on all ranks; longer messages travel in pieces
 * @throws BackendError the process is no rank, or the library is missing or of another MPI than the launcher.
 *   A job whose size is not what the launcher said (each rank alone, all writing the same files) is ended at once.
 */
export function joinMpi(options: { env?: NodeJS.ProcessEnv; chunkBytes?: number } = {}): MpiWorld {
  const { env = process.env, chunkBytes = LARGEST_CHUNK_BYTES } = options;
  const environment = rankEnvironment(env);
  if (!environment.started) {
    throw new BackendError(
      "found a process started alone, expected a rank of an MPI job; start it by mpiexec",
    );
  }
  if (environment.family === undefined) {
    throw new BackendError(
      `found ${environment.size ?? "several"} tasks of srun without MPI, expected ranks that know each other; ` +
        "start them by srun --mpi=pmix -K1 (Open MPI) or srun --mpi=pmi2 -K1 (MPICH)",
    );
  }
  const place = environment.severalHosts ? ` on ${hostname()}` : "";
  // Rank 0 speaks for all where the reader started the ranks; where pila did, its own words tell who speaks.
  if (environment.rank > 0 || env[SUCCESS_MARK_VARIABLE] !== undefined) {
    markStderr(`[rank ${environment.rank}${place}] `);
  }
  const library = loadMpiLibrary(environment.family, env);
  const mark = env[SUCCESS_MARK_VARIABLE];
  const number = env.OMPI_COMM_WORLD_RANK ?? env.PMI_RANK ?? env.PMIX_RANK;
  const sign = (what: string): void => {
    if (mark !== undefined)
      writeWhole(2, `pila: sign ${what} ${number} ${process.pid} ${placeOfProcesses()}\n`);
  };
  sign("arrived");
  library.init();
  const rank = library.rank();
  const size = library.size();
  const guard = guardFaults(library, `${rank} of ${size}${place}`);
  sign("joined");
  const mismatch = describeSizeMismatch(size, environment.size, environment.family);
  if (mismatch !== undefined) guard.fail(new BackendError(mismatch));

  return {
    rank,
    size,
    library: { name: library.family, version: library.version },
    send: (bytes, destination, tag) => {
      // A piece shorter than chunkBytes, empty if need be, tells the receiver that the message is complete.
      for (let offset = 0; offset <= bytes.byteLength; offset += chunkBytes) {
        library.send(bytes.subarray(offset, offset + chunkBytes), destination, tag);
      }
    },
    receive: (into, source, tag) => {
      for (let total = 0; ; ) {
        const count = library.receive(into.subarray(total, total + chunkBytes), source, tag);
        total += count;
        if (count < chunkBytes) return total;
      }
    },
    barrier: library.barrier,
    finalize: () => {
      library.finalize();
      guard.release();
      sign("finished");
      if (rank === 0 && mark !== undefined) writeWhole(1, `\n${mark}\n`);
    },
    fail: guard.fail,
  };
}

/** Puts a mark before every line that this process writes to stderr. */
function markStderr(mark: string): void {
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  let isInLine = false;
  stderr.write = (text: string | Uint8Array, ...rest: never[]): boolean => {
    const lines = typeof text === "string" ? text : Buffer.from(text).toString("utf8");
    if (lines === "") return write(text, ...rest);
    const marked = lines.replaceAll(/\n(?!$)/g, `\n${mark}`);
    const first = isInLine ? "" : mark;
    isInLine = !lines.endsWith("\n");
    return write(first + marked, ...rest);
  };
}

/**
 * Why the job must not go on: the number of ranks MPI found is not the number the launcher started. It happens when
 * launcher and library belong to different MPIs: each rank then is a rank 0 of 1. undefined when all is well.
 */
export function describeSizeMismatch(
  found: number,
  expected: number | undefined,
  family: MpiFamily,
): string | undefined {
  if (expected === undefined || found === expected) return undefined;
  return (
    `found an MPI job of ${found} rank${found === 1 ? "" : "s"}, expected the ${expected} that the launcher started; ` +
    `launcher and ${family} library do not belong together: use the mpiexec of that library`
  );
}

/** Begins the line in which a rank says why the job fails; the launcher looks for it. */
export const FAULT_PREFIX = "pila: rank ";

/** Between the last words and MPI_Abort, so that the launcher has passed them on; one job in some hundred lost them. */
const DELIVERY_MILLISECONDS = 100;

/**
 * Makes sure that a rank which cannot go on ends the whole job: the other ranks wait for it inside blocking calls
 * and would wait for ever. An uncaught exception, an unhandled rejection and an exit before `release` each write
 * one line and call MPI_Abort; MPI_Finalize on such a path would hang. No signal handlers: they cannot run inside a
 * blocking call and only delay the end.
 * @param rank which of how many it is, and where
 * @returns the way out; after `release` the process may end in any way
 */
function guardFaults(library: MpiLibrary, rank: string) {
  const end = (code: number, reason: string): never => {
    release();
    // A rank's words are one line, however many the MPI library used.
    writeWhole(2, `${FAULT_PREFIX}${rank}: ${reason.replaceAll(/\s*\n\s*/g, " ").trim()}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, DELIVERY_MILLISECONDS);
    library.abort(faultCode(code));
    process.exit(faultCode(code));
  };
  const fail = (error: unknown): never =>
    end(
      error instanceof PilaError ? error.exitCode : 1,
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    );
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
  return { fail, release };
}

/** MPI_Abort(0) would report success, and codes above 255 wrap around: everything outside 1..255 becomes 1. */
export function faultCode(code: number): number {
  return Number.isInteger(code) && code >= 1 && code <= 255 ? code : 1;
}

/** Writes the whole text, also to a pipe that is full for the moment and does not block: nothing else can try again. */
function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
    }
  }
}
