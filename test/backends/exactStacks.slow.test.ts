import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BACKEND_IDS } from "../../src/backends/registry";
import { assertSameValues, writeCrop } from "../io/product.fixture";
import { pythonMissing, runPython } from "../io/python.fixture";
import { withFolder } from "../io/slcFile.fixture";
import { readProducts, runBackend } from "../pipeline/run.fixture";
import { testUnless } from "../testUnless";
import { backendMissing } from "./available.fixture";

// Makes every stack of stacks.py with the exact result of each beside it, and prints their facts.
const PROGRAM = `
import json, sys, pathlib, stacks, exact
out = pathlib.Path(json.load(sys.stdin))
sys.argv = ["stacks.py", str(out)]
stacks.main()
descriptions = sorted(out.glob("*.json"))
for description in descriptions:
    exact.process(description)
print(json.dumps([json.loads(description.read_text()) for description in descriptions]))
`;

interface HardStack {
  readonly name: string;
  readonly dates: number;
  readonly pixels: number;
}

/** Stacks of one number of dates, one below the other as rows of one plane. */
interface Joined {
  readonly dates: number;
  readonly stacks: readonly HardStack[];
  readonly crops: string;
}

function joinByDates(folder: string): Joined[] {
  const stacks = JSON.parse(runPython(PROGRAM, folder)) as HardStack[];
  assert.is(stacks.length, 96);
  return [...new Set(stacks.map(({ dates }) => dates))].map((dates) => {
    const members = stacks.filter((stack) => stack.dates === dates);
    const { pixels } = members[0]!;
    const crops = join(folder, `crops${dates}`);
    mkdirSync(crops);
    const values = members.map(({ name }) => readFloats(join(folder, `${name}.f32`)));
    for (let date = 0; date < dates; date++) {
      const plane = new Float32Array(members.length * pixels);
      for (const [row, all] of values.entries()) {
        plane.set(all.subarray(date * pixels, (date + 1) * pixels), row * pixels);
      }
      const shape = { azimuth: members.length, range: pixels };
      writeCrop(crops, `d${String(date).padStart(4, "0")}`, { shape, values: plane });
    }
    return { dates, stacks: members, crops };
  });
}

function readFloats(path: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
}

async function assertExact(
  { dates, stacks, crops }: Joined,
  folder: string,
  id: string,
  out: string,
): Promise<void> {
  const workers = id === "sec" ? 1 : dates < 31 ? 2 : 3;
  const found = await readProducts(await runBackend(id, crops, out, workers));
  stacks.forEach(({ name, pixels }, row) => {
    const part = (values: Float32Array): Float32Array => values.subarray(row * pixels, (row + 1) * pixels);
    assertSameValues(
      part(found.mean.values),
      readFloats(join(folder, `${name}.mean.f32`)),
      `${id}, ${name}, mean`,
    );
    assertSameValues(
      part(found.std.values),
      readFloats(join(folder, `${name}.std.f32`)),
      `${id}, ${name}, std`,
    );
    const counts = new Uint32Array(Uint8Array.from(readFileSync(join(folder, `${name}.count.u32`))).buffer);
    assertSameValues(part(found.count.values), counts, `${id}, ${name}, count`);
  });
}

testUnless(pythonMissing)(
  "all 96 hard stacks give the float32 nearest to the exact value, whatever backend",
  () =>
    withFolder(async (folder) => {
      for (const joined of joinByDates(folder)) {
        for (const id of BACKEND_IDS) {
          // Starting ranks is slow: three numbers of dates are enough for them.
          if (backendMissing(id) !== undefined || (id === "mpi" && ![3, 64].includes(joined.dates))) continue;
          await assertExact(joined, folder, id, join(folder, `${id}-${joined.dates}`));
        }
      }
    }),
);

test.run();
