// What comes from outside. Debian's packages, installed by apt-get where that is possible and named otherwise: their
// absence never stops the set-up. npm packages exactly as package-lock.json names them, and the binary of gdal-async,
// which only tests read with. The private Python environment .venv with Jupyter.
import { constants, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram, isAllowed, mustRun, outputOf, runLogged, SetupError } from "./run.mjs";
import { hashFiles, isWhole, NOTHING, readJson, weighFiles, weighFolder } from "./state.mjs";

const NOTEBOOKS = "notebooks and informe (JupyterLab needs Python 3.10 or later)";
/** A package is there when its program is: other systems have the program under other package names. */
const PACKAGES = [
  { name: "openmpi-bin", program: "mpiexec", neededFor: "the mpi backend" },
  { name: "libopenmpi-dev", program: "mpicc", neededFor: "the mpi backend" },
  { name: "python3-venv", program: null, neededFor: NOTEBOOKS },
];
const TEST_PACKAGES = [
  { name: "chromium", program: "chromium", neededFor: "tests of the informe in a browser" },
  { name: "mpich", program: "mpiexec.mpich", neededFor: "tests of MPICH beside Open MPI" },
  { name: "libgdal-dev", program: "gdal-config", neededFor: "tests against GDAL" },
  { name: "g++", program: "g++", neededFor: "tests against GDAL and C" },
  { name: "make", program: "make", neededFor: "tests against GDAL" },
];

/** Debian starts their daemons where systemd runs, which nobody asked for: they are brought to containers alone. */
const DAEMONS = [
  { name: "slurm-wlm", program: "sbatch", neededFor: "tests of Slurm jobs" },
  { name: "openssh-server", program: "sshd", neededFor: "tests of ranks on several hosts" },
];
if (!existsSync("/run/systemd/system")) TEST_PACKAGES.push(...DAEMONS);

function absentPackages(context) {
  const hasPython = () => existsSync(pythonOf(context)) || findPython() !== null;
  return [...PACKAGES, ...(context.forTests ? TEST_PACKAGES : [])].filter(({ program }) =>
    program === null ? !hasPython() : findProgram(program) === null,
  );
}

const namesOf = (packages) => packages.map(({ name }) => name).join(" ");

/** Why apt-get cannot be called here, or null. */
function obstacle() {
  if (findProgram("apt-get") === null) return "there is no apt-get here";
  return process.getuid?.() === 0 ? null : "this user is not root";
}

export const debianStep = {
  name: "system packages",
  key: (context) => ({
    "missing packages": namesOf(absentPackages(context)),
    "right to install": obstacle(),
  }),
  weigh: () => NOTHING,

  async make(context) {
    const packages = absentPackages(context);
    if (packages.length === 0) return "all there";
    if (obstacle() !== null) return `${namesOf(packages)} not installed: ${obstacle()}`;
    const aptGet = (log, ...args) =>
      runLogged(context, log, ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-q", ...args], {
        env: { DEBIAN_FRONTEND: "noninteractive" },
      });
    const install = ["install", "-y", "--no-install-recommends"];
    await aptGet("apt-get-update", "update");
    const { code } = await aptGet("apt-get", ...install, ...packages.map(({ name }) => name));
    // One by one where all in one go fails: one unknown name does not cost the others.
    if (code !== 0) for (const { name } of packages) await aptGet(`apt-get-${name}`, ...install, name);
    const left = namesOf(absentPackages(context));
    if (left === "") return `installed: ${namesOf(packages)}`;
    return `apt-get could not install ${left} (its words: .setup/apt-get*.log); npm run setup -- --retry tries again`;
  },

  missing(context) {
    const absent = absentPackages(context);
    const remedy = `Install it: sudo apt-get install --no-install-recommends ${namesOf(absent)}`;
    return absent.map(({ name, neededFor }) => ({ what: name, neededFor, remedy }));
  },
};

const venvOf = (context) => join(context.root, ".venv");
const pythonOf = (context) => join(venvOf(context), "bin/python");
const requirementsOf = (context) =>
  ["requirements.txt", ...(context.forTests ? ["test/requirements.txt"] : [])].filter((file) =>
    existsSync(join(context.root, file)),
  );

const GDAL_REQUIREMENTS = "requirements-gdal.txt";
/** Whether the environment holds the libraries of rasterio's wheel, where src/io/gdal.ts looks for libgdal. */
function hasGdal(context) {
  const lib = join(venvOf(context), "lib");
  const pythons = existsSync(lib) ? readdirSync(lib) : [];
  return pythons.some((python) => existsSync(join(lib, python, "site-packages/rasterio.libs")));
}

export const pythonStep = {
  name: "Python environment",

  key: (context) => ({
    "the folder": context.root,
    "the Python": existsSync(pythonOf(context)) ? "there" : findPython(),
    requirements: hashFiles(context.root, [...requirementsOf(context), GDAL_REQUIREMENTS]),
  }),

  weigh(context) {
    const probe = ["-I", "-c", "import pip, sys; print(sys.prefix)"];
    if (!existsSync(venvOf(context)) && findPython() === null) return NOTHING;
    if (outputOf(pythonOf(context), probe) !== venvOf(context)) return null;
    return weighFolder(venvOf(context), /(^|\/)__pycache__\//);
  },

  async make(context, before) {
    const python = findPython();
    if (python === null) {
      rmSync(venvOf(context), { recursive: true, force: true });
      return "not made: no Python 3.10 or later that can make private environments";
    }
    const now = pythonStep.weigh(context);
    const isOurs =
      before === null || (before.key["the folder"] === context.root && isWhole(before.weight, now));
    if (now === null || !isOurs) {
      rmSync(venvOf(context), { recursive: true, force: true });
      const remedy = "Debian: sudo apt-get install python3-venv";
      await mustRun(context, "python -m venv", [python, "-m", "venv", venvOf(context)], remedy);
    }
    const files = requirementsOf(context);
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"];
    const command = [pythonOf(context), ...pip, ...files.flatMap((file) => ["-r", file])];
    await mustRun(context, "pip install", command, "Check the network, then run npm run setup again.");
    // Plain bytes are read without it: where no wheel fits, the set-up goes on.
    const wheelAlone = ["--no-deps", "--only-binary=:all:", "-r", GDAL_REQUIREMENTS];
    await runLogged(context, "pip install gdal", [pythonOf(context), ...pip, ...wheelAlone]);
    return `${[...files, ...(hasGdal(context) ? [GDAL_REQUIREMENTS] : [])].join(", ")} installed`;
  },

  missing(context) {
    if (hasGdal(context)) return [];
    const remedy = "npm run setup -- --retry tries again (pip's words: .setup/pip-install-gdal.log)";
    return [{ what: "libgdal", neededFor: "compressed TIFF, HDF5 and other files than plain bytes", remedy }];
  },
};

/** Path of the first Python that can make a private environment (>= 3.10, with venv and ensurepip), or null. */
export function findPython() {
  const probe = "import sys, ensurepip, venv; ensurepip.version(); sys.exit(sys.version_info < (3, 10))";
  const names = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];
  const paths = [...names.map(findProgram), "/usr/bin/python3"];
  return paths.find((path) => path !== null && outputOf(path, ["-I", "-c", probe]) !== null) ?? null;
}

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
    const isDone = existsSync(join(modules, ".package-lock.json"));
    return isDone ? weighFolder(modules, /^(\.bin|\.cache|gdal-async\/(lib|build))\//) : null;
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

const gdalFolder = ({ root }) => join(root, "node_modules/gdal-async");
const versionOf = (context) => readJson(join(gdalFolder(context), "package.json"))?.version;
const bindingName = `node-v${process.versions.modules}-${process.platform}-${process.arch}`;
const bindingFile = (context) => join(gdalFolder(context), "lib/binding", bindingName, "gdal.node");
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
    rmSync(join(gdalFolder(context), "build"), { recursive: true, force: true });
    if (!has()) {
      rmSync(dirname(bindingFile(context)), { recursive: true, force: true });
      return "none: not published for this machine, and not built (.setup/gdal-*.log)";
    }
    // The cache only saves time: a home that cannot be written to is no reason to stop.
    if (isAllowed(homedir(), constants.W_OK)) cpSync(bindingFile(context), kept);
    return "published or built; kept in the user's cache";
  },

  missing(context) {
    // pila reads by libgdal itself.
    if (!context.forTests || existsSync(bindingFile(context))) return [];
    const remedy = "Install it: sudo apt-get install libgdal-dev g++ make, then npm test again";
    return [{ what: "gdal-async's binary", neededFor: "tests against GDAL", remedy }];
  },
};

/** Its own install script would compile all of GDAL, so npm never runs it; this is what that script calls. */
function nodePreGyp(context, name, args, limitSeconds) {
  const { resolve } = createRequire(join(gdalFolder(context), "package.json"));
  const script = resolve("@mapbox/node-pre-gyp/bin/node-pre-gyp");
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include/node/node.h")) ? [`--nodedir=${prefix}`] : [];
  const env = { npm_config_python: findPython() ?? "python3" };
  const command = [process.execPath, script, "install", ...args, ...headers];
  return runLogged(context, `gdal-${name}`, command, { cwd: gdalFolder(context), env, limitSeconds });
}
