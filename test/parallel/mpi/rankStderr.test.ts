import { test } from "uvu";
import * as assert from "uvu/assert";
import { RankStderr } from "../../../src/parallel/mpi/launch";

const RULER = "-".repeat(74);

/** Feeds a text in pieces of seven characters, as a pipe may. */
function read(text: string): { reason: string | undefined; forwarded: string } {
  let forwarded = "";
  const reader = new RankStderr((line) => (forwarded += line));
  for (let i = 0; i < text.length; i += 7) reader.add(text.slice(i, i + 7));
  reader.end();
  return { reason: reader.reason, forwarded };
}

test("the first rank that says why is quoted, the others are counted, the rest is passed on", () => {
  const { reason, forwarded } = read(
    `5 % done\npila: rank 3 of 4: ShapeError: a.tif: wrong\npila: rank 1 of 4: ShapeError: a.tif: wrong\n${RULER}\nMPI_ABORT was invoked on rank 3\n${RULER}\nlast words`,
  );
  assert.is(reason, "rank 3 of 4: ShapeError: a.tif: wrong (and 1 more ranks)");
  assert.is(forwarded, "5 % done\nlast words\n");
});

test("a failure before MPI is quoted from the line that names the error", () => {
  const { reason, forwarded } = read(
    "file.js:39\n        throw new Error()\n\nBackendError: found none of libmpi\n    at load\n",
  );
  assert.is(reason, "BackendError: found none of libmpi");
  assert.match(forwarded, "    at load\n");
  assert.is(read("pila: FormatError: b.tif: truncated\n").reason, "FormatError: b.tif: truncated");
});

test("notices of Open MPI 4 and 5 and of MPICH give rank and signal or code", () => {
  const killed4 = `${RULER}\nmpiexec noticed that process rank 1 with PID 0 on node vm exited on signal 9 (Killed).\n${RULER}\n`;
  assert.is(
    read(killed4).reason,
    "rank 1 was ended by signal 9 (Killed); the system does so when memory runs out",
  );
  const killed5 = `${RULER}\nprterun noticed that process rank 2 with PID 30 on node vm exited on\nsignal 11 (Segmentation fault).\n${RULER}\n`;
  assert.is(read(killed5).reason, "rank 2 was ended by signal 11 (Segmentation fault)");
  const box = "=".repeat(83);
  const hydra = `${box}\n=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n=   EXIT CODE: 9\n${box}\nYOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)\n`;
  assert.is(
    read(hydra).reason,
    "a rank was ended by signal 9 (Killed); the system does so when memory runs out",
  );
  const exited4 = `${RULER}\nterminated. The first process to do so was:\n\n  Process name: [[1173,1],2]\n  Exit code:    5\n${RULER}\n`;
  assert.is(read(exited4).reason, "rank 2 ended with exit code 5");
  assert.is(
    read(exited4.replace("[[1173,1],2]", "[prterun-vm-32754@1,0]")).reason,
    "rank 0 ended with exit code 5",
  );
});

test("a notice of another kind is quoted, a daemon's complaints and silence are not", () => {
  assert.is(
    read(`${RULER}\nThere are not enough slots\navailable\n${RULER}\n`).reason,
    "There are not enough slots available",
  );
  assert.is(
    read("[vm:2] [[1173,0],0] ORTE_ERROR_LOG: Data unpack would read past end of buffer\n").reason,
    undefined,
  );
  assert.is(read("").reason, undefined);
});

test.run();
