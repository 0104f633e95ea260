// npm packages exactly as package-lock.json names them.
import { accessSync, constants, existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram } from "./requirements.mjs";
import { outputOf, runLogged, SetupError } from "./run.mjs";
import { hashFiles, isWhole, readJson, weighFolder, writeJson } from "./state.mjs";

/** Their binary comes with the package or in an optional one; only where it does not fit is their script needed. */
const NATIVE = ["koffi", "zeromq"];

const stateFile = (context) => join(context.state, "npm.json");
const wantedHash = (context) => hashFiles(context.root, ["package-lock.json", ".npmrc"]);

/** Weight of node_modules without what tools and later steps of the set-up write there. */
function weight(context) {
  const modules = join(context.root, "node_modules");
  const later = [".bin", ".cache", "gdal-async/lib/binding", "gdal-async/build"].map((path) =>
    join(modules, path),
  );
  return weighFolder(modules, (path) => later.includes(path));
}

export const npmStep = {
  name: "npm packages",

  reasonToRun(context) {
    const state = readJson(stateFile(context));
    if (!existsSync(join(context.root, "node_modules/.package-lock.json"))) return "npm ci";
    if (state === null) return "not checked yet";
    if (state.hash !== wantedHash(context)) return "package-lock.json has changed";
    if (state.abi !== process.versions.modules) return "another Node than before";
    return isWhole(state.weight, weight(context)) ? null : "node_modules is damaged";
  },

  async run(context) {
    let outcome = "already there, as package-lock.json says";
    // npm ci removes node_modules first and writes its hidden lock file last: with it there, the folder was once whole.
    const unchecked = readJson(stateFile(context)) === null;
    if (!(unchecked && isAsLocked(context.root))) outcome = await installAll(context);
    for (const name of NATIVE) await ensureLoads(context, name);
    writeJson(stateFile(context), {
      hash: wantedHash(context),
      abi: process.versions.modules,
      weight: weight(context),
    });
    return outcome;
  },
};

/** Whether every package that npm says it installed is there in the locked version. */
function isAsLocked(root) {
  const locked = readJson(join(root, "package-lock.json"))?.packages ?? {};
  const present = readJson(join(root, "node_modules/.package-lock.json"))?.packages ?? {};
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.startsWith("node_modules/") || entry.link) continue;
    const found = readJson(join(root, path, "package.json"));
    const there =
      found !== null && found.version === entry.version && present[path]?.version === entry.version;
    if (!there && !(entry.optional && present[path] === undefined)) return false;
  }
  return true;
}

async function installAll(context) {
  const npm = findProgram("npm");
  if (npm === null)
    throw new SetupError("there is no npm on PATH", "Install npm 10 or later (it comes with Node).");
  rmSync(stateFile(context), { force: true });
  const env = { ...process.env, ...writableCache(context, npm) };
  // Without scripts: gdal-async's would compile all of GDAL where its download site is out of reach.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const log = join(context.state, "npm-ci.log");
  const { code, excerpt } = await runLogged(npm, args, { cwd: context.root, env, log, limitSeconds: 1200 });
  rmSync(join(context.state, "npm-cache"), { recursive: true, force: true });
  if (code !== 0) {
    throw new SetupError(
      `npm ci failed:\n${excerpt}`,
      "Check the network and npm's registry settings (npm ping), then run npm run setup again.",
    );
  }
  return "installed";
}

/** npm needs a cache it can write to; where the user's is read-only, one beside the checkout's state. */
function writableCache(context, npm) {
  const cache = outputOf(npm, ["config", "get", "cache"], { cwd: context.root }) ?? join(homedir(), ".npm");
  if (isWritable(cache)) return {};
  const own = join(context.state, "npm-cache");
  mkdirSync(own, { recursive: true });
  return { npm_config_cache: own };
}

function isWritable(folder) {
  if (!existsSync(folder)) return dirname(folder) !== folder && isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function ensureLoads(context, name) {
  const loads = () =>
    outputOf(process.execPath, ["-e", `require(${JSON.stringify(name)})`], { cwd: context.root }) !== null;
  if (loads()) return;
  const log = join(context.state, `npm-rebuild-${name}.log`);
  const { excerpt } = await runLogged(findProgram("npm") ?? "npm", ["rebuild", name], {
    cwd: context.root,
    log,
  });
  if (loads()) return;
  throw new SetupError(
    `${name} has no binary for this machine and could not be built:\n${excerpt}`,
    "Install a C++ compiler, make and cmake (Debian: g++ make cmake), then run npm run setup again.",
  );
}
