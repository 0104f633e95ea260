// The binary of gdal-async. Its own install script would compile all of GDAL, so it never runs; instead: the binary
// kept from an earlier build, the published one, or a build of the thin binding against the system's libgdal.
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram, findPython } from "./requirements.mjs";
import { outputOf, runLogged } from "./run.mjs";
import { readJson, writeJson } from "./state.mjs";

const PREBUILT_LIMIT_SECONDS = 25;
const BUILD_LIMIT_SECONDS = 1200;

const stateFile = (context) => join(context.state, "gdal.json");
const folderOf = (context) => join(context.root, "node_modules/gdal-async");
const bindingName = `node-v${process.versions.modules}-${process.platform}-${process.arch}`;
const bindingFile = (context) => join(folderOf(context), "lib/binding", bindingName, "gdal.node");
const versionOf = (context) => readJson(join(folderOf(context), "package.json"))?.version ?? "unknown";

/** Version of the system's libgdal with headers, or "none". */
function systemGdal() {
  return findProgram("gdal-config") === null ? "none" : (outputOf("gdal-config", ["--version"]) ?? "none");
}

function loads(context) {
  return (
    existsSync(bindingFile(context)) &&
    outputOf(process.execPath, ["-e", 'require("gdal-async")'], { cwd: context.root }) !== null
  );
}

/** What a verdict depends on: with the same key, a binding that could not be had is not tried again. */
function keyOf(context) {
  return [versionOf(context), bindingName, systemGdal(), findProgram("g++") === null ? "no g++" : "g++"].join(
    " ",
  );
}

export const gdalStep = {
  name: "GDAL binding",

  reasonToRun(context) {
    const state = readJson(stateFile(context));
    if (state === null || state.key !== keyOf(context)) return "gdal-async has no checked binary";
    if (state.works) return existsSync(bindingFile(context)) ? null : "the binary is gone";
    return context.retry || (context.forTests && !state.forTests) ? "trying again" : null;
  },

  async run(context) {
    rmSync(stateFile(context), { force: true });
    const attempts = [];
    const outcome = await obtain(context, attempts);
    rmSync(join(folderOf(context), "build"), { recursive: true, force: true });
    const why = attempts.join("; ");
    writeJson(stateFile(context), {
      key: keyOf(context),
      works: outcome !== null,
      forTests: context.forTests,
      why,
    });
    return outcome ?? `none: ${why}`;
  },

  missing(context) {
    const state = readJson(stateFile(context));
    // No command of pila reads through GDAL; only tests compare with it.
    if (state === null || state.works || !context.forTests) return [];
    const remedy = `Install it: sudo apt-get install libgdal-dev g++ make, then npm run setup -- --retry`;
    return [{ what: `gdal-async's binary (${state.why})`, neededFor: "tests against GDAL", remedy }];
  },
};

/** How the binary was obtained, or null with the reasons in `attempts`. */
async function obtain(context, attempts) {
  if (loads(context)) return "already there";
  const gdal = systemGdal();
  for (const source of [gdal, "published"]) {
    const kept = cacheFile(context, source);
    if (!existsSync(kept)) continue;
    place(kept, bindingFile(context));
    if (loads(context)) return "from the user's cache";
  }
  if (await download(context, attempts)) {
    keep(context, "published");
    return "published binary";
  }
  // The build takes minutes: only tests are worth them.
  if (!context.forTests) attempts.push("built only by --test");
  else if (gdal === "none") attempts.push("no gdal-config to build against");
  else if (findProgram("g++") === null || findProgram("make") === null)
    attempts.push("no g++ or make to build with");
  else if (await build(context, attempts)) {
    keep(context, gdal);
    return `built against GDAL ${gdal}`;
  }
  return null;
}

async function download(context, attempts) {
  const log = join(context.state, "gdal-download.log");
  const { timedOut } = await nodePreGyp(context, ["install"], { log, limitSeconds: PREBUILT_LIMIT_SECONDS });
  if (loads(context)) return true;
  rmSync(dirname(bindingFile(context)), { recursive: true, force: true });
  attempts.push(
    timedOut ? `no published binary within ${PREBUILT_LIMIT_SECONDS} s` : "published binary out of reach",
  );
  return false;
}

async function build(context, attempts) {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include/node/node.h")) ? [`--nodedir=${prefix}`] : [];
  const python = findPython().path;
  const env = {
    ...process.env,
    ...(python === null ? {} : { npm_config_python: python }),
    npm_config_build_from_source: "true",
    npm_config_shared_gdal: "true",
  };
  const args = ["install", "--build-from-source", "--shared_gdal=true", ...headers, "-j", "max"];
  const log = join(context.state, "gdal-build.log");
  await nodePreGyp(context, args, { env, log, limitSeconds: BUILD_LIMIT_SECONDS });
  if (loads(context)) return true;
  attempts.push("the build failed (.setup/gdal-build.log)");
  return false;
}

function nodePreGyp(context, args, options) {
  const require = createRequire(join(folderOf(context), "package.json"));
  const script = require.resolve("@mapbox/node-pre-gyp/bin/node-pre-gyp");
  return runLogged(process.execPath, [script, ...args], { cwd: folderOf(context), ...options });
}

function cacheFile(context, source) {
  const xdg = process.env.XDG_CACHE_HOME ?? "";
  const base = xdg === "" ? join(homedir(), ".cache") : xdg;
  return join(base, "pila", `gdal-async-${versionOf(context)}-gdal-${source}-${bindingName}.node`);
}

/** The cache only saves time: a home that cannot be written to is no reason to stop. */
function keep(context, source) {
  try {
    place(bindingFile(context), cacheFile(context, source));
  } catch {
    // the next fresh clone builds again
  }
}

function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const temporary = `${to}.${process.pid}.tmp`;
  copyFileSync(from, temporary);
  renameSync(temporary, to);
}
