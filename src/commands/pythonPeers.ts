import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { BackendError } from "../core/errors";
import type { Context } from "./command";
import { packagePath } from "./packageFiles";
import { runChild } from "./runChild";

/** The user's chain in Python, by the label each gets in tables and charts. */
const SCRIPTS = [
  { name: "py_sec", script: "run_secuencial.py" },
  { name: "py_mp{workers}", script: "run_mp.py" },
  { name: "py_mp{workers}_v2", script: "run_mp_v2.py" },
  { name: "py_mp{workers}_mem", script: "run_mp_mem.py" },
  { name: "py_mpi{workers}", script: "run_mpi.py" },
] as const;

/** Commands of the Python programs as peers, in an environment of their own that is made once under build/. */
export async function peerCommands(context: Context): Promise<readonly string[]> {
  const python = await peerPython(context);
  const hasMpi = spawnSync("mpiexec", ["--version"], { stdio: "ignore" }).status === 0;
  if (!hasMpi) context.tell("informe: py_mpi left out: no mpiexec");
  return SCRIPTS.filter(({ script }) => hasMpi || script !== "run_mpi.py").map(({ name, script }) => {
    const path = packagePath("test/reference/python", script);
    const count = name.includes("{workers}") ? " --workers {workers}" : "";
    return `${name}=${quote(python)} ${quote(path)} {intens} {mean} {std}${count}`;
  });
}

async function peerPython(context: Context): Promise<string> {
  const folder = packagePath("build/peers-venv");
  const python = `${folder}/bin/python`;
  const marker = `${folder}/complete`;
  if (existsSync(marker)) return python;
  context.tell("informe: installing the Python programs' packages (once)");
  const system = ["python3", "/usr/bin/python3"].find(
    (name) => spawnSync(name, ["-m", "venv", "--help"]).status === 0,
  );
  if (system === undefined)
    throw new BackendError("found no python3 with venv, expected one; apt-get install python3-venv");
  const requirements = packagePath("test/reference/python/requirements.txt");
  await runChild([system, "-m", "venv", "--clear", folder], { signal: context.signal });
  await runChild([python, "-m", "pip", "install", "--quiet", "-r", requirements], { signal: context.signal });
  const { writeWholeFile } = require("../io/outputFile") as typeof import("../io/outputFile");
  writeWholeFile(marker, "");
  return python;
}

/** The bench splits a peer's command into words as a shell would. */
function quote(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
}
