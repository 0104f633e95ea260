import { test } from "uvu";
import * as assert from "uvu/assert";
import * as errors from "../../src/core/errors";

const CLASSES = [
  errors.ShapeError,
  errors.FormatError,
  errors.BackendError,
  errors.WorkerError,
  errors.RecordError,
  errors.VerifyError,
  errors.FileError,
  errors.MemoryError,
  errors.UsageError,
];

for (const Class of CLASSES) {
  test(`${Class.name} crosses a border as plain data and comes back as itself`, () => {
    const sent = JSON.parse(
      JSON.stringify(errors.toPlainError(new Class("a.slc: found 1", { path: "a.slc" }))),
    );
    const back = errors.fromPlainError(sent);
    assert.instance(back, Class);
    assert.equal([back.name, back.message, back.path], [Class.name, "a.slc: found 1", "a.slc"]);
    assert.is(back.exitCode, Class === errors.UsageError ? 2 : 1);
  });
}

test("an error of the operating system is told with its file, its meaning and the next step, once", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const named = errors.namedError(full, "out/m.tif") as errors.FileError;
  assert.instance(named, errors.FileError);
  assert.match(named.message, /^out\/m\.tif: found no room left on the disk, expected some; .* \(ENOSPC\)$/);
  assert.is(named.path, "out/m.tif");
  assert.is(errors.namedError(named, "another"), named);
  const gone = Object.assign(new Error("x"), { code: "ENOENT", path: "a.slc" });
  assert.match((errors.namedError(gone, "b.slc") as Error).message, /^a\.slc: found nothing/);
  const threads = Object.assign(new Error("Worker initialization failure: EMFILE"), {
    code: "ERR_WORKER_INIT_FAILED",
  });
  assert.instance(errors.namedError(threads), errors.WorkerError);
  assert.instance(errors.namedError(new RangeError("Array buffer allocation failed")), errors.MemoryError);
  const other = new RangeError("out of bounds");
  assert.is(errors.namedError(other), other);
  assert.is(errors.toPlainError(full).name, "FileError");
});

test("an error of another kind comes back as a WorkerError that keeps name and message", () => {
  const back = errors.fromPlainError(errors.toPlainError(new RangeError("out of bounds")));
  assert.instance(back, errors.WorkerError);
  assert.match(back.message, "RangeError: out of bounds");
  assert.match(errors.fromPlainError(errors.toPlainError("a text")).message, "a text");
});

test.run();
