import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../src/evidence/numbers";
import { pairedRatio } from "../../src/evidence/verdict";
import { instantiate, openKernels, planeBytes, RegionPlan } from "../../src/kernel/kernels";
import type { Result } from "./report";
import { runProcess, type Workbench } from "./workbench";

/** The row of the bench that says what correct rounding costs. */
export const PROMISE_ROW = 12;

/** Cells of a block as the engine reduces them, and values that one timing goes through. */
const CELLS = 8192;
const VALUES = 1 << 24;
const NUMBERS_OF_DATES = [2, 8, 64];

type PlainMoments = (
  source: number,
  dateBytes: number,
  dates: number,
  cells: number,
  means: number,
  stds: number,
  counts: number,
) => void;

/**
 * Times the kernel of mean and std against one that rounds plain float64 sums, on speckle of 16 looks, in turns, in this
 * process: a ratio of the kernels alone, not of whole programs.
 */
export async function measurePromise(
  bench: Workbench,
  runs: number,
  bootstrap: { readonly seed: number; readonly draws: number },
): Promise<readonly Result[]> {
  const compiled = await compilePlain(bench);
  return NUMBERS_OF_DATES.flatMap((dates): Result[] => {
    const plan = new RegionPlan();
    const stride = planeBytes(CELLS);
    const source = plan.reserve(stride * dates);
    const [means, stds, counts, unresolved] = [0, 1, 2, 3].map(() => plan.reserve(stride)) as [
      number,
      number,
      number,
      number,
    ];
    const kernels = openKernels(plan);
    fillSpeckle(kernels.floats.subarray(source / 4, (source + stride * dates) / 4));
    const { plainMoments: plain } = instantiate(compiled, kernels.memory) as { plainMoments: PlainMoments };
    const timed = (work: () => unknown): number => {
      const start = performance.now();
      for (let done = 0; done < VALUES; done += CELLS * dates) work();
      return (performance.now() - start) / 1000;
    };
    const ours = (): number =>
      timed(() => kernels.moments(source, stride, dates, CELLS, means, stds, counts, unresolved));
    const theirs = (): number => timed(() => plain(source, stride, dates, CELLS, means, stds, counts));
    // Once each before anything counts: the code is compiled for good only after a while.
    ours();
    theirs();
    const pairs = Array.from({ length: runs }, (_, i) =>
      i % 2 === 0 ? { a: ours(), b: theirs() } : { b: theirs(), a: ours() },
    );
    const seconds = (of: "a" | "b"): ReadonlyMap<number, readonly number[]> =>
      new Map(pairs.map((pair, i) => [i, [pair[of]]]));
    const ratio = pairedRatio(seconds("a"), seconds("b"), bootstrap);
    const figure = `kernel: correctly rounded / plain float64, ${dates} dates`;
    return ratio === null ? [] : [{ kind: "ratio", row: PROMISE_ROW, figure, goal: null, ratio }];
  });
}

async function compilePlain(bench: Workbench): Promise<Uint8Array> {
  const out = join(bench.tools, "plainMoments.wasm");
  mkdirSync(bench.tools, { recursive: true });
  const options = "-O3 --noAssert --runtime stub --enable simd,threads --importMemory --sharedMemory";
  await runProcess(
    [
      process.execPath,
      "node_modules/assemblyscript/bin/asc.js",
      "test/reference/assembly/plainMoments.ts",
      ...options.split(" "),
      ...["--maximumMemory", "65536", "--outFile", out],
    ],
    bench.root,
    bench.signal,
  );
  return readFileSync(out);
}

/** Means of 16 exponential draws: intensities of 4x4 looks. */
function fillSpeckle(values: Float32Array): void {
  const random = createRandom(1);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let look = 0; look < 16; look++) sum -= Math.log(1 - random.uniform());
    values[i] = sum / 16;
  }
}
