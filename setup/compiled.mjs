// What the build makes from what, and whether dist/ still is what the sources say.
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { bundles } from "./bundle.mjs";
import { hashFiles, readJson, writeJson } from "./state.mjs";

const FOLDERS = ["src", "data-prep", "test"];
/** AssemblyScript has a compiler of its own; the reference programs are not TypeScript of this project. */
const NOT_FOR_TSC = ["src/kernel/assembly/", "test/reference/"];
const KERNEL_FOLDER = "src/kernel/assembly";
/** Written by the build itself. */
const KERNEL_BYTES = "src/kernel/kernelBytes.ts";
const BUILD_FILES = ["build.mjs", "setup/bundle.mjs", "package-lock.json", "tsconfig.json"];

const stateFile = (root) => join(root, ".setup/build.json");

function filesBelow(root, folder, ending) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true });
  return names
    .map((name) => `${folder}/${name}`)
    .filter((name) => name.endsWith(ending))
    .sort();
}

const sources = (root) => FOLDERS.flatMap((folder) => filesBelow(root, folder, ".ts"));
const sourcesHash = (root) =>
  hashFiles(root, [...sources(root).filter((file) => file !== KERNEL_BYTES), ...BUILD_FILES]);

/** Compiled files by size in bytes; 0 for one that is not there. */
function outputSizes(root) {
  const compiled = sources(root).filter(
    (file) => !file.endsWith(".d.ts") && !NOT_FOR_TSC.some((folder) => file.startsWith(folder)),
  );
  const sizes = {};
  const outputs = [...compiled.map((file) => `dist/${file.slice(0, -".ts".length)}.js`), ...bundles];
  for (const output of outputs) {
    sizes[output] = statSync(join(root, output), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sizes;
}

/** Hash of what the kernels are made from. */
export function kernelHash(root) {
  return hashFiles(root, [...filesBelow(root, KERNEL_FOLDER, ".ts"), ...BUILD_FILES]);
}

/** Why the build has to run, or null. */
export function reasonToBuild(root) {
  const state = readJson(stateFile(root));
  if (state === null) return "not built yet";
  if (state.sources !== sourcesHash(root)) return "sources have changed";
  return outputsAreWhole(root) ? null : "compiled files are missing";
}

/** Whether each source has its compiled file, of the size that the last build left. */
export function outputsAreWhole(root) {
  const before = readJson(stateFile(root))?.outputs ?? {};
  return Object.entries(outputSizes(root)).every(
    ([file, size]) => size > 0 && (before[file] ?? size) === size,
  );
}

export function rememberBuild(root) {
  writeJson(stateFile(root), { sources: sourcesHash(root), outputs: outputSizes(root) });
}

export function forgetBuild(root) {
  rmSync(stateFile(root), { force: true });
}

/** Removes compiled files whose source is gone: they would be found and run. */
export function removeStale(root) {
  const known = new Set(sources(root).map((file) => file.slice(0, -".ts".length)));
  for (const folder of FOLDERS) {
    for (const output of [
      ...filesBelow(root, `dist/${folder}`, ".js"),
      ...filesBelow(root, `dist/${folder}`, ".d.ts"),
    ]) {
      const source = output.slice("dist/".length).replace(/(\.d\.ts|\.js)$/, "");
      if (!known.has(source)) rmSync(join(root, output));
    }
  }
}
