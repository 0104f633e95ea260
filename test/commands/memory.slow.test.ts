import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withFolder } from "../io/slcFile.fixture";
import { makeSparseCrops, makeSparseSlc, runPila } from "./cli.fixture";

const FEW = 2;
const MANY = 64;
/** All dates at once would be 512 MiB; a block of all dates in each thread and the noise of the heap stay below this. */
const MOST_GROWTH_BYTES = 10 << 20;

/** Memory of the main process with its threads, at most. */
function peakOf(args: readonly string[]): number {
  const { code, stderr } = runPila([...args, "--workers", "2"], {}, [
    "--require",
    join(__dirname, "peakMemory.fixture.js"),
  ]);
  assert.is(code, 0, stderr);
  return Number(/^peak (\d+)$/m.exec(stderr)![1]);
}

test(`the parent holds no more for ${MANY} dates than for ${FEW}, whoever computes`, () =>
  withFolder((folder) => {
    const at = (name: string): string => join(folder, name);
    for (const dates of [FEW, MANY]) {
      makeSparseSlc(at(`slc${dates}`), dates, { azimuth: 2048, range: 4096 });
      makeSparseCrops(at(`in${dates}`), dates, { azimuth: 2048, range: 1024 });
    }
    const commands: readonly (readonly [string, (dates: number) => string[]])[] = [
      ["fused", (dates) => ["fused", at(`slc${dates}`), at("m"), at("s")]],
      ...["sec", "threads", "mp_mem", "mp_v2"].map(
        (id) => [id, (dates: number) => ["stats", id, at(`in${dates}`), at("m"), at("s")]] as const,
      ),
    ];
    for (const [name, args] of commands) {
      const growth = peakOf(args(MANY)) - peakOf(args(FEW));
      assert.ok(growth < MOST_GROWTH_BYTES, `${name} grows by ${(growth / 2 ** 20).toFixed(1)} MiB`);
    }
  }));

test("a whole SAOCOM frame of three dates takes no more than a small stack, beyond the longer rows", () =>
  withFolder((folder) => {
    const at = (name: string): string => join(folder, name);
    makeSparseSlc(at("small"), 3, { azimuth: 2048, range: 4096 });
    makeSparseSlc(at("frame"), 3, { azimuth: 22486, range: 8245 });
    const peak = (name: string): number => peakOf(["fused", at(name), at("m"), at("s")]);
    const growth = peak("frame") - peak("small");
    assert.ok(growth < MOST_GROWTH_BYTES, `${(growth / 2 ** 20).toFixed(1)} MiB more`);
  }));

test.run();
