import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildConfigurations, fillArguments, labelOf, parsePeer, splitArguments } from "../../src/bench/plan";
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

test("a peer that is told its workers runs at every number, labelled where its name says so", () => {
  const places = ["{intens}", "{mean}", "{std}"];
  const peers = [
    { name: "py_mp{workers}_v2", command: ["a", ...places, "-n{workers}"] },
    { name: "py_mpi", command: ["b", ...places, "{workers}"] },
    { name: "own2", command: ["c", ...places] },
  ];
  assert.equal(
    buildConfigurations({ backends: ["sec"], workers: [4, 2], peers }, [
      { dates: 4, crop: null, shape: { azimuth: 2, range: 2 } },
    ])
      .filter((one) => one.backend === "peer")
      .map(({ label, program, workers }) => [label, program, workers]),
    [
      ["py_mp1_v2", "py_mp_v2", 1],
      ["py_mp2_v2", "py_mp_v2", 2],
      ["py_mp4_v2", "py_mp_v2", 4],
      ["py_mpi1", "py_mpi", 1],
      ["py_mpi2", "py_mpi", 2],
      ["py_mpi4", "py_mpi", 4],
      ["own2", null, 1],
    ],
  );
});

test("labels carry the workers after the first part of the id", () => {
  const cases = [
    ["sec", 1],
    ["mp", 4],
    ["mp_v2", 4],
    ["mp_mem", 12],
    ["mpi", 2],
    ["fused", 1],
  ] as const;
  assert.equal(
    cases.map(([backend, workers]) => labelOf(backend, workers)),
    ["sec", "mp4", "mp4_v2", "mp12_mem", "mpi2", "fused1"],
  );
});

test.run();
