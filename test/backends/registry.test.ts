import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS, backends, findBackend } from "../../src/backends/registry";

test("each backend is found by its own id, and an unknown id is told which there are", () => {
  assert.equal(
    backends().map(({ id }) => id),
    BACKEND_IDS,
  );
  assert.throws(
    () => findBackend("toString"),
    /found backend toString, expected one of sec, mp, mp_v2, mp_mem, mpi, threads/,
  );
});

test("a backend that starts processes or ranks says what they do", () => {
  const silent = backends().filter(
    ({ starts, work }) => starts !== null && starts.kind !== "thread" && !work,
  );
  assert.equal(silent, []);
});

test.run();
