import { studentQuantile } from "../statistics/distributions";
import type { Configuration } from "./configuration";
import { fitLine } from "./growth";
import { groupBy, mean } from "./numbers";
import type { Drift } from "./session";
import { type Estimate, LEAST_BLOCKS, LEAST_EFFECT } from "./verdict";

/**
 * How times moved from the first to the last block: a least-squares line through the block means of ln(seconds / median
 * of the configuration), one point a block because runs of one block are not independent.
 * @param configurations of all levels
 */
export function measureDrift(configurations: readonly Configuration[]): Drift {
  const points = configurations
    .flatMap((one) =>
      one.runs.map(({ runId, block, order, seconds }) => ({
        runId,
        label: one.label,
        block,
        order,
        relative: seconds / one.seconds!.value,
      })),
    )
    .sort((a, b) => a.block - b.block || a.order - b.order)
    .map((point, sequence) => ({ ...point, sequence }));
  const blocks = [...groupBy(points, (point) => point.block)].map(([size, group]) => ({
    size,
    seconds: mean(group.map((point) => Math.log(point.relative))),
  }));
  const factor = blocks.length < LEAST_BLOCKS ? null : changeOver(blocks);
  return { points, factor, drifting: factor !== null && isDrifting(factor) };
}

/** exp of slope times length, with the t interval of a regression slope (n - 2 degrees of freedom). */
function changeOver(blocks: readonly { readonly size: number; readonly seconds: number }[]): Estimate {
  const { intercept, slope } = fitLine(blocks);
  const middle = mean(blocks.map((block) => block.size));
  const squares = blocks.reduce((sum, block) => sum + (block.size - middle) ** 2, 0);
  const residuals = blocks.reduce(
    (sum, { size, seconds }) => sum + (seconds - intercept - slope * size) ** 2,
    0,
  );
  const degrees = blocks.length - 2;
  const half = studentQuantile(0.95, degrees) * Math.sqrt(residuals / degrees / squares);
  const length = blocks.at(-1)!.size - blocks[0]!.size;
  return {
    value: Math.exp(slope * length),
    interval: {
      low: Math.exp((slope - half) * length),
      high: Math.exp((slope + half) * length),
      coverage: 0.95,
    },
  };
}

function isDrifting({ value, interval }: Estimate): boolean {
  return (
    interval !== null && (interval.low > 1 || interval.high < 1) && Math.max(value, 1 / value) > LEAST_EFFECT
  );
}
