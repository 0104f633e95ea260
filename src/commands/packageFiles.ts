import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../bench/pilaCommand";
import { BackendError } from "../core/errors";

/** A path below the root of the package. */
export function packagePath(...parts: readonly string[]): string {
  return join(packageRoot(), ...parts);
}

/** The Python of the private environment that the set-up makes. @throws BackendError it is missing */
export function privatePython(): string {
  const path = packagePath(".venv/bin/python");
  if (existsSync(path)) return path;
  throw new BackendError(`${path}: found nothing, expected the Python side of Jupyter; run npm run setup`, {
    path,
  });
}
