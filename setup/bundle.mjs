// Bundles the programs that measurements start, one file each: loading one file takes a third of the time of sixty.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

const OUT = "dist/bin";

/** Programs that are started as processes or threads of their own, by the name that the code looks for beside itself. */
const ENTRIES = { "rowWorker.js": "pipeline/rowWorker", "entry.js": "backends/entry" };

/** Commands that are measured have a bundle each; every other one is loaded from dist/src when it is asked for. */
const MEASURED_COMMANDS = ["stats", "prep", "fused", "verify"];

/** Compiled modules that bundles load instead of holding a copy; ranks of MPI alone want the last. */
const PARTS = {
  "codeCache.js": "codeCache",
  "headStart.js": "parallel/headStart",
  "program.js": "main",
  "mpiRank.js": "backends/mpiRank",
};

/** File of a bundle in dist/bin, and the compiled module it begins with. */
const BUNDLES = {
  "pila.js": "cli",
  ...PARTS,
  ...Object.fromEntries(MEASURED_COMMANDS.map((name) => [`${name}.js`, `commands/${name}`])),
  ...Object.fromEntries(Object.entries(ENTRIES).map(([name, entry]) => [bodyOf(name), entry])),
};

export const bundles = [...Object.keys(BUNDLES), ...Object.keys(ENTRIES)].map((name) => `${OUT}/${name}`);

/** An entry only asks for its body, which then comes from the code cache. */
function bodyOf(name) {
  return name.replace(/\.js$/, ".body.js");
}

/**
 * Programs load each other's files instead of copies: what is not wanted is not read, and one head start serves all.
 * @param commands every word after `pila`
 */
const parts = (root, commands) => ({
  name: "parts",
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      const file = relative(join(root, "dist/src"), join(resolveDir, path));
      const part = Object.keys(PARTS).find((name) => PARTS[name] === file);
      if (part !== undefined && kind !== "entry-point") return { path: `./${part}`, external: true };
    });
    // What comes from the code cache cannot import packages that are modules of the newer kind.
    build.onResolve({ filter: /\/decodeTiff$/ }, () => ({
      path: "../src/io/decodeTiff",
      external: true,
    }));
    build.onResolve({ filter: /^\.\/\w+$/ }, ({ path, importer }) => {
      const name = path.slice("./".length);
      if (!importer.endsWith("commands/registry.js") || !commands.includes(name)) return;
      return {
        path: MEASURED_COMMANDS.includes(name) ? `./${name}.js` : `../src/commands/${name}`,
        external: true,
      };
    });
  },
});

/** Writes the bundles from the compiled files. */
export async function bundlePrograms(root) {
  const { build } = await import("esbuild");
  const compiled = createRequire(join(root, "dist/src/"));
  const { COMMANDS } = compiled("./commands/registry");
  const { headStarts } = compiled("./backends/registry");
  rmSync(join(root, OUT), { recursive: true, force: true });
  for (const [name, entry] of Object.entries(BUNDLES)) {
    await build({
      entryPoints: [join(root, "dist/src", `${entry}.js`)],
      outfile: join(root, OUT, name),
      bundle: true,
      platform: "node",
      target: "node20",
      external: ["koffi", "geotiff", "cli-progress", "fast-png", "d3-scale-chromatic"],
      minify: true,
      logLevel: "warning",
      plugins: [parts(root, Object.keys(COMMANDS))],
      define: { HEAD_STARTS: JSON.stringify(headStarts()) },
    });
  }
  for (const name of Object.keys(ENTRIES)) {
    writeFileSync(join(root, OUT, name), `require("./codeCache.js");require("./${bodyOf(name)}");\n`);
  }
  chmodSync(join(root, OUT, "pila.js"), 0o755);
}
