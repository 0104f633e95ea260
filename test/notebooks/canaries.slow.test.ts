import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testUnless } from "../testUnless";
import {
  type Ending,
  isAlive,
  joinText,
  makeTestFolder,
  missingJupyter,
  readOutputs,
  root,
  runPython,
  waitFor,
} from "./jupyter";

const AT_ONCE = 2;

/** What a failing canary must say: its error's name and message, and its place in the cell where it has one. */
const FAILURES: Readonly<Record<string, { readonly error: string; readonly stack?: RegExp }>> = {
  throw: {
    error: "RangeError: row 7 of 4",
    stack:
      /^> 2 \| {3}throw new .*\n {4}\| {9}\^\n {2}3 \| \}\n +at fail \(celda \[2\]:2:9\)\n +at celda \[2\]:4:1$/m,
  },
  "own-error": {
    error: "ShapeError: una.tif: 3 x 4, the stack is 3 x 5",
    stack: /^ShapeError: una\.tif.*\ncelda \[1\], línea 7:\n[\s\S]*\n +at open \(celda \[1\]:7:9\)$/m,
  },
  "thrown-string": { error: "Thrown: a bare string" },
  "type-error": {
    error: "TypeScriptError: 1:7 - Type 'string' is not assignable to type 'number'.",
    stack: /^celda \[\d\], línea 1:\n> 1 \| .*\n {4}\| {7}\^$/m,
  },
  "syntax-error": {
    error: "TypeScriptError: 1:19 - Expression expected.",
    stack: /^> 1 \| const rows = \(1 \+ ;\n {4}\| {19}\^$/m,
  },
  "rejected-await": {
    error: "TypeError: nothing to read",
    stack: /^> \d \| .*\n[\s\S]*\n +at read \(celda \[\d\]:\d+:\d+\)$/m,
  },
  "unawaited-rejection": {
    error: "Error: nobody awaited this",
    stack: /^> 1 \| void Promise.*\n +\| {21}\^\n/m,
  },
  "late-timer": { error: "Error: a timer failed late", stack: /^ +at .*_onTimeout/m },
};

const it = testUnless(missingJupyter);
const folder = makeTestFolder("canaries");
const parametersFile = join(folder, "parameters.json");
const pidFile = join(folder, "pid");
writeFileSync(parametersFile, JSON.stringify({ greeting: "buenas", pidFile }));

const outputOf = (key: string): string => join(folder, `${key}.ipynb`);

/** Executes canaries two at a time; `key` is the notebook's name, or name#2 for a second run of it. */
function startCanaries(keys: readonly string[]): Map<string, Promise<Ending>> {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  const endings = new Map<string, Promise<Ending>>();
  keys.forEach((key, index) => {
    const source = join(root, "test/notebooks/canaries", `${key.split("#")[0]}.ipynb`);
    const lane = index % AT_ONCE;
    const ending = (lanes[lane] as Promise<unknown>).then(() =>
      runPython("execute.py", [source, outputOf(key), "--timeout", "60"], {
        PILA_NOTEBOOK_PARAMETERS: parametersFile,
      }),
    );
    lanes[lane] = ending;
    endings.set(key, ending);
  });
  return endings;
}

const keys = ["exit", "good", "good#2", "many-lines", ...Object.keys(FAILURES)];
const endings = startCanaries(missingJupyter === undefined ? keys : []);

for (const [name, { error, stack }] of Object.entries(FAILURES)) {
  it(`${name}: exit 1 and the real ${error.split(":")[0]}, no output file`, async () => {
    const { exitCode, stderr } = (await endings.get(name)) as Ending;
    assert.is(exitCode, 1, stderr);
    const [head = "", ...rest] = stderr.split("\n");
    assert.is(head.slice(head.indexOf(".ipynb: ") + 8), error);
    assert.ok(rest.join("\n").includes(error), `no traceback in ${stderr}`);
    if (stack !== undefined) assert.match(stderr, stack);
    assert.not.match(stderr, /tslab\/dist|kernels\/pila\/|node:internal/);
    assert.not.ok(existsSync(outputOf(name)));
  });
}

it("5000 lines arrive whole, in order, as one output", async () => {
  const { exitCode, stderr } = (await endings.get("many-lines")) as Ending;
  assert.is(exitCode, 0, stderr);
  const [outputs = []] = readOutputs(outputOf("many-lines"));
  assert.is(outputs.length, 1);
  const lines = joinText(outputs[0]?.text).split("\n");
  assert.is(
    lines.findIndex((line, index) => line !== `line ${index}`),
    5000,
  );
  assert.is(lines.length, 5001);
});

it("process.exit is a dead kernel, and takes the cell's child along", async () => {
  const { exitCode, stderr } = (await endings.get("exit")) as Ending;
  assert.is(exitCode, 1, stderr);
  assert.match(stderr, /exit\.ipynb: DeadKernelError: /);
  const pid = Number(readFileSync(pidFile, "utf8"));
  assert.ok(pid > 1);
  await waitFor("the end of the cell's child", () => !isAlive(pid), 5);
});

it("a good notebook: pila imported, streams apart, parameters, live display, cell signal", async () => {
  const { exitCode, stderr } = (await endings.get("good")) as Ending;
  assert.is(exitCode, 0, stderr);
  const cells = readOutputs(outputOf("good"));
  const said = cells.map((outputs) => outputs.map((output) => [output.name, joinText(output.text)]));
  assert.equal(said[0], [["stdout", "ShapeError 1\n"]]);
  assert.equal(said[1], [
    ["stdout", "canaries\n"],
    ["stderr", "a warning\n"],
  ]);
  assert.equal(said[2], [["stdout", "buenas\n"]]);
  assert.is(joinText(cells[3]?.[0]?.data?.["text/html"]), "<p>3 of 3</p>");
  assert.is(cells[3]?.length, 1);
  assert.equal(said[4], [["stdout", "true false\n"]]);
});

it("two runs of a good notebook are the same bytes", async () => {
  await Promise.all([endings.get("good"), endings.get("good#2")]);
  const [first, second] = ["good", "good#2"].map((key) => readFileSync(outputOf(key)));
  assert.ok(first !== undefined && second !== undefined && first.equals(second));
});

test.run();
