import { test } from "uvu";
import * as assert from "uvu/assert";
import { importsOf, packageOf, readProjectFile, sourceFiles } from "./sources.fixture";

const manifest = JSON.parse(readProjectFile("package.json")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
/** Used by notebooks or tests, as files or as programs, never by an import of the library. */
const NOT_IMPORTED = new Set([
  "pila",
  "tslab",
  "danfojs-node",
  "gdal-async",
  "dejavu-fonts-ttf",
  "@tensorflow/tfjs-backend-cpu",
]);
/** koffi binds two C libraries, each in the room that uses it: MPI in parallel, GDAL in io. */
const FILES_OF: Readonly<Record<string, number>> = { koffi: 2 };
const uses = sourceFiles("src", "data-prep").flatMap((file) =>
  importsOf(file).flatMap((each) => {
    const name = packageOf(each);
    return name === null ? [] : [{ name, file, typeOnly: each.typeOnly, eager: each.eager }];
  }),
);

test("each package of the program enters at one file", () => {
  const files = new Map<string, Set<string>>();
  for (const { name, file, typeOnly } of uses) {
    if (!typeOnly) files.set(name, (files.get(name) ?? new Set()).add(file));
  }
  const several = [...files]
    .filter(([name, users]) => users.size > (FILES_OF[name] ?? 1))
    .map(([name, users]) => [name, ...users]);
  assert.equal(several, []);
});

test("no package is loaded with a file: only where a function asks for it", () => {
  const eager = uses.filter((use) => use.eager && !use.typeOnly).map(({ name, file }) => `${file}: ${name}`);
  assert.equal(eager, []);
});

test("what is imported is a dependency, and each dependency is used", () => {
  const known = new Set(Object.keys(manifest.dependencies));
  assert.equal(
    [...new Set(uses.filter(({ name }) => !known.has(name)).map(({ name, file }) => `${file}: ${name}`))],
    [],
  );
  const used = new Set(uses.map(({ name }) => name));
  assert.equal(
    [...known].filter((name) => !used.has(name) && !NOT_IMPORTED.has(name)),
    [],
  );
});

test("versions are exact", () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^(\d+\.\d+\.\d+|file:\.)$/.test(version),
  );
  assert.equal(loose, []);
});

test.run();
