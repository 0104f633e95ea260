// The private Python environment .venv: Jupyter, and with --test what the tests compare against.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findPython } from "./requirements.mjs";
import { outputOf, runLogged, SetupError } from "./run.mjs";
import { hashFiles, isWhole, readJson, weighFolder, writeJson } from "./state.mjs";

const TEST_REQUIREMENTS = "test/requirements.txt";

const stateFile = (context) => join(context.state, "python.json");
const folderOf = (context) => join(context.root, ".venv");
const weight = (context) => weighFolder(folderOf(context), (_, name) => name === "__pycache__");
const pythonOf = (context) => join(folderOf(context), "bin/python");

/** Requirement files that this call needs, and those installed earlier, which stay. */
function wantedFiles(context) {
  const earlier = readJson(stateFile(context))?.files ?? [];
  const tests = context.forTests || earlier.includes(TEST_REQUIREMENTS);
  const there = existsSync(join(context.root, TEST_REQUIREMENTS));
  return tests && there ? ["requirements.txt", TEST_REQUIREMENTS] : ["requirements.txt"];
}

function works(context) {
  return (
    outputOf(pythonOf(context), ["-I", "-c", "import pip, sys; print(sys.prefix)"]) === folderOf(context)
  );
}

export const pythonStep = {
  name: "Python environment",

  reasonToRun(context) {
    const state = readJson(stateFile(context));
    if (state === null) return "making .venv";
    if (state.absent) return findPython().path === null ? null : "making .venv";
    const files = wantedFiles(context);
    if (state.root !== context.root) return "the checkout was moved";
    if (!state.files.includes(files.at(-1)) || state.hash !== hashFiles(context.root, files))
      return "other requirements";
    if (!isWhole(state.weight, weight(context)) || !works(context)) return ".venv is damaged";
    return null;
  },

  async run(context) {
    const python = findPython();
    if (python.path === null) return withoutPython(context, python);
    const state = readJson(stateFile(context));
    const whole =
      works(context) &&
      (state === null || (state.root === context.root && isWhole(state.weight, weight(context))));
    const files = wantedFiles(context);
    rmSync(stateFile(context), { force: true });
    if (!whole) await makeEnvironment(context, python.path);
    await installRequirements(context, files);
    writeJson(stateFile(context), {
      root: context.root,
      files,
      hash: hashFiles(context.root, files),
      weight: weight(context),
    });
    return `${files.join(" and ")} installed`;
  },
};

/** No Python at all is an error; one that lacks Debian's python3-venv only takes the notebooks away. */
function withoutPython(context, { tooOld, withoutVenv }) {
  if (withoutVenv.length > 0) {
    writeJson(stateFile(context), { absent: true });
    return `not made: ${withoutVenv.join(", ")} cannot make private environments`;
  }
  const found = tooOld.length > 0 ? `found only ${tooOld.join(", ")}` : "found none";
  throw new SetupError(
    `pila needs Python 3.10 or later; ${found}`,
    "Debian: sudo apt-get install python3 python3-venv",
  );
}

async function makeEnvironment(context, python) {
  rmSync(folderOf(context), { recursive: true, force: true });
  const log = join(context.state, "venv.log");
  const { code, excerpt } = await runLogged(python, ["-m", "venv", folderOf(context)], {
    cwd: context.root,
    log,
  });
  if (code !== 0) {
    throw new SetupError(
      `${python} -m venv failed:\n${excerpt}`,
      "Debian: sudo apt-get install python3-venv",
    );
  }
}

async function installRequirements(context, files) {
  const chosen = files.flatMap((file) => ["-r", file]);
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", ...chosen];
  const log = join(context.state, "pip.log");
  const { code, excerpt } = await runLogged(pythonOf(context), args, {
    cwd: context.root,
    log,
    limitSeconds: 1800,
  });
  if (code !== 0) {
    throw new SetupError(
      `pip install failed:\n${excerpt}`,
      "Check the network, then run npm run setup again.",
    );
  }
}
