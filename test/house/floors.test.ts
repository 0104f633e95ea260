import { test } from "uvu";
import * as assert from "uvu/assert";
import { importsOf, packageOf, sourceFiles, targetOf } from "./sources.fixture";

/** Floor of each folder of src; files directly in src stand on the seventh. */
const FLOORS: Readonly<Record<string, number>> = {
  core: 1,
  kernel: 2,
  io: 2,
  parallel: 2,
  statistics: 2,
  evidence: 3,
  records: 3,
  pipeline: 4,
  backends: 5,
  bench: 6,
  report: 6,
  commands: 7,
};

/** Above the fourth, whose floors it may use, and below the commands that call it. */
const DATA_PREP_FLOOR = 4.5;

interface Place {
  readonly room: string;
  readonly floor: number;
}

/** Where a file of src or data-prep stands; null elsewhere. */
function placeOf(file: string): Place | null {
  const [top, folder, inside] = file.split("/");
  if (top === "data-prep") return { room: "data-prep", floor: DATA_PREP_FLOOR };
  if (top !== "src") return null;
  if (inside === undefined) return { room: "top", floor: 7 };
  const floor = FLOORS[folder!];
  assert.ok(floor !== undefined, `src/${folder}: give it a floor here and in the design`);
  return { room: folder!, floor };
}

/** Why one file must not import another; null when it may. */
function findFault(from: string, to: string): string | null {
  const [user, used] = [placeOf(from)!, placeOf(to)];
  if (used === null) return `${from} imports ${to}, which is no part of the program`;
  if (user.room === used.room || used.floor < user.floor) return null;
  // The seventh is one house of words and names: commands, notebook, main, cli and index use each other.
  if (user.floor === 7 && used.floor === 7) return null;
  return `${from} (floor ${user.floor}) imports ${to} (floor ${used.floor})`;
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
