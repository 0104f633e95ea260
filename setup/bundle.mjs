// Bundles the programs that measurements start, one file each: loading one file takes a third of the time of sixty.
import { chmodSync } from "node:fs";
import { join } from "node:path";

const OUT = "dist/bin";

/** What is started as a process or thread of its own, by the name that the code looks for beside itself. */
const PROGRAMS = {
  "pila.js": "dist/src/cli.js",
  "rowWorker.js": "dist/src/pipeline/rowWorker.js",
  "mpChild.js": "dist/src/backends/mpChild.js",
  "mpV2Child.js": "dist/src/backends/mpV2Child.js",
  "mpMemThread.js": "dist/src/backends/mpMemThread.js",
  "mpiRankEntry.js": "dist/src/backends/mpiRankEntry.js",
};

/** Commands that are measured; every other one is loaded from dist/src when it is asked for. */
const MEASURED_COMMANDS = ["stats", "prep", "fused", "verify"];

export const bundles = Object.keys(PROGRAMS).map((name) => `${OUT}/${name}`);

/** Leaves the modules of the other commands, and the help that lists all, out of the bundle. */
const otherCommands = {
  name: "other-commands",
  setup(build) {
    build.onResolve({ filter: /^\.\/(commands\/)?\w+$/ }, ({ path, kind, importer }) => {
      const name = path.split("/").at(-1);
      const isCommand =
        /commands\/(registry|help)\.js$|src\/main\.js$/.test(importer) && kind === "require-call";
      const isLazy = isCommand && !MEASURED_COMMANDS.includes(name) && LAZY.has(name);
      return isLazy ? { path: `../src/commands/${name}`, external: true } : undefined;
    });
  },
};

const LAZY = new Set(["simulate", "link", "inspect", "bench", "compare", "plot", "informe", "plan", "help"]);

/** Writes the bundles from the compiled files. */
export async function bundlePrograms(root) {
  const { build } = await import("esbuild");
  for (const [name, entry] of Object.entries(PROGRAMS)) {
    await build({
      entryPoints: [join(root, entry)],
      outfile: join(root, OUT, name),
      bundle: true,
      platform: "node",
      target: "node20",
      external: ["koffi", "geotiff", "cli-progress", "fast-png", "d3-scale-chromatic"],
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: "warning",
      plugins: [otherCommands],
    });
  }
  chmodSync(join(root, OUT, "pila.js"), 0o755);
}
