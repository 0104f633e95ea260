// Builds dist/: the AssemblyScript kernels first (their bytes become a TypeScript constant), then everything by tsc.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePrograms } from "./setup/bundle.mjs";
import { fillCodeCache } from "./setup/codeCache.mjs";
import { forgetBuild, kernelHash, outputsAreWhole, rememberBuild, removeStale } from "./setup/compiled.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const kernel = join(root, "build/kernel.wasm");
const madeFrom = join(root, "build/kernel.sources");
const kernelBytes = join(root, "src/kernel/kernelBytes.ts");

function run(script, args) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  return status ?? 1;
}

function textOf(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Compiles the kernels where their sources have changed, and keeps their bytes as a constant. */
function buildKernel() {
  const hash = kernelHash(root);
  if (!existsSync(kernel) || textOf(madeFrom) !== hash) {
    rmSync(madeFrom, { force: true });
    const status = run("node_modules/assemblyscript/bin/asc.js", [
      "src/kernel/assembly/index.ts",
      ..."-O3 --noAssert --runtime stub --enable simd,threads --importMemory --sharedMemory --maximumMemory 65536".split(
        " ",
      ),
      // 112: vectors among the arguments of functions that never leave the module.
      ..."--outFile build/kernel.wasm --disableWarning 112".split(" "),
    ]);
    if (status !== 0) process.exit(status);
    writeFileSync(madeFrom, hash);
  }
  const source =
    "// Written by build.mjs from src/kernel/assembly.\n" +
    `/** The compiled kernels, base64. */\nexport const KERNEL_BASE64: string = "${readFileSync(kernel).toString("base64")}";\n`;
  if (textOf(kernelBytes) !== source) writeFileSync(kernelBytes, source);
}

mkdirSync(join(root, "build"), { recursive: true });
buildKernel();
// tsc writes only what has changed since its own notes: where outputs were lost, the notes have to go.
if (!outputsAreWhole(root)) rmSync(join(root, "build/tsbuildinfo"), { force: true });
forgetBuild(root);
// node_modules/.bin/tsc may be the TypeScript of tslab: the path names ours.
const status = run("node_modules/typescript/lib/tsc.js", ["-p", "tsconfig.json"]);
removeStale(root);
// Type errors do not stop tsc from writing: what runs is as new as what was compiled.
await bundlePrograms(root);
fillCodeCache(root);
if (status === 0) rememberBuild(root);
process.exit(status);
