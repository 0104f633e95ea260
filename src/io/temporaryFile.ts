import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const TEMPORARY = /^\.pila-(\d+)-[0-9a-f]+$/;

/** A new name `.pila-<pid>-<random>` in a folder, for a file that is renamed when it is whole. */
export function temporaryPath(folder: string): string {
  return join(folder, `.pila-${process.pid}-${randomName()}`);
}

/** Twelve hexadecimal digits that need not be secret: loading node:crypto would cost milliseconds at every start. */
function randomName(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, "0");
}

/** Removes the temporary files in a folder whose process is gone; a folder that is not there has none. */
export function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: another user's process, which is alive.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ended, but not yet waited for by its parent: where /proc does not tell, it counts as running. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
