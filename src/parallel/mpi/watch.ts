// Looks after a job that was launched: a rank that died while its launcher stays, or ranks that do not come together.
import { statfsSync } from "node:fs";
import { hostname } from "node:os";
import { BackendError } from "../../core/errors";
import { limitOf } from "../limits";
import { placeOfProcesses, readProcess } from "../processes";

/** A job as it was launched. */
interface WatchedJob {
  readonly ranks: number;
  /** Time for every rank to pass MPI_Init; left out: a minute, and a second for each rank. */
  readonly joinMilliseconds?: number;
}

const LOOK_MILLISECONDS = 500;
/** Launchers end a job within 2.1 s of the death of a rank, on far hosts too. */
const DEAD_MILLISECONDS = 3000;
const JOIN_MILLISECONDS = 60_000;
const JOIN_MILLISECONDS_A_RANK = 1000;

/** What a rank says of itself: see `SIGN`. */
export interface RankSign {
  readonly what: string;
  readonly rank: number;
  readonly pid: number;
  readonly place: string;
}

/**
 * Watches a job until it is stopped. It goes by signs of life, never by how long the work takes: a rank whose process is
 * gone without having finished, or a job in which not every rank has passed MPI_Init within a limit.
 */
export class JobWatch {
  /** What is wrong; null while nothing is. */
  fault: string | null = null;
  readonly #began = performance.now();
  readonly #place = placeOfProcesses();
  readonly #joined = new Set<number>();
  /** Ranks at work whose process can be seen from here, and the beginning of that. */
  readonly #working = new Map<number, { readonly pid: number; readonly startTicks: number | undefined }>();
  /** Since when one of them is gone; null while none is. */
  #goneSince: number | null = null;
  readonly #timer: NodeJS.Timeout;

  /** @param end ends the job, once, when something is wrong */
  constructor(
    readonly job: WatchedJob,
    end: () => void,
  ) {
    this.#timer = setInterval(() => {
      this.fault = this.#look();
      if (this.fault === null) return;
      this.stop();
      end();
    }, LOOK_MILLISECONDS).unref();
  }

  /** A rank has given a sign. */
  readonly heard = ({ what, rank, pid, place }: RankSign): void => {
    if (what === "joined") this.#joined.add(rank);
    else if (what === "finished") this.#working.delete(rank);
    else if (place === this.#place)
      this.#working.set(rank, { pid, startTicks: readProcess(pid)?.startTicks });
  };

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): string | null {
    const { ranks, joinMilliseconds = JOIN_MILLISECONDS + ranks * JOIN_MILLISECONDS_A_RANK } = this.job;
    const now = performance.now();
    const gone = [...this.#working].find(([, { pid, startTicks }]) => {
      const found = readProcess(pid)?.startTicks;
      return found === undefined || found !== startTicks;
    });
    this.#goneSince = gone === undefined ? null : (this.#goneSince ?? now);
    if (gone !== undefined && now - this.#goneSince! > DEAD_MILLISECONDS) {
      return `rank ${gone[0]} of ${ranks} on ${hostname()}: found its process gone and the job still there, expected it to finish its part; ${machineCause(ranks) ?? ADVICE}`;
    }
    if (this.#joined.size === ranks || now - this.#began < joinMilliseconds) return null;
    const missing = Array.from({ length: ranks }, (_, rank) => rank).filter(
      (rank) => !this.#joined.has(rank),
    );
    const named = `${missing.slice(0, FEW).join(", ")}${missing.length > FEW ? ", …" : ""}`;
    return `rank ${named} of ${ranks}, started from ${hostname()}: found no end of MPI_Init after ${Math.round(joinMilliseconds / 1000)} s, expected the ranks to find each other; ${machineCause(ranks) ?? ADVICE}`;
  }
}

const ADVICE = "see what it said, and take fewer ranks or another backend";

/** Ranks that a message names. */
const FEW = 8;

/** What Open MPI maps for each rank: 4 MiB were too few, 4.5 enough. */
export const SEGMENT_BYTES_A_RANK = 5 << 20;
const MEGABYTE = 2 ** 20;

/** What of this machine may make MPI fail with so many ranks, and what to do; null: nothing that can be seen. */
export function machineCause(ranks: number): string | null {
  const need = ranks * SEGMENT_BYTES_A_RANK;
  const advice = [];
  const free = freeBytes("/dev/shm");
  if (free < need) {
    advice.push(
      `/dev/shm has ${Math.round(free / 1024)} KiB free and MPI needs about ${need / MEGABYTE} MiB there: free some or make it larger (docker run --shm-size)`,
    );
  }
  const largest = limitOf("file size");
  if (largest < SEGMENT_BYTES_A_RANK) {
    advice.push(
      `files may have at most ${Math.floor(largest / 1024)} KiB and MPI needs about ${SEGMENT_BYTES_A_RANK / MEGABYTE} MiB for one: raise it (ulimit -f)`,
    );
  }
  return advice.length === 0 ? null : advice.join("; ");
}

/** Below this mpiexec hangs, or crashes while it says so. */
const FEWEST_FILES = 32;
const FILES_A_RANK = 4;

/** @throws BackendError a process may open fewer files than mpiexec needs for so many ranks */
export function requireOpenFiles(ranks: number): void {
  const need = FEWEST_FILES + ranks * FILES_A_RANK;
  const most = limitOf("open files");
  if (most >= need) return;
  throw new BackendError(
    `found a limit of ${most} open files, expected at least ${need} for mpiexec and ${ranks} ranks; raise it (ulimit -n) or use another backend`,
  );
}

/** What a file system has left; infinite where that is not bounded, or not told. */
export function freeBytes(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
