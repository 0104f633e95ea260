// npm test: set-up with what tests need, lint and format check, then the test runner with the arguments given here.
// The closing line "N passed, N failed" comes whatever fails on the way.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bold, dim, seconds } from "./console.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
let current = null;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => current?.kill(signal));
}

/** Exit code of a program that shares this terminal; 1 where it could not start or was killed. */
function run(program, args) {
  return new Promise((resolve) => {
    current = spawn(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    current.on("error", () => resolve(1));
    current.on("exit", (code) => resolve(code ?? 1));
  });
}

async function runTests() {
  const setUp = await run(process.execPath, ["setup.mjs", "--test"]);
  if (setUp !== 0) return closeWithout("the set-up failed", setUp);
  const begin = performance.now();
  const lint = await run("node_modules/.bin/biome", ["check", "--error-on-warnings", "."]);
  if (lint !== 0) return closeWithout("lint failed; npm run format mends the layout", lint);
  console.log(`${bold("lint")} ${dim(seconds(begin))}`);
  return await run(process.execPath, [join("dist", "test", "run.js"), ...process.argv.slice(2)]);
}

/** No test ran: that is one failure, and the exit code of what failed. */
function closeWithout(reason, code) {
  console.log(`${reason}; no test was run\n0 passed, 1 failed`);
  return code;
}

process.exitCode = await runTests();
