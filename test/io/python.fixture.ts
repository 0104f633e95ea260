import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");
const PYTHON = join(ROOT, ".venv/bin/python");
/** The folder of the oracles in Python. */
export const REFERENCE = join(ROOT, "test/reference");

/** Why tests against numpy and rasterio cannot run here; undefined when they can. */
export const pythonMissing: string | undefined = findMissing();
/** Why no HDF5 can be written here; undefined when it can. */
export const h5pyMissing: string | undefined = pythonMissing ?? findMissing("h5py");

/**
 * Runs a Python program with the oracles' folder on its path.
 * @param input what it reads as JSON from its standard input
 * @returns its standard output
 */
export function runPython(code: string, input: unknown = null): string {
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", code], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONPATH: REFERENCE, PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (status !== 0) throw new Error(`python ended with ${status}: ${stderr}`);
  return stdout;
}

function findMissing(packages = "numpy, rasterio"): string | undefined {
  if (!existsSync(PYTHON)) return "no private Python";
  return spawnSync(PYTHON, ["-c", `import ${packages}`]).status === 0 ? undefined : `no ${packages}`;
}
