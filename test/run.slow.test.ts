import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findTrouble, readSummary } from "./testFile";

const UVU = `const { test } = require(${JSON.stringify(require.resolve("uvu"))});`;
const ASSERT = `const assert = require(${JSON.stringify(require.resolve("uvu/assert"))});`;
const SKIP = `const { testUnless } = require(${JSON.stringify(join(__dirname, "testUnless.js"))});`;
const PASSING = `${UVU} test("a", () => {}); test("b", () => {}); test.run();`;

/** Runs the runner over a folder of the given compiled test files; files named in `stale` get no source. */
function runOver(
  files: Record<string, string>,
  args: string[] = [],
  stale: string[] = [],
): { status: number | null; lines: string[]; last: string; root: string } {
  const root = mkdtempSync(join(tmpdir(), "pila-runner-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(join(root, "test"));
  try {
    for (const [name, text] of Object.entries(files)) {
      write(`dist/test/${name}.js`, text);
      if (!stale.includes(name)) write(`test/${name}.ts`, "");
    }
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(__dirname, "run.js"), "--root", root, ...args],
      {
        encoding: "utf8",
        env: { ...process.env, FORCE_COLOR: "1" },
      },
    );
    const lines = stdout.trimEnd().split("\n");
    return { status, lines, last: lines.at(-1)!, root };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const has = (lines: readonly string[], text: string): boolean => lines.some((line) => line.includes(text));

test("passing files are summed over folders, coloured output included", () => {
  const { status, last, lines } = runOver({ "a.test": PASSING, "deep/er/b.test": PASSING });
  assert.is(last, "4 passed, 0 failed");
  assert.is(status, 0);
  assert.ok(has(lines, "test/deep/er/b.test.ts  2 passed"));
});

test("a failing assertion counts, fails the run, and its output is shown", () => {
  const { status, last, lines } = runOver({
    "a.test": PASSING,
    "b.test": `${UVU} ${ASSERT} test("good", () => {}); test("worse", () => assert.is(41, 42)); test.run();`,
  });
  assert.is(last, "3 passed, 1 failed");
  assert.is(status, 1);
  assert.ok(has(lines, "b.test.ts: 1 of 2 failed") && has(lines, "worse"));
});

// What uvu lets through with exit code 0, and other files that say nothing or too little.
const SILENT: Record<string, [source: string, said: string, last: string]> = {
  "run() forgotten": [`${UVU} test("a", () => {});`, "reported no tests", "0 passed, 1 failed"],
  "before hook throws": [
    `${UVU} test.before(() => { throw new Error("no"); }); test("a", () => {}); test("b", () => {}); test.run();`,
    "2 of 2 failed",
    "0 passed, 2 failed",
  ],
  "no test": [`${UVU} test.run();`, "holds no test", "0 passed, 1 failed"],
  "empty file": ["", "reported no tests", "0 passed, 1 failed"],
  "process.exit(0) in a test": [
    `${UVU} test("a", () => process.exit(0)); test.run();`,
    "reported no tests",
    "0 passed, 1 failed",
  ],
  "late error": [
    `${UVU} test("a", () => { setTimeout(() => { throw new Error("late"); }, 50); }); test.run();`,
    "although its tests passed",
    "1 passed, 1 failed",
  ],
  "test.only": [
    `${UVU} test("a", () => {}); test.only("b", () => {}); test.run();`,
    "1 skipped with 0 reasons",
    "1 passed, 1 failed",
  ],
  "bare test.skip": [
    `${UVU} test("a", () => {}); test.skip("b", () => {}); test.run();`,
    "1 skipped with 0 reasons",
    "1 passed, 1 failed",
  ],
  "run() twice": [
    `${UVU} test("a", () => {}); test.run(); setTimeout(() => { test("b", () => {}); test.run(); }, 50);`,
    "reported no tests",
    "0 passed, 1 failed",
  ],
  "killed by a signal": [
    `${UVU} test("a", () => process.kill(process.pid, "SIGKILL")); test.run();`,
    "killed by a signal",
    "0 passed, 1 failed",
  ],
};
for (const [what, [source, said, expected]] of Object.entries(SILENT)) {
  test(`a file cannot pass by this: ${what}`, () => {
    const { status, last, lines } = runOver({ "a.test": source });
    assert.is(last, expected);
    assert.is(status, 1);
    assert.ok(has(lines, said), lines.join("\n"));
  });
}

test("a skip with its reason does not fail a file, and is listed", () => {
  const skipping = `${UVU} ${SKIP} test("a", () => {}); testUnless("no mpiexec")("ranks agree", () => {}); test.run();`;
  const { status, last, lines } = runOver({ "a.test": skipping });
  assert.is(last, "1 passed, 0 failed");
  assert.is(status, 0);
  assert.ok(has(lines, "skipped (no mpiexec): 1") && has(lines, "test/a.test.ts: ranks agree"));
});

test("testUnless runs the test where nothing is missing", () => {
  const { last } = runOver({
    "a.test": `${UVU} ${SKIP} testUnless(undefined)("a", () => { throw 1; }); test.run();`,
  });
  assert.is(last, "0 passed, 1 failed");
});

test("a run in which everything was skipped fails", () => {
  const { status, last } = runOver({
    "a.test": `${UVU} ${SKIP} testUnless("no disk")("a", () => {}); test.run();`,
  });
  assert.is(last, "0 passed, 1 failed");
  assert.is(status, 1);
});

test("patterns choose files by their path; none matching is a failure", () => {
  const files = { "io/a.test": PASSING, "bench/b.test": "" };
  assert.is(runOver(files, ["io/"]).last, "2 passed, 0 failed");
  const none = runOver(files, ["nothing"]);
  assert.is(none.last, "0 passed, 1 failed");
  assert.is(none.status, 1);
});

test("a compiled file without source is ignored, a source without compiled file fails", () => {
  assert.is(runOver({ "a.test": PASSING, "old.test": "" }, [], ["old.test"]).last, "2 passed, 0 failed");
  const root = mkdtempSync(join(tmpdir(), "pila-runner-"));
  mkdirSync(join(root, "test"));
  writeFileSync(join(root, "test/a.test.ts"), "");
  const { stdout, status } = spawnSync(process.execPath, [join(__dirname, "run.js"), "--root", root], {
    encoding: "utf8",
  });
  rmSync(root, { recursive: true });
  assert.is(status, 1);
  assert.match(stdout, /was not compiled.*\n0 passed, 1 failed\n$/s);
});

test("--fast leaves out the files that are named slow or alone", () => {
  const files = { "a.test": PASSING, "b.slow.test": "", "c.alone.test": "" };
  assert.is(runOver(files, ["--fast"]).last, "2 passed, 0 failed");
});

test("--long runs the long files and only those", () => {
  assert.is(runOver({ "a.test": "", "b.long": PASSING }, ["--long"]).last, "2 passed, 0 failed");
});

test("files named alone begin after every other file has ended", () => {
  const log = join(mkdtempSync(join(tmpdir(), "pila-order-")), "log");
  const noting = (name: string): string =>
    `${UVU} const { appendFileSync } = require("node:fs");
     const note = (what) => appendFileSync(${JSON.stringify(log)}, what + " ");
     test("a", async () => { note("${name}+"); await new Promise((r) => setTimeout(r, 200)); note("${name}-"); }); test.run();`;
  runOver({
    "a.alone.test": noting("A"),
    "b.alone.test": noting("B"),
    "c.test": noting("c"),
    "d.test": noting("d"),
  });
  const order = readFileSync(log, "utf8");
  rmSync(dirname(log), { recursive: true });
  assert.match(order, /^([cd][+-] ){4}A\+ A- B\+ B- $/);
});

/** Whether a process runs: neither gone nor a zombie that waits to be reaped. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)![0] !== "Z";
  } catch {
    return false;
  }
}

test("at the time limit a file fails and its processes end, also those it started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pila-limit-"));
  const hanging = `${UVU} const { spawn } = require("node:child_process");
    const child = spawn("sleep", ["600"]); require("node:fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(child.pid));
    test("a", () => new Promise(() => setInterval(() => {}, 1000))); test.run();`;
  const { last, lines, status } = runOver({ "a.test": hanging }, ["--limit", "1"]);
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  rmSync(folder, { recursive: true });
  assert.is(last, "0 passed, 1 failed");
  assert.is(status, 1);
  assert.ok(has(lines, "did not end within 1 s"));
  for (let wait = 0; isRunning(pid) && wait < 40; wait += 1) await sleep(50);
  assert.not(isRunning(pid));
});

test("a process that a file leaves behind is ended and does not hold up the run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pila-orphan-"));
  const leaving = `${UVU} const child = require("node:child_process").spawn("sleep", ["600"], { stdio: "inherit" });
    child.unref(); require("node:fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(child.pid));
    test("a", () => {}); test.run();`;
  const { last } = runOver({ "a.test": leaving }, ["--limit", "20"]);
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  rmSync(folder, { recursive: true });
  assert.is(last, "1 passed, 0 failed");
  for (let wait = 0; isRunning(pid) && wait < 40; wait += 1) await sleep(50);
  assert.not(isRunning(pid));
});

test("a summary is read whole or not at all", () => {
  const good = "• •   (2 / 2)\n\n  Total:     2\n  Passed:    2\n  Skipped:   0\n  Duration:  1.00ms\n\n";
  assert.equal(readSummary(good), { total: 2, passed: 2, skipped: 0, skips: [] });
  assert.is(readSummary(good.replace("  Skipped:   0\n", "")), null);
  assert.is(readSummary(good + good), null);
  assert.is(findTrouble(readSummary(good), 0), null);
  assert.is(findTrouble(readSummary(good), 3), "exit code 3 although its tests passed");
});

test.run();
