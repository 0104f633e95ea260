import { test } from "uvu";
import * as assert from "uvu/assert";
import { fillArguments, parsePeer, splitArguments } from "../../src/bench/plan";
import { UsageError } from "../../src/core/errors";

for (const [text, expected] of [
  ["python3  run.py\t-x", ["python3", "run.py", "-x"]],
  [`a "b c" 'd "e"' f\\ g`, ["a", "b c", 'd "e"', "f g"]],
  [`a"b c"d '' "\\"q\\""`, ["ab cd", "", '"q"']],
  ["a; $(b) | c > d", ["a;", "$(b)", "|", "c", ">", "d"]],
  ["'a\\b'", ["a\\b"]],
] as const) {
  test(`a command is split as written: ${text}`, () => assert.equal(splitArguments(text), [...expected]));
}

test("placeholders are filled after the split, wherever they stand, and never again", () => {
  const { name, command } = parsePeer("py_sec=python3 'my run.py' {intens} --out={mean} {std} -n{workers}");
  assert.is(name, "py_sec");
  const places = { intens: "/a b/{mean}", mean: "/m 'x'", std: "$HOME", workers: 4 };
  assert.equal(fillArguments(command, places), [
    "python3",
    "my run.py",
    "/a b/{mean}",
    "--out=/m 'x'",
    "$HOME",
    "-n4",
  ]);
});

for (const [text, message] of [
  ["python3 run.py", "expected 'NAME=COMMAND'"],
  ["a b=c", "expected 'NAME=COMMAND'"],
  ["py=", "an empty command"],
  ["py=x 'y", "an open '"],
  ["py=x {intens} {mean}", "found no {std}"],
  ["py{workers}=x {intens} {mean} {std}", "found {workers} in the name only"],
  ["{workers}=x {intens} {mean} {std} {workers}", "expected 'NAME=COMMAND'"],
] as const) {
  test(`a wrong peer is refused: ${text}`, () =>
    assert.throws(
      () => parsePeer(text),
      (error: Error) => error instanceof UsageError && error.message.includes(message),
    ));
}

test.run();
