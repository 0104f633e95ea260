// The programs that must be there before the set-up can do anything.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { outputOf } from "./run.mjs";

/** Why this Node cannot run pila, or null. */
export function nodeTrouble() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return null;
  return `this is Node ${process.versions.node}; pila needs 20.19 or later`;
}

/** Path of an executable found on PATH, or null. */
export function findProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return null;
}

const PYTHON_PROBE = `
import sys
try:
    import ensurepip, venv
    able = 1 if ensurepip.version() else 0
except Exception:
    able = 0
print(sys.version_info[0] * 1000 + sys.version_info[1], able, "%d.%d.%d" % sys.version_info[:3])
`;

/**
 * The first Python that can make a private environment (>= 3.10, with venv and ensurepip).
 * @returns {{path: string|null, tooOld: string[], withoutVenv: string[]}} path null: none; the lists say what was found instead
 */
export function findPython() {
  const tooOld = [];
  const withoutVenv = [];
  for (const name of [
    "python3",
    "/usr/bin/python3",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
  ]) {
    const path = name.startsWith("/") ? name : findProgram(name);
    if (path === null) continue;
    const answer = outputOf(path, ["-I", "-c", PYTHON_PROBE]);
    if (answer === null) continue;
    const [version, able, text] = answer.split(" ");
    if (Number(version) < 3010) tooOld.push(`${path} ${text}`);
    else if (able === "0") withoutVenv.push(`${path} ${text}`);
    else return { path, tooOld, withoutVenv };
  }
  return { path: null, tooOld, withoutVenv };
}
