// Set-up of a fresh clone: system packages, npm packages, GDAL binding, Python environment, build, the pila command.
// Plain JavaScript with Node's own modules only: it runs before anything is installed. Calling it again is cheap.
//   node setup.mjs [--test] [--quiet] [--retry]
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStep } from "./setup/build.mjs";
import { bold, dim, green, red, say, seconds, yellow } from "./setup/console.mjs";
import { debianStep } from "./setup/debian.mjs";
import { gdalStep } from "./setup/gdal.mjs";
import { takeLock } from "./setup/lock.mjs";
import { npmStep } from "./setup/npm.mjs";
import { pythonStep } from "./setup/python.mjs";
import { nodeTrouble } from "./setup/requirements.mjs";
import { SetupError, stopChildrenOnSignals } from "./setup/run.mjs";
import { readJson, writeJson } from "./setup/state.mjs";

const STEPS = [debianStep, npmStep, gdalStep, pythonStep, buildStep];
const OPTIONS = ["--test", "--quiet", "--retry", "--help"];
const USAGE = `usage: node setup.mjs [--test] [--quiet] [--retry]
  --test    also what only the tests need (system packages, Python packages, the GDAL binding)
  --quiet   say nothing when everything is there
  --retry   try again what an earlier call gave up on (apt-get, the GDAL binding)`;

/** Runs every step whose result is not there; ends with the list of what is missing on this machine. */
async function setUp(context, quiet) {
  const begin = performance.now();
  const waiting = STEPS.some((step) => step.reasonToRun(context) !== null);
  if (waiting) {
    const release = await takeLock(context.state);
    try {
      for (const step of STEPS) await runStep(step, context);
    } finally {
      release();
    }
  }
  const missing = STEPS.flatMap((step) => step.missing?.(context) ?? []);
  const file = join(context.state, "missing.json");
  if (JSON.stringify(readJson(file)) !== JSON.stringify(missing)) writeJson(file, missing);
  sayMissing(missing);
  if (waiting || !quiet) say(`${green("ready")}    ${dim(seconds(begin))}`);
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

async function runStep(step, context) {
  const reason = step.reasonToRun(context);
  if (reason === null) return;
  const begin = performance.now();
  say(`${bold(step.name)}: ${reason}`);
  const outcome = await step.run(context);
  say(`  ${outcome} ${dim(seconds(begin))}`);
}

const args = process.argv.slice(2);
const unknown = args.find((arg) => !OPTIONS.includes(arg));
if (unknown !== undefined || args.includes("--help")) {
  say(unknown === undefined ? USAGE : `set-up: unknown argument ${unknown}\n${USAGE}`);
  process.exit(unknown === undefined ? 0 : 2);
}
stopChildrenOnSignals();
const root = dirname(fileURLToPath(import.meta.url));
const context = {
  root,
  state: join(root, ".setup"),
  forTests: args.includes("--test"),
  retry: args.includes("--retry"),
};
try {
  const trouble = nodeTrouble();
  if (trouble !== null)
    throw new SetupError(trouble, "Install Node 20.19 or later with npm, then run this again.");
  await setUp(context, args.includes("--quiet"));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`${red("set-up failed")}: ${error.message}`);
  say(`${bold("what to do")}: ${error.remedy}`);
  process.exitCode = 1;
}
