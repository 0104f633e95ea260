// Set-up of a fresh clone: system packages, npm packages, GDAL binding, Python environment, build, the pila command.
// Plain JavaScript with Node's own modules only: it runs before anything is installed. Calling it again is cheap.
//   node setup.mjs [--test] [--quiet] [--retry]
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStep } from "./build.mjs";
import { debianStep, gdalStep, npmStep, pythonStep } from "./setup/packages.mjs";
import { bold, green, red, SetupError, say, seconds, stopChildrenOnSignals, yellow } from "./setup/run.mjs";
import { forget, reasonToRun, recall, remember, takeLock } from "./setup/state.mjs";

const STEPS = [debianStep, npmStep, gdalStep, pythonStep, buildStep];
const OPTIONS = ["--test", "--quiet", "--retry", "--help"];
/** Once there, what only tests need is kept up to date by every later call. */
const FOR_TESTS = "for-tests";
const USAGE = `usage: node setup.mjs [--test] [--quiet] [--retry]
  --test    also what only the tests need (system packages, Python packages, the GDAL binding)
  --quiet   say nothing when everything is there
  --retry   try again what an earlier call gave up on (apt-get, the GDAL binding)`;

/** Runs every step whose result is not there; ends with the list of what is missing on this machine. */
async function setUp(context, { forTests, quiet }) {
  const begin = performance.now();
  const waiting = STEPS.some((step) => reasonToRun(step, context) !== null);
  if (waiting) {
    await takeLock(context.state);
    if (forTests) writeFileSync(join(context.state, FOR_TESTS), "");
    for (const step of STEPS) await runStep(step, context);
  }
  sayMissing(STEPS.flatMap((step) => step.missing?.({ ...context, forTests }) ?? []));
  if (waiting || !quiet) say(`${green("ready")}    ${seconds(begin)}`);
}

async function runStep(step, context) {
  const reason = reasonToRun(step, context);
  if (reason === null) return;
  const begin = performance.now();
  say(`${bold(step.name)}: ${reason}`);
  const before = recall(step, context);
  forget(step, context);
  const outcome = await step.make(context, before);
  remember(step, context);
  say(`  ${outcome} ${seconds(begin)}`);
}

/** One notice for all that one remedy mends. */
function sayMissing(missing) {
  for (const remedy of new Set(missing.map((entry) => entry.remedy))) {
    const entries = missing.filter((entry) => entry.remedy === remedy);
    const skipped = [...new Set(entries.map((entry) => entry.neededFor))].join("; ");
    const what = entries.map((entry) => entry.what).join(", ");
    say(`${yellow("skipped")}  ${skipped}\n  missing: ${what}\n  ${remedy}`);
  }
}

const args = process.argv.slice(2);
const unknown = args.find((arg) => !OPTIONS.includes(arg));
if (unknown !== undefined || args.includes("--help")) {
  say(unknown === undefined ? USAGE : `set-up: unknown argument ${unknown}\n${USAGE}`);
  process.exit(unknown === undefined ? 0 : 2);
}
stopChildrenOnSignals();
const root = dirname(fileURLToPath(import.meta.url));
const state = join(root, ".setup");
const asked = { forTests: args.includes("--test"), quiet: args.includes("--quiet") };
const forTests = asked.forTests || existsSync(join(state, FOR_TESTS));
// npm test ends with this line whatever fails on the way.
process.on("exit", (code) => {
  if (asked.forTests && code !== 0) console.log("the set-up failed; no test was run\n0 passed, 1 failed");
});
try {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    const trouble = `this is Node ${process.versions.node}; pila needs 20.19 or later`;
    throw new SetupError(trouble, "Install Node 20.19 or later with npm, then run this again.");
  }
  await setUp({ root, state, forTests, retry: args.includes("--retry") }, asked);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`${red("set-up failed")}: ${error.message}\n${bold("what to do")}: ${error.remedy}`);
  process.exitCode = 1;
}
