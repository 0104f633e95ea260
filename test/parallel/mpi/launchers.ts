import { accessSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Launchers to test with: the first in PATH must be there; MPICH's beside it is tested where it is installed. */
export const LAUNCHERS: readonly { title: string; names: readonly string[] | undefined; missing: boolean }[] =
  [
    { title: "first mpiexec in PATH", names: undefined, missing: false },
    { title: "mpiexec.mpich", names: ["mpiexec.mpich"], missing: !isInPath("mpiexec.mpich") },
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
