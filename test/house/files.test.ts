import { basename } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectFiles, readProjectFile, sourceFiles } from "./sources.fixture";

const MOST_LINES = 500;
/** Drawers without a name for what is in them. */
const FORBIDDEN_NAMES = /^(utils?|helpers?|misc|common|img|arr|data2)\./i;
const TEXT = /\.(ts|js|mjs|cjs|json|md|py|ipynb|css|j2|html|txt|c|cff|toml|yml|yaml)$|^[^.]+$/;

/** This file, which spells out what it looks for. */
const OWN = "test/house/files.test.ts";
const files = projectFiles();
const texts = files.filter((name) => TEXT.test(basename(name)));

/** Lines of project files that match, as `file:line`. */
function findLines(pattern: RegExp, among: readonly string[]): string[] {
  return among.flatMap((name) =>
    readProjectFile(name)
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${name}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

test(`source files have at most ${MOST_LINES} lines and names that say what is in them`, () => {
  const sources = files.filter((name) => /^(src|data-prep|setup|notebooks)\/.*\.(ts|mjs|cjs|py)$/.test(name));
  assert.ok(sources.length > 80);
  const long = sources.filter((name) => readProjectFile(name).split("\n").length - 1 > MOST_LINES);
  assert.equal(long, []);
  assert.equal(
    files.filter((name) => FORBIDDEN_NAMES.test(basename(name))),
    [],
  );
});

test("no file names a folder of somebody's machine or the address of a registry", () => {
  const machinePath = /(?:^|[\s"'`(=:])\/(?:home|Users|root|work|workspace|mnt)\/[\w.-]+/;
  const checked = texts.filter((name) => name !== OWN);
  assert.equal(findLines(machinePath, checked), []);
  assert.equal(
    findLines(/registry\.npmjs|registry\.yarnpkg|files\.pythonhosted|pypi\.org\/simple|_authToken/, checked),
    [],
  );
});

test("the lock file holds no download addresses", () => {
  const lock = JSON.parse(readProjectFile("package-lock.json")) as {
    packages: Record<string, { resolved?: string }>;
  };
  const addresses = Object.entries(lock.packages).filter(([, { resolved }]) =>
    /^https?:/.test(resolved ?? ""),
  );
  assert.equal(
    addresses.map(([name]) => name),
    [],
  );
});

test("notebooks are kept without outputs and execution counts", () => {
  const kept = files
    .filter((name) => name.endsWith(".ipynb"))
    .filter((name) => {
      const { cells } = JSON.parse(readProjectFile(name)) as {
        cells: { outputs?: unknown[]; execution_count?: number | null }[];
      };
      return cells.some(
        ({ outputs, execution_count }) => (outputs?.length ?? 0) > 0 || (execution_count ?? null) !== null,
      );
    });
  assert.equal(kept, []);
});

test("no file left something to be done later, and absent values are told by ?? alone", () => {
  const sources = sourceFiles("src", "data-prep", "test").filter((name) => name !== OWN);
  assert.equal(findLines(/\b(TODO|FIXME|XXX|HACK)\b/, sources), []);
  const defaults = findLines(/=\s*[\w.?()[\]]+ \|\| (?:\d|"|\[|\{)/, sourceFiles("src", "data-prep"));
  assert.equal(defaults, []);
});

test.run();
