import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const PILA = join(__dirname, "../../bin/pila.js");

/** Waits until every process that may write on the error stream has ended. */
function run(words: string, openFiles: string): { code: number | null; lines: readonly string[] } {
  const script = `ulimit -n ${openFiles}; exec "$0" "$@"`;
  const { status, stderr } = spawnSync("sh", ["-c", script, process.execPath, PILA, ...words.split(" ")], {
    encoding: "utf8",
  });
  return { code: status, lines: stderr.trimEnd().split("\n") };
}

test("children that were started ahead and are not wanted end without a word", () => {
  for (const [words, code, line] of [
    ["stats mp --workers 3", 2, /^pila: UsageError: found 1 words after stats/],
    ["stats mp_v2 nowhere a.tif b.tif --bogus --workers 3", 2, /^pila: UsageError: Unknown option '--bogus'/],
    ["stats mp --help --workers 3", 0, /^$/],
  ] as const) {
    const found = run(words, "1000");
    assert.is(found.code, code, words);
    assert.is(found.lines.length, 1, found.lines.join("\n"));
    assert.match(found.lines[0]!, line);
  }
});

test("children that the system has no room for are an error of one line that says what to do", () => {
  for (const files of ["30", "45", "60"]) {
    const { code, lines } = run("stats mp nowhere a.tif b.tif --workers 60", files);
    assert.is(code, 1);
    assert.is(lines.length, 1, lines.join("\n"));
    assert.match(lines[0]!, /^pila: WorkerError: found no .*; take fewer workers/);
  }
});

test.run();
