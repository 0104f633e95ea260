import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import { backendMissing } from "../backends/available.fixture";
import { pythonMissing, runPython } from "../io/python.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { runPila } from "./cli.fixture";

const ROOT = join(__dirname, "../../..");
const SAMPLE = join(ROOT, "data-prep/sample");

/** Paths of the modules that a command loaded, in its children too, relative to the package; those of Node left out. */
function loadedBy(
  folder: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): string[] {
  const file = join(folder, "loaded.txt");
  rmSync(file, { force: true });
  const hook = join(__dirname, "loadedModules.fixture.js");
  const env = { PILA_LOADED_FILE: file, NODE_OPTIONS: `--require ${hook}`, ...more };
  const { code, stderr } = runPila(args, env);
  assert.is(code, 0, stderr);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const paths = lines
    .filter((line) => !line.startsWith("node:") && !line.startsWith("data:"))
    .map((line) => relative(ROOT, line.replace("file://", "")));
  return [...new Set(paths)].filter((path) => !path.includes("loadedModules.fixture"));
}

const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** Which of pila's own dependencies are among the modules. */
function dependenciesAmong(paths: readonly string[]): string[] {
  return Object.keys(dependencies).filter((name) =>
    paths.some((path) => path.includes(`node_modules/${name}/`)),
  );
}

test("pila --version loads its own file and nothing else", () =>
  withFolder((folder) => {
    assert.equal(loadedBy(folder, ["--version"]), [relative(ROOT, join(__dirname, "../../bin/pila.js"))]);
  }));

test("prep and fused load no package: the XML parser is bundled", () =>
  withFolder((folder) => {
    const prep = loadedBy(folder, ["prep", SAMPLE, join(folder, "in"), "--workers", "2"]);
    const fused = loadedBy(folder, ["fused", SAMPLE, join(folder, "m"), join(folder, "s"), "--workers", "2"]);
    assert.equal(dependenciesAmong(prep), []);
    assert.equal(dependenciesAmong(fused), []);
  }));

for (const id of BACKEND_IDS) {
  testUnless(backendMissing(id))(
    `stats ${id} loads no package${id === "mpi" ? " but koffi" : ""}, in its children too`,
    () =>
      withFolder((folder) => {
        assert.is(runPila(["prep", SAMPLE, join(folder, "in")]).code, 0);
        const paths = loadedBy(folder, [
          "stats",
          id,
          join(folder, "in"),
          join(folder, "m"),
          join(folder, "s"),
          "--workers",
          "2",
        ]);
        assert.ok(paths.some((path) => path.endsWith("bin/pila.js")));
        assert.equal(dependenciesAmong(paths), id === "mpi" ? ["koffi"] : []);
      }),
  );
}

testUnless(pythonMissing)(
  "a compressed image is read through koffi by GDAL, and where that is missing by geotiff",
  () =>
    withFolder((folder) => {
      runPython(
        `
import json, sys, numpy, rasterio
with rasterio.open(json.load(sys.stdin), "w", driver="GTiff", width=9, height=5, count=1, dtype="float32", compress="deflate") as image:
    image.write(numpy.ones((5, 9), "float32"), 1)
`,
        join(folder, "a.tif"),
      );
      const args = ["stats", "sec", folder, join(folder, "m"), join(folder, "s")];
      assert.equal(dependenciesAmong(loadedBy(folder, args)), ["koffi"]);
      const without = loadedBy(folder, args, { PILA_GDAL_LIBRARY: join(folder, "none.so") });
      assert.equal(dependenciesAmong(without).sort(), ["geotiff", "koffi"]);
    }),
);

test.run();
