// The build, and the pila command in node_modules/.bin.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { reasonToBuild } from "./compiled.mjs";
import { outputOf, runLogged, SetupError } from "./run.mjs";
import { readJson } from "./state.mjs";

const LINK_TARGET = "../pila/dist/bin/pila.js";
const command = (context) => join(context.root, "node_modules/.bin/pila");

function isLinked(context) {
  try {
    accessSync(command(context), constants.X_OK);
    return (
      readlinkSync(command(context)) === LINK_TARGET &&
      realpathSync(join(context.root, "node_modules/pila")) === realpathSync(context.root)
    );
  } catch {
    return false;
  }
}

export const buildStep = {
  name: "build",

  reasonToRun(context) {
    return reasonToBuild(context.root) ?? (isLinked(context) ? null : "the pila command is not linked");
  },

  async run(context) {
    const log = join(context.state, "build.log");
    const { code, excerpt } = await runLogged(process.execPath, ["build.mjs"], { cwd: context.root, log });
    if (code !== 0)
      throw new SetupError(`the build failed:\n${excerpt}`, "Mend the errors above, then run this again.");
    if (!isLinked(context)) linkCommand(context);
    const version = outputOf(command(context), ["--version"], { cwd: context.root });
    const expected = readJson(join(context.root, "package.json")).version;
    if (version === null || !version.includes(expected)) {
      throw new SetupError(
        `node_modules/.bin/pila --version says ${version ?? "nothing"}, expected ${expected}`,
        "Run node_modules/.bin/pila --version by hand to see why.",
      );
    }
    return `built; node_modules/.bin/pila is ${version}`;
  },
};

/** npm makes no link to the package's own command while its file is not built; these are the links it would make. */
function linkCommand(context) {
  const self = join(context.root, "node_modules/pila");
  if (!existsSync(self) || realpathSync(self) !== realpathSync(context.root)) {
    rmSync(self, { recursive: true, force: true });
    symlinkSync("..", self);
  }
  mkdirSync(join(context.root, "node_modules/.bin"), { recursive: true });
  rmSync(command(context), { force: true });
  symlinkSync(LINK_TARGET, command(context));
}
