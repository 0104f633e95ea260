import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const NAME = /^\.pila-(\d+)-[0-9a-f]+$/;

/** A new name `.pila-<pid>-<random>` in a folder, for a file that is renamed when it is whole. */
export function temporaryPath(folder: string): string {
  return join(folder, `.pila-${process.pid}-${randomBytes(6).toString("hex")}`);
}

/** Removes what runs that no longer live left in a folder; files of a living process stay. */
export function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
