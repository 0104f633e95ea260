import type { Guarded } from "./estimateTypes";
import { type BlockValues, LEAST_BLOCKS } from "./ratio";
import type { UniversalScalability } from "./scalingTypes";
import { estimateMean, mean } from "./studentT";

/** Numbers of workers, 1 among them, below which the law is not fitted: two parameters follow any fewer points. */
export const LEAST_LEVELS = 6;

/**
 * Gunther's universal scalability law, p/S - 1 = sigma (p-1) + kappa p (p-1), by least squares within each block (S =
 * T(1)/T(p) of that block); the estimates are means over blocks with t intervals.
 * @param times by number of workers, those within the cores only
 */
export function fitUniversalScalability(
  times: ReadonlyMap<number, BlockValues>,
): Guarded<UniversalScalability> {
  const counts = [...times.keys()].sort((a, b) => a - b);
  if (counts.length < LEAST_LEVELS) {
    return { value: null, reason: "fewerThanSixWorkerCountsWithinCores" };
  }
  const one = times.get(1);
  if (one === undefined) return { value: null, reason: "noOneWorkerRun" };
  const blocks = [...one.keys()].filter((block) => counts.every((p) => times.get(p)!.has(block)));
  if (blocks.length < LEAST_BLOCKS) return { value: null, reason: "tooFewBlocks" };
  const seconds = (p: number, block: number): number => mean(times.get(p)!.get(block)!);
  const fits = blocks.map((block) =>
    fitBlock(
      counts
        .filter((p) => p > 1)
        .map((p) => ({ p, excess: (p * seconds(p, block)) / seconds(1, block) - 1 })),
    ),
  );
  const contention = estimateMean(fits.map((fit) => fit.sigma));
  const coherency = estimateMean(fits.map((fit) => fit.kappa));
  return { value: { contention, coherency, levels: counts.length }, reason: null };
}

function fitBlock(points: readonly { readonly p: number; readonly excess: number }[]): {
  readonly sigma: number;
  readonly kappa: number;
} {
  let [xx, xz, zz, xy, zy] = [0, 0, 0, 0, 0];
  for (const { p, excess } of points) {
    const x = p - 1;
    const z = p * x;
    xx += x * x;
    xz += x * z;
    zz += z * z;
    xy += x * excess;
    zy += z * excess;
  }
  const determinant = xx * zz - xz * xz;
  return { sigma: (xy * zz - zy * xz) / determinant, kappa: (zy * xx - xy * xz) / determinant };
}
