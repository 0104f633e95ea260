// npm packages exactly as package-lock.json names them, and the binary of gdal-async, which only tests read with.
import { constants, cpSync, existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram, isAllowed, mustRun, outputOf, runLogged, SetupError } from "./run.mjs";
import { hashFiles, NOTHING, readJson, weighFiles, weighFolder } from "./state.mjs";
import { findPython } from "./system.mjs";

/** Their binary comes with the package or in an optional one; only where it does not fit is their script needed. */
const NATIVE = ["koffi", "zeromq"];

export const npmStep = {
  name: "npm packages",

  key: (context) => ({
    "package-lock.json": hashFiles(context.root, ["package-lock.json", ".npmrc"]),
    Node: process.versions.modules,
  }),

  /** Without what tools and later steps write there; npm writes its hidden lock file when all is done. */
  weigh({ root }) {
    const modules = join(root, "node_modules");
    const later = [".bin", ".cache", "gdal-async/lib", "gdal-async/build"].map((path) => join(modules, path));
    const isDone = existsSync(join(modules, ".package-lock.json"));
    return isDone ? weighFolder(modules, (path) => later.includes(path)) : null;
  },

  async make(context, before) {
    const isThere = before === null && isAsLocked(context.root);
    if (!isThere) await installPackages(context);
    const broken = NATIVE.filter((name) => !loads(context, name));
    const remedy =
      "Install a C++ compiler, make and cmake (Debian: g++ make cmake), then run npm run setup again.";
    if (broken.length > 0) await mustRun(context, "npm rebuild", ["npm", "rebuild", ...broken], remedy);
    return isThere ? "already there, as package-lock.json says" : "installed";
  },
};

/** Whether npm says that it installed every package in the locked version, as after npm ci by hand. */
function isAsLocked(root) {
  const packagesOf = (file) => readJson(join(root, file))?.packages ?? {};
  const present = packagesOf("node_modules/.package-lock.json");
  return Object.entries(packagesOf("package-lock.json")).every(
    ([path, { version, link, optional }]) =>
      path === "" || link || present[path]?.version === version || (optional && present[path] === undefined),
  );
}

async function installPackages(context) {
  if (findProgram("npm") === null)
    throw new SetupError("there is no npm on PATH", "Install npm 10 or later (it comes with Node).");
  // npm needs a cache it can write to: where the user's home is read-only, one of the checkout's own.
  const ours = join(context.state, "npm-cache");
  const env = isAllowed(homedir(), constants.W_OK) ? {} : { npm_config_cache: ours };
  // Without scripts: gdal-async's would compile all of GDAL where its download site is out of reach.
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const remedy = "Check the network and npm's registry settings (npm ping), then run npm run setup again.";
  await mustRun(context, "npm ci", ["npm", "ci", ...options], remedy, { env });
  rmSync(ours, { recursive: true, force: true });
}

const folderOf = ({ root }) => join(root, "node_modules/gdal-async");
const versionOf = (context) => readJson(join(folderOf(context), "package.json"))?.version;
const bindingName = `node-v${process.versions.modules}-${process.platform}-${process.arch}`;
const bindingFile = (context) => join(folderOf(context), "lib/binding", bindingName, "gdal.node");
const loads = ({ root }, name) =>
  outputOf(process.execPath, ["-e", `require("${name}")`], { cwd: root }) !== null;

/** Version of the system's libgdal with headers; null where there is none. */
const systemGdal = () =>
  findProgram("gdal-config") === null ? null : outputOf("gdal-config", ["--version"]);

/** Kept from an earlier clone, published, or, where tests want it, a thin binding to the system's libgdal. */
export const gdalStep = {
  name: "GDAL binding",
  key: (context) => ({
    "the wanted binding": `${versionOf(context)} ${bindingName}, GDAL ${systemGdal()}, tests ${context.forTests}`,
  }),
  weigh: (context) => weighFiles([bindingFile(context)]) ?? NOTHING,

  async make(context) {
    const name = `gdal-async-${versionOf(context)}-gdal-${systemGdal()}-${bindingName}.node`;
    const kept = join(homedir(), ".cache/pila", name);
    const has = () => loads(context, "gdal-async");
    if (has()) return "already there";
    if (existsSync(kept)) cpSync(kept, bindingFile(context));
    if (has()) return "from the user's cache";
    await nodePreGyp(context, "download", [], 25);
    // The build takes minutes: only tests are worth them.
    if (!has() && context.forTests && systemGdal() !== null)
      await nodePreGyp(context, "build", ["--build-from-source", "--shared_gdal=true", "-j", "max"], 1200);
    rmSync(join(folderOf(context), "build"), { recursive: true, force: true });
    if (!has()) {
      rmSync(dirname(bindingFile(context)), { recursive: true, force: true });
      return "none: not published for this machine, and not built (.setup/gdal-*.log)";
    }
    // The cache only saves time: a home that cannot be written to is no reason to stop.
    if (isAllowed(homedir(), constants.W_OK)) cpSync(bindingFile(context), kept);
    return "published or built; kept in the user's cache";
  },

  missing(context) {
    // No command of pila reads through GDAL.
    if (!context.forTests || existsSync(bindingFile(context))) return [];
    const remedy = "Install it: sudo apt-get install libgdal-dev g++ make, then npm test again";
    return [{ what: "gdal-async's binary", neededFor: "tests against GDAL", remedy }];
  },
};

/** Its own install script would compile all of GDAL, so npm never runs it; this is what that script calls. */
function nodePreGyp(context, name, args, limitSeconds) {
  const { resolve } = createRequire(join(folderOf(context), "package.json"));
  const script = resolve("@mapbox/node-pre-gyp/bin/node-pre-gyp");
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include/node/node.h")) ? [`--nodedir=${prefix}`] : [];
  const env = { npm_config_python: findPython() ?? "python3" };
  const command = [process.execPath, script, "install", ...args, ...headers];
  return runLogged(context, `gdal-${name}`, command, { cwd: folderOf(context), env, limitSeconds });
}
