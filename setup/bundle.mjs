// Bundles the programs that measurements start, one file each: loading one file takes a third of the time of sixty.
// Then runs them once, so that what V8 compiles of them is kept.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";

const OUT = "dist/bin";

/** Programs that are started as processes or threads of their own, by the name that the code looks for beside itself. */
const ENTRIES = { "rowWorker.js": "pipeline/rowWorker", "entry.js": "backends/entry" };

/** Commands that are measured have a bundle each; every other one is loaded from dist/src when it is asked for. */
const MEASURED_COMMANDS = ["stats", "prep", "fused", "verify"];

/** Compiled modules that bundles load instead of holding a copy: errors are of one class, and libgdal is bound once. */
const PARTS = {
  "codeCache.js": "codeCache",
  "errors.js": "core/errors",
  "gdal.js": "io/gdal",
  "headStart.js": "parallel/headStart",
  "program.js": "main",
  "mpiRank.js": "backends/mpiRank",
};

/** What crops seldom need: how SLC images are found, and images that are no plain TIFF. */
const FORMATS = { "choose.js": "io/choose", "decoded.js": "io/formats/gdal", "envi.js": "io/formats/envi" };
/** What reads SLC images holds copies of these. */
const READING_SLC = ["prep.js", "fused.js", ...Object.keys(FORMATS)];

/** File of a bundle in dist/bin, and the compiled module it begins with. */
const BUNDLES = {
  "pila.js": "cli",
  ...PARTS,
  ...FORMATS,
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
 * @param bundle its file
 * @param commands every word after `pila`
 */
const parts = (root, bundle, commands) => ({
  name: "parts",
  setup(build) {
    const outside = READING_SLC.includes(bundle) ? PARTS : { ...PARTS, ...FORMATS };
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir, importer }) => {
      const file = relative(join(root, "dist/src"), join(resolveDir, path));
      const part = Object.keys(outside).find((name) => outside[name] === file);
      if (part !== undefined && kind !== "entry-point") return { path: `./${part}`, external: true };
      const name = basename(file);
      const isCommand = importer.endsWith("commands/registry.js") && commands.includes(name);
      if (isCommand && MEASURED_COMMANDS.includes(name)) return { path: `./${name}.js`, external: true };
      // What comes from the code cache cannot import packages that are modules of the newer kind, as decodeTiff does.
      if (isCommand || name === "decodeTiff") return { path: `../src/${file}`, external: true };
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
      plugins: [parts(root, name, Object.keys(COMMANDS))],
      define: { HEAD_STARTS: JSON.stringify(headStarts()) },
    });
  }
  for (const name of Object.keys(ENTRIES)) {
    writeFileSync(join(root, OUT, name), `require("./codeCache.js");require("./${bodyOf(name)}");\n`);
  }
  chmodSync(join(root, OUT, "pila.js"), 0o755);
}

/** Side of the square images: enough work that the threads come up before it is done. */
const SIDE = 4096;

/** The two dates of the sample, and beside them dates of zeros that take no room on the disk. */
function writeStacks(root, folder) {
  const [sample, zeros] = [join(folder, "sample"), join(folder, "zeros")];
  cpSync(join(root, "data-prep/sample"), sample, { recursive: true });
  mkdirSync(zeros);
  writeFileSync(join(zeros, "zeros.slc"), "");
  truncateSync(join(zeros, "zeros.slc"), SIDE * SIDE * 8);
  for (const date of ["20230101", "20230102", "20230103", "20230104"]) {
    writeFileSync(
      join(zeros, `${date}.slc.vrt`),
      `<VRTDataset rasterXSize="${SIDE}" rasterYSize="${SIDE}"><VRTRasterBand dataType="CFloat32" band="1" ` +
        `subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="1">zeros.slc</SourceFilename>` +
        `<ByteOrder>LSB</ByteOrder></VRTRasterBand></VRTDataset>\n`,
    );
  }
  return [sample, zeros];
}

/** Two, but never two threads of one program: both would keep its code at once. */
const workersOf = (starts) => (starts?.kind === "thread" ? 1 + starts.itself : 2);

/** Without this the programs only start slower: nothing here makes the build fail. */
export function fillCodeCache(root) {
  const { backends } = createRequire(join(root, "dist/src/"))("./backends/registry");
  const folder = mkdtempSync(join(tmpdir(), "pila-"));
  const runs = writeStacks(root, folder).flatMap((slc) => {
    const within = (name) => join(slc, name);
    const [crops, mean, std, trace] = ["crops", "mean.tif", "std.tif", "trace"].map(within);
    const traced = (workers) => ["--workers", String(workers), "--trace", trace];
    return [
      ["prep", slc, crops, ...traced(2)],
      ["fused", slc, mean, std, ...traced(2)],
      ...backends().map(({ id, starts }) => ["stats", id, crops, mean, std, ...traced(workersOf(starts))]),
      ["verify", mean, mean],
    ];
  });
  try {
    for (const words of runs) {
      spawnSync(process.execPath, [join(root, "dist/bin/pila.js"), ...words], {
        env: { ...process.env, PILA_KEEP_CODE: "1" },
        stdio: "ignore",
        timeout: 60_000,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
