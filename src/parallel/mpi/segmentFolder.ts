import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const SHARED_MEMORY = "/dev/shm";
const NAME = /^pila-mpi-(\d+)-/;

/**
 * Makes a folder in shared memory for the segments and sockets of one job: when a job ends badly Open MPI leaves
 * them behind, and in a folder of their own they can be removed without touching another job's. Folders that a
 * killed pila left are removed on the way.
 * @returns undefined where there is no shared memory folder, and in a job over several hosts, where the path would
 *   have to exist on each
 */
export function createSegmentFolder(env: NodeJS.ProcessEnv): string | undefined {
  const severalHosts =
    Number(env.SLURM_JOB_NUM_NODES ?? 1) > 1 || env.OMPI_MCA_orte_default_hostfile !== undefined;
  if (severalHosts || !existsSync(SHARED_MEMORY)) return undefined;
  try {
    for (const name of readdirSync(SHARED_MEMORY)) {
      const owner = NAME.exec(name)?.[1];
      if (owner !== undefined && !existsSync(`/proc/${owner}`))
        removeSegmentFolder(join(SHARED_MEMORY, name));
    }
    return mkdtempSync(join(SHARED_MEMORY, `pila-mpi-${process.pid}-`));
  } catch {
    // Not writable, or another user's folder: Open MPI's own choice of place does as well.
    return undefined;
  }
}

/** Removes a job's folder with all that is in it. */
export function removeSegmentFolder(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
