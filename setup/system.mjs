// What comes from outside npm: Debian's packages, installed by apt-get where that is possible and named otherwise (their
// absence never stops the set-up), and the private Python environment .venv with Jupyter.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findProgram, mustRun, outputOf, runLogged } from "./run.mjs";
import { hashFiles, isWhole, NOTHING, weighFolder } from "./state.mjs";

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

const folderOf = (context) => join(context.root, ".venv");
const pythonOf = (context) => join(folderOf(context), "bin/python");
const requirementsOf = (context) =>
  ["requirements.txt", ...(context.forTests ? ["test/requirements.txt"] : [])].filter((file) =>
    existsSync(join(context.root, file)),
  );

const GDAL_REQUIREMENTS = "requirements-gdal.txt";
/** Whether the environment holds the libraries of rasterio's wheel, where src/io/gdal.ts looks for libgdal. */
function hasGdal(context) {
  const lib = join(folderOf(context), "lib");
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
    if (!existsSync(folderOf(context)) && findPython() === null) return NOTHING;
    if (outputOf(pythonOf(context), probe) !== folderOf(context)) return null;
    return weighFolder(folderOf(context), (path) => path.endsWith("/__pycache__"));
  },

  async make(context, before) {
    const python = findPython();
    if (python === null) {
      rmSync(folderOf(context), { recursive: true, force: true });
      return "not made: no Python 3.10 or later that can make private environments";
    }
    const now = pythonStep.weigh(context);
    const isOurs =
      before === null || (before.key["the folder"] === context.root && isWhole(before.weight, now));
    if (now === null || !isOurs) {
      rmSync(folderOf(context), { recursive: true, force: true });
      const remedy = "Debian: sudo apt-get install python3-venv";
      await mustRun(context, "python -m venv", [python, "-m", "venv", folderOf(context)], remedy);
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
