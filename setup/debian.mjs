// System packages: installed by apt-get where that is possible, named otherwise; their absence never stops the set-up.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findProgram, findPython } from "./requirements.mjs";
import { runLogged } from "./run.mjs";
import { readJson, writeJson } from "./state.mjs";

/** Looked for where dpkg does not name the package: other systems, and what was built by hand. */
const onPath = (program) => () => findProgram(program) !== null;
const PACKAGES = [
  { name: "openmpi-bin", isPresent: onPath("mpiexec"), neededFor: "the mpi backend" },
  { name: "libopenmpi-dev", isPresent: onPath("mpicc"), neededFor: "the mpi backend" },
  {
    name: "python3-venv",
    isPresent: () => findPython().path !== null,
    neededFor: "notebooks and informe (JupyterLab, nbconvert)",
  },
];
const TEST_PACKAGES = [
  { name: "chromium", isPresent: onPath("chromium"), neededFor: "tests of the informe in a browser" },
  { name: "mpich", isPresent: onPath("mpiexec.mpich"), neededFor: "tests of MPICH beside Open MPI" },
  { name: "libgdal-dev", isPresent: onPath("gdal-config"), neededFor: "tests against GDAL" },
  { name: "g++", isPresent: onPath("g++"), neededFor: "tests against GDAL and C" },
  { name: "make", isPresent: onPath("make"), neededFor: "tests against GDAL" },
];

function wanted(context) {
  return context.forTests ? [...PACKAGES, ...TEST_PACKAGES] : PACKAGES;
}

/** Packages of `candidates` that dpkg does not know as installed and that are not there otherwise. */
function absent(candidates) {
  const { stdout } = spawnSync(
    "dpkg-query",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg-query's
    ["-W", "-f", "${Package} ${db:Status-Status}\\n", ...candidates.map((p) => p.name)],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const installed = new Set(
    (stdout ?? "")
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return candidates.filter(({ name, isPresent }) => !installed.has(name) && !isPresent());
}

const installLine = (packages) =>
  `apt-get install --no-install-recommends ${packages.map((p) => p.name).join(" ")}`;
const stateFile = (context) => join(context.state, "debian.json");

/** Why apt-get cannot be called here, or null. */
function obstacle() {
  if (findProgram("apt-get") === null) return "there is no apt-get here";
  return process.getuid?.() === 0 ? null : "this user is not root";
}

export const debianStep = {
  name: "system packages",

  reasonToRun(context) {
    const names = absent(wanted(context)).map((p) => p.name);
    if (names.length === 0) return null;
    // An attempt that failed is not repeated at each call: that would cost time, and hang without a network.
    const state = context.retry ? null : readJson(stateFile(context));
    const tried = state !== null && state.obstacle === obstacle() ? state.tried : [];
    return names.every((name) => tried.includes(name)) ? null : `${names.join(", ")} missing`;
  },

  async run(context) {
    const packages = absent(wanted(context));
    const why = obstacle();
    const outcome = why === null ? await install(context, packages) : `not installed: ${why}`;
    const tried = [...(readJson(stateFile(context))?.tried ?? []), ...packages.map((p) => p.name)];
    writeJson(stateFile(context), { obstacle: why, tried: [...new Set(tried)] });
    return outcome;
  },

  missing(context) {
    const packages = absent(wanted(context));
    const remedy = `Install it: sudo ${installLine(packages)}`;
    return packages.map(({ name, neededFor }) => ({ what: name, neededFor, remedy }));
  },
};

/** All packages in one go; where that fails, one by one, so that one unknown name does not cost the others. */
async function install(context, packages) {
  const options = {
    cwd: context.root,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    limitSeconds: 900,
  };
  const aptGet = (log, ...args) =>
    runLogged("apt-get", ["-o", "DPkg::Lock::Timeout=120", ...args], {
      ...options,
      log: join(context.state, log),
    });
  await aptGet("apt-get-update.log", "update", "-q");
  const flags = ["install", "-y", "-q", "--no-install-recommends"];
  const { code } = await aptGet("apt-get.log", ...flags, ...packages.map((p) => p.name));
  if (code !== 0 && packages.length > 1) {
    for (const { name } of packages) await aptGet(`apt-get-${name}.log`, ...flags, name);
  }
  const left = absent(packages).map((p) => p.name);
  if (left.length === 0) return `installed: ${packages.map((p) => p.name).join(", ")}`;
  return `apt-get could not install ${left.join(", ")} (its words: .setup/apt-get*.log); npm run setup -- --retry tries again`;
}
