// Builds dist/: the AssemblyScript kernels first (their bytes become a TypeScript constant), everything by tsc, then the
// bundles of what is measured. As a program it builds; the set-up asks `buildStep` whether that is needed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePrograms, bundles, fillCodeCache } from "./setup/bundle.mjs";
import { mustRun } from "./setup/run.mjs";
import { filesBelow, forget, hashFiles, isThere, reasonToRun, remember, weighFiles } from "./setup/state.mjs";

const SELF = fileURLToPath(import.meta.url);
/** Folders that tsc compiles, and those in them that it does not: another language, other people's programs. */
const FOLDERS = ["src", "data-prep", "reports", "test"];
const NOT_FOR_TSC = /^(src\/kernel\/assembly|test\/reference)\//;
const BUILD_FILES = ["build.mjs", "setup/bundle.mjs", "package-lock.json", "tsconfig.json"];
/** Written by the build itself. */
const KERNEL_BYTES = "src/kernel/kernelBytes.ts";

/** What tsc compiles, as paths without ending. */
const compiledNames = (root) =>
  filesBelow(root, FOLDERS, ".ts")
    .filter((name) => !name.endsWith(".d.ts") && !NOT_FOR_TSC.test(name))
    .map((name) => name.slice(0, -".ts".length));

/** dist/ and the pila command, as the sources say. */
export const buildStep = {
  name: "build",

  key({ root }) {
    const sources = filesBelow(root, FOLDERS, ".ts").filter((name) => name !== KERNEL_BYTES);
    return { sources: hashFiles(root, [...sources, ...BUILD_FILES]) };
  },

  /** Null also where node_modules/.bin/pila does not lead to the bundle. */
  weigh({ root }) {
    const link = join(root, "node_modules/.bin/pila");
    if (!existsSync(link) || realpathSync(link) !== realpathSync(join(root, "dist/bin/pila.js"))) return null;
    const outputs = [...compiledNames(root).map((name) => `dist/${name}.js`), ...bundles];
    return weighFiles(outputs.map((name) => join(root, name)));
  },

  async make(context) {
    const remedy = "Mend the errors above, then run this again.";
    await mustRun(context, "build", [process.execPath, "build.mjs"], remedy);
    return "built; the command is node_modules/.bin/pila";
  },
};

/** The kernels' bytes as a constant of TypeScript. */
const kernelStep = {
  name: "kernel",
  key({ root }) {
    return {
      sources: hashFiles(root, [...filesBelow(root, ["src/kernel/assembly"], ".ts"), ...BUILD_FILES]),
    };
  },
  weigh: ({ root }) => weighFiles([join(root, KERNEL_BYTES)]),
};

function buildKernel(context) {
  if (reasonToRun(kernelStep, context) === null) return;
  forget(kernelStep, context);
  const wasm = join(context.root, "build/kernel.wasm");
  const status = runHere(
    context,
    "node_modules/assemblyscript/bin/asc.js src/kernel/assembly/index.ts --outFile build/kernel.wasm " +
      "-O3 --noAssert --runtime stub --enable simd,threads --importMemory --sharedMemory --maximumMemory 65536 " +
      // 112: vectors among the arguments of functions that never leave the module.
      "--disableWarning 112",
  );
  if (status !== 0) process.exit(status);
  const text = `/** The compiled kernels, base64. */\nexport const KERNEL_BASE64: string = "${readFileSync(wasm, "base64")}";\n`;
  writeFileSync(
    join(context.root, KERNEL_BYTES),
    `// Written by build.mjs from src/kernel/assembly.\n${text}`,
  );
  remember(kernelStep, context);
}

/** Exit code of a script of the project that shares this terminal. */
function runHere({ root }, command) {
  return spawnSync(process.execPath, command.split(" "), { cwd: root, stdio: "inherit" }).status ?? 1;
}

/** Removes compiled files whose source is gone: they would be found and run. */
function removeStale(root) {
  const known = new Set(compiledNames(root));
  const folders = FOLDERS.map((folder) => `dist/${folder}`);
  const outputs = [".js", ".d.ts"].flatMap((ending) => filesBelow(root, folders, ending));
  for (const name of outputs) {
    if (!known.has(name.replace(/^dist\/|(\.d)?\.[jt]s$/g, ""))) rmSync(join(root, name));
  }
}

async function build(root) {
  const context = { root, state: join(root, ".setup") };
  buildKernel(context);
  // tsc writes only what has changed since its own notes: where outputs were lost, the notes have to go.
  if (!isThere(buildStep, context)) rmSync(join(root, "build/tsbuildinfo"), { force: true });
  forget(buildStep, context);
  // node_modules/.bin/tsc may be the TypeScript of tslab: the path names ours.
  const status = runHere(context, "node_modules/typescript/lib/tsc.js -p tsconfig.json");
  removeStale(root);
  // Type errors do not stop tsc from writing: what runs is as new as what was compiled.
  await bundlePrograms(root);
  fillCodeCache(root);
  // The link that npm would make if the file were there when it installs.
  rmSync(join(root, "node_modules/.bin/pila"), { force: true });
  symlinkSync("../pila/dist/bin/pila.js", join(root, "node_modules/.bin/pila"));
  if (status === 0) remember(buildStep, context);
  return status;
}

if (realpathSync(process.argv[1]) === SELF) process.exit(await build(dirname(SELF)));
