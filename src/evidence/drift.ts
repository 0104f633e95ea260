import { studentQuantile } from "../statistics/distributions";
import type { Configuration } from "./configuration";
import { fitLine, type Point } from "./growth";
import { CONFIDENCE, type Estimate, groupBy, LEAST_BLOCKS, mapEstimate, mean } from "./numbers";
import { inOrder } from "./session";
import { LEAST_EFFECT } from "./verdict";

/** How times moved over the session. */
export interface Drift {
  /** Every timed run in order of measurement: seconds over the median of its configuration. */
  readonly points: readonly {
    readonly runId: string;
    readonly block: number;
    readonly sequence: number;
    readonly relative: number;
  }[];
  /** Change of the block mean of ln(relative) from first to last block, as a factor; t interval (95 %), >= 6 blocks. */
  readonly factor: Estimate | null;
  /** The interval of `factor` leaves out 1 and the factor is beyond 5 %. */
  readonly drifting: boolean;
}

/**
 * How times moved from the first to the last block: a least-squares line through the block means of ln(seconds / median
 * of the configuration), one point a block because runs of one block are not independent.
 * @param configurations of all levels
 */
export function measureDrift(configurations: readonly Configuration[]): Drift {
  const timed = configurations.flatMap(({ runs, seconds }) =>
    runs.map((run) => ({ ...run, relative: run.seconds / seconds!.value })),
  );
  const points = inOrder(timed).map(({ runId, block, relative }, sequence) => ({
    runId,
    block,
    sequence,
    relative,
  }));
  const blocks = [...groupBy(points, (point) => point.block)].map(([size, group]) => ({
    size,
    seconds: mean(group.map((point) => Math.log(point.relative))),
  }));
  const factor = blocks.length < LEAST_BLOCKS ? null : changeOver(blocks);
  return { points, factor, drifting: factor !== null && isDrifting(factor) };
}

/** exp of slope times length, with the t interval of a regression slope (n - 2 degrees of freedom). */
function changeOver(blocks: readonly Point[]): Estimate {
  const { intercept, slope } = fitLine(blocks);
  const middle = mean(blocks.map((block) => block.size));
  const squares = blocks.reduce((sum, block) => sum + (block.size - middle) ** 2, 0);
  const residuals = blocks.reduce(
    (sum, { size, seconds }) => sum + (seconds - intercept - slope * size) ** 2,
    0,
  );
  const degrees = blocks.length - 2;
  const half = studentQuantile(CONFIDENCE, degrees) * Math.sqrt(residuals / degrees / squares);
  const interval = { low: slope - half, high: slope + half, coverage: CONFIDENCE };
  const length = blocks.at(-1)!.size - blocks[0]!.size;
  return mapEstimate({ value: slope, interval }, (change) => Math.exp(change * length));
}

function isDrifting({ value, interval }: Estimate): boolean {
  return (
    interval !== null && (interval.low > 1 || interval.high < 1) && Math.max(value, 1 / value) > LEAST_EFFECT
  );
}
