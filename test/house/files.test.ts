import { basename } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { countLines, readImports } from "./rooms";
import { projectFiles, readProjectFile, sourceFiles } from "./sources.fixture";

/** A chapter is read from top to bottom; what is longer is two. */
const MOST_LINES = 360;
/** What one file uses lives in it, unless it is a chapter of its own. */
const SMALL_LINES = 90;
const MOST_SMALL = 12;
/** Registries, public names and entries of processes are short by nature. */
const MAY_BE_SMALL = /(^|\/)(registry|index|cli|main|entry|\w+(Entry|Child|Thread|Worker))\.ts$/;
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

const linesOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + countLines(name), 0);

/** Fails, with what there is, above either limit. */
function assertAtMost(lines: number, count: number, names: readonly string[]): void {
  const found = `found ${linesOf(names)} lines in ${names.length} files, expected <= ${lines} in <= ${count}`;
  assert.ok(linesOf(names) <= lines && names.length <= count, found);
}

test("src beside the report has at most 21002 lines in 133 files", () => {
  const beside = files.filter((name) => /^src\/(?!report\/).*\.ts$/.test(name));
  assert.ok(beside.length > 50);
  assertAtMost(21_002, 133, beside);
});

test("the set-up has at most 840 lines, those of setup.mjs and build.mjs counted, and 6 files", () => {
  const setup = files.filter((name) => /^setup\/.*\.mjs$/.test(name));
  assert.ok(setup.length <= 6, setup.join(" "));
  assertAtMost(840, 8, [...setup, "setup.mjs", "build.mjs"]);
});

test(`a file has at most ${MOST_LINES} lines, and a name that says what is in it`, () => {
  const chapters = files.filter((name) =>
    /^(src|data-prep|setup|notebooks|reports)\/.*\.(ts|mjs|cjs|py)$/.test(name),
  );
  assert.equal(
    chapters.filter((name) => countLines(name) > MOST_LINES).map((name) => `${name}: ${countLines(name)}`),
    [],
  );
  assert.equal(
    files.filter((name) => FORBIDDEN_NAMES.test(basename(name))),
    [],
  );
});

test(`at most ${MOST_SMALL} files beside the report are small and imported by one other`, () => {
  const users = new Map<string, string[]>();
  for (const [user, used] of readImports()) {
    for (const name of used) users.set(name, [...(users.get(name) ?? []), user]);
  }
  // What a registry lists is one file each, however short.
  const small = [...users].filter(
    ([name, importers]) =>
      importers.length === 1 &&
      !/\/registry\.ts$/.test(importers[0]!) &&
      /^src\/(?!report\/)/.test(name) &&
      !MAY_BE_SMALL.test(name) &&
      countLines(name) < SMALL_LINES,
  );
  assert.ok(small.length <= MOST_SMALL, `${small.length}: ${small.map(([name]) => name).join(" ")}`);
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
  const sources = sourceFiles("src", "data-prep", "reports", "test").filter((name) => name !== OWN);
  assert.equal(findLines(/\b(TODO|FIXME|XXX|HACK)\b/, sources), []);
  const defaults = findLines(/=\s*[\w.?()[\]]+ \|\| (?:\d|"|\[|\{)/, sourceFiles("src", "data-prep"));
  assert.equal(defaults, []);
});

test.run();
