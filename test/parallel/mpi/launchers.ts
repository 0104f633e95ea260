import { accessSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A launcher to test with; `missing` is for testUnless. */
interface TestedLauncher {
  readonly title: string;
  readonly names: readonly string[] | undefined;
  readonly missing: string | undefined;
}

/** The first in PATH must be there; MPICH's beside it is tested where it is installed. */
export const LAUNCHERS: readonly TestedLauncher[] = [
  { title: "first mpiexec in PATH", names: undefined, missing: undefined },
  {
    title: "mpiexec.mpich",
    names: ["mpiexec.mpich"],
    missing: isInPath("mpiexec.mpich") ? undefined : "no mpiexec.mpich",
  },
];

function isInPath(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name));
      return true;
    } catch {
      return false;
    }
  });
}
