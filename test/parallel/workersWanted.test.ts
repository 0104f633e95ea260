import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { headStarts } from "../../src/backends/registry";
import { workersWanted } from "../../src/parallel/headStart";

const KNOWN = headStarts();

/** Count, kind and program that a command line wants. */
function wanted(line: string): string | null {
  const found = workersWanted(line.split(" "), KNOWN);
  return found === null ? null : [found.count, found.kind, found.program, ...found.words].join(" ");
}

test("a command line wants what its backend starts: a main thread that works is one of the workers", () => {
  assert.is(wanted("fused A B C --workers 3"), "2 thread rowWorker.js");
  assert.is(wanted("prep A B --workers=2"), "1 thread rowWorker.js");
  assert.is(wanted("stats threads A B C --workers 2"), "1 thread rowWorker.js");
  assert.is(wanted("stats mp_mem A B C --workers 2"), "2 thread entry.js mp_mem");
  assert.is(wanted("stats mp A B C --workers 2"), "2 process entry.js mp");
  assert.is(wanted("stats --workers 1 mp_v2 A B C"), null);
  assert.is(wanted("stats mp_v2 A B C --workers 1"), "1 process entry.js mp_v2");
});

test("nothing is wanted of one thread, of a number left open or without sense, or by other commands", () => {
  for (const line of [
    "fused A B C --workers 1",
    "fused A B C",
    "fused A B C --workers two",
    "fused A B C --workers 0",
    "fused A B C --workers 1000",
    "stats sec A B C --workers 2",
    "stats mpi A B C --workers 2",
    "verify A B --workers 2",
    "--help",
  ])
    assert.is(wanted(line), null, line);
});

test("every program that is started ahead stands among the bundles, and the command line knows what starts which", () => {
  const bin = join(__dirname, "../../bin");
  const cli = readFileSync(join(bin, "pila.js"), "utf8");
  for (const [command, { program }] of Object.entries(KNOWN)) {
    assert.ok(existsSync(join(bin, program)), program);
    assert.ok(cli.includes(`${command.includes(" ") ? JSON.stringify(command) : command}:{kind:`), command);
  }
});

test.run();
