import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { workersWanted } from "../src/workersWanted";

/** Program and count that a command line wants. */
function wanted(line: string): string | null {
  const found = workersWanted(line.split(" "));
  return found === null ? null : `${found.count} ${found.starter} ${found.program}`;
}

test("a command line wants what its backend starts: a main thread that works is one of the workers", () => {
  assert.is(wanted("fused A B C --workers 3"), "2 thread rowWorker.js");
  assert.is(wanted("prep A B --workers=2"), "1 thread rowWorker.js");
  assert.is(wanted("stats threads A B C --workers 2"), "1 thread rowWorker.js");
  assert.is(wanted("stats mp_mem A B C --workers 2"), "2 thread mpMemThread.js");
  assert.is(wanted("stats mp A B C --workers 2"), "2 process mpChild.js");
  assert.is(wanted("stats --workers 1 mp_v2 A B C"), null);
  assert.is(wanted("stats mp_v2 A B C --workers 1"), "1 process mpV2Child.js");
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

test("every program that is started ahead stands among the bundles", () => {
  for (const command of ["fused", "stats mp_mem", "stats mp", "stats mp_v2"]) {
    const { program } = workersWanted(`${command} A B C --workers 2`.split(" "))!;
    assert.ok(existsSync(join(__dirname, "../bin", program)), program);
  }
});

test.run();
