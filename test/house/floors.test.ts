import { test } from "uvu";
import * as assert from "uvu/assert";
import { drawRooms, ROOMS, readContributing, readImports, roomOf } from "./rooms";
import { importsOf, packageOf, sourceFiles, targetOf } from "./sources.fixture";

const imports = readImports();

/** Why one file must not import another; null when it may. */
function findFault(from: string, to: string): string | null {
  const [user, used] = [roomOf(from)!, roomOf(to)];
  if (used === null) return `${from} imports ${to}, which is no part of the program`;
  const [high, low] = [ROOMS[user]!.floor, ROOMS[used]!.floor];
  // The seventh is one house of words and names: commands, notebook, main, cli and index use each other.
  if (user === used || low < high || (high === 7 && low === 7)) return null;
  return `${from} (floor ${high}) imports ${to} (floor ${low})`;
}

test("imports only go down a floor, and rooms of one floor do not import each other", () => {
  const faults = sourceFiles("src", "data-prep").flatMap((file) =>
    importsOf(file).flatMap((each) => {
      const to = targetOf(each);
      return to === null ? [] : (findFault(file, to) ?? []);
    }),
  );
  assert.equal(faults, []);
});

test("no file imports itself by way of others, types included", () => {
  assert.equal(findCircles(imports), []);
});

test("the picture of the rooms in CONTRIBUTING.md is the one that the imports draw", () => {
  assert.is(readContributing().picture, drawRooms(imports), "npm run house -- --write draws it anew");
});

test("core imports no module of Node and no package", () => {
  const outside = sourceFiles("src/core").flatMap((file) =>
    importsOf(file).filter((each) => targetOf(each) === null),
  );
  assert.equal(outside, []);
});

test("the report imports of the backends only their registry, nothing of the pipeline and nothing that reads rasters", () => {
  const rooms = new Set(
    sourceFiles("src/report").flatMap((file) => importsOf(file).map((each) => targetOf(each) ?? "")),
  );
  const forbidden = [...rooms].filter(
    (target) =>
      /^src\/(backends|pipeline|kernel|parallel)\//.test(target) && target !== "src/backends/registry",
  );
  assert.equal(forbidden, []);
});

/** Files that reach each other, a list for each circle. */
function findCircles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const reach = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]));
  const circles = [...graph.keys()].map((file) =>
    [...reach.get(file)!].filter((other) => reach.get(other)!.has(file)).sort(),
  );
  return circles.filter(
    (circle, i) => circle.length > 0 && circles.findIndex((c) => c[0] === circle[0]) === i,
  );
}

function reachedFrom(start: string, graph: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const next of graph.get(file) ?? []) {
      if (!reached.has(next)) open.push(next);
      reached.add(next);
    }
  }
  return reached;
}

test("a circle is found whole and once, a chain is none", () => {
  const graph = (text: string): Map<string, Set<string>> =>
    new Map(text.split(" ").map((word) => [word[0]!, new Set(word.slice(1))]));
  assert.equal(findCircles(graph("abc bc c")), []);
  assert.equal(findCircles(graph("ab bc ca dad ed")), [["a", "b", "c"], ["d"]]);
});

test("the check itself sees an import that goes up, sideways or out", () => {
  assert.match(findFault("src/core/raster.ts", "src/io/rows") ?? "", "floor 1");
  assert.match(findFault("src/io/rows.ts", "src/kernel/kernels") ?? "", "floor 2");
  assert.match(findFault("src/bench/session.ts", "src/report/png") ?? "", "floor 6");
  assert.match(findFault("data-prep/link.ts", "src/backends/sec") ?? "", "floor 5");
  assert.match(findFault("src/io/rows.ts", "test/run") ?? "", "no part of the program");
  assert.is(findFault("src/pipeline/fused.ts", "src/io/rows"), null);
  const text = `import a from "up"; export * from "./b"; const c = () => require("c") as typeof import("d"); await import("@e/f/g");`;
  const found = importsOf("src/x.ts", text);
  assert.equal(
    found.map(({ specifier, typeOnly, eager }) => [specifier, typeOnly, eager]),
    [
      ["up", false, true],
      ["./b", false, true],
      ["c", false, false],
      ["d", true, false],
      ["@e/f/g", false, true],
    ],
  );
  assert.equal(found.map(packageOf), ["up", null, "c", "d", "@e/f"]);
});

test.run();
