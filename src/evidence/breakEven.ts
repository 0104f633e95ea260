import type { Guarded, Interval } from "./estimateTypes";
import type { BlockLine } from "./growth";
import type { BreakEven } from "./levelTypes";
import { LEAST_BLOCKS } from "./ratio";
import { covariance, mean, studentQuantile } from "./studentT";

/** The lines of one configuration, block by block. */
export interface LabelledLines {
  readonly label: string;
  readonly lines: ReadonlyMap<number, BlockLine>;
}

/**
 * Fieller's 95 % interval of mean(x) / mean(y) for paired values: every ratio a t test of x - ratio * y does not
 * reject. Source: Fieller, JRSS B 16(2), 1954.
 * @returns null where the interval is not bounded, that is where mean(y) does not differ from 0
 */
export function fiellerInterval(x: readonly number[], y: readonly number[]): Interval | null {
  const n = x.length;
  const t = studentQuantile(0.95, n - 1) ** 2 / n;
  const [meanX, meanY] = [mean(x), mean(y)];
  const a = meanY ** 2 - t * covariance(y, y);
  const b = meanX * meanY - t * covariance(x, y);
  const c = meanX ** 2 - t * covariance(x, x);
  if (!(a > 0)) return null;
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return { low: (b - root) / a, high: (b + root) / a, coverage: 0.95 };
}

/**
 * The size n* at which two configurations take equally long, (a_2 - a_1) / (c_1 - c_2), from the differences of their
 * lines in the blocks both have.
 * @returns a refusal below 6 blocks, where the slopes do not differ (95 %), or where the lines cross at no positive size
 */
export function findBreakEven(
  first: LabelledLines,
  second: LabelledLines,
  sizes: readonly number[],
): Guarded<BreakEven> {
  const blocks = [...first.lines.keys()].filter((block) => second.lines.has(block));
  if (blocks.length < LEAST_BLOCKS) return { value: null, reason: "tooFewBlocks" };
  const read = (key: keyof BlockLine): number[] =>
    blocks.map((block) => second.lines.get(block)![key] - first.lines.get(block)![key]);
  const intercepts = read("intercept");
  const slopes = read("slope").map((slope) => -slope);
  const interval = fiellerInterval(intercepts, slopes);
  if (interval === null) return { value: null, reason: "slopesDoNotDiffer" };
  const value = mean(intercepts) / mean(slopes);
  if (!(value > 0)) return { value: null, reason: "noCrossingAtPositiveSize" };
  const firstGrowsFaster = mean(slopes) > 0;
  return {
    value: {
      label: firstGrowsFaster ? second.label : first.label,
      than: firstGrowsFaster ? first.label : second.label,
      size: { value, interval },
      extrapolated: value < sizes[0]! || value > sizes.at(-1)!,
    },
    reason: null,
  };
}
