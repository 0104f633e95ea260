import { childEnvironment, createProcessExecutor, systemClock } from "../../src/bench/process";

/** Long enough for a whole environment of Python packages. */
const TIMEOUT_SECONDS = 1800;

const executor = createProcessExecutor(systemClock);

/**
 * What every process gets: no certificates to read, one BLAS thread, and what Open MPI wants from root and from more
 * ranks than cores. The same shared-memory transport is asked for on both sides: picking one costs it 0.2 s.
 */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  ...childEnvironment(),
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_pml: "ob1",
};

/** Why a process did not end well. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
}

export interface Finished {
  readonly seconds: number;
  readonly stdout: string;
}

/**
 * Runs one process to its end.
 * @returns seconds from before it was started until its exit was seen
 * @throws ProcessError it could not be started, failed, or left processes behind
 */
export async function runProcess(
  command: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<Finished> {
  const done = await executor.execute(
    { command, folder, environment: ENVIRONMENT, timeoutSeconds: TIMEOUT_SECONDS, watchMemory: false },
    signal,
  );
  if (done.spawnError === null && done.exitCode === 0 && done.leftBehind === 0) {
    return { seconds: done.wallSeconds, stdout: done.stdout };
  }
  const how = done.spawnError ?? (done.exitCode === null ? done.signal : `exit ${done.exitCode}`);
  throw new ProcessError(`${command.slice(0, 3).join(" ")} …: ${how}; ${done.stderr.trim().slice(-400)}`);
}
