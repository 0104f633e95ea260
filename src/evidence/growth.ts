import { groupBy } from "../core/groups";
import { pixelCount, type Shape } from "../core/raster";
import type { CacheState } from "../core/records";
import { studentQuantile } from "../statistics/distributions";
import type { Configuration } from "./configuration";
import {
  CONFIDENCE,
  covariance,
  type Estimate,
  estimateMean,
  estimateMedian,
  type Guarded,
  type Interval,
  LEAST_BLOCKS,
  type MedianEstimate,
  mapEstimate,
  mean,
} from "./numbers";
import { formatLevelKey, inOrder, type LevelTimes } from "./session";
import { type BlockValues, LEAST_EFFECT, valuesOf } from "./verdict";

/** How time grows with the number of dates or pixels, everything else equal. */
export interface Growth {
  readonly variable: "dates" | "megapixels";
  /** What is held: the other size (`dates` is null when it varies, `shape` likewise) and the cache state. */
  readonly dates: number | null;
  readonly shape: Shape | null;
  readonly cache: CacheState;
  /** The sizes measured, ascending, at least 2. With 2 a line fits always: it is no test of straightness. */
  readonly sizes: readonly number[];
  readonly lines: readonly GrowthLine[];
  /** Every two lines, each pair once. */
  readonly breakEven: readonly { a: string; b: string; result: Guarded<BreakEven> }[];
}

/** T(n) = a + c n of one configuration; means over blocks of the lines fitted in each block, t intervals (95 %). */
export interface GrowthLine {
  readonly label: string;
  readonly interceptSeconds: Estimate;
  /** Seconds per date, or per million pixels. */
  readonly slopeSeconds: Estimate;
  /** Medians of the levels, to be drawn. */
  readonly points: readonly { readonly size: number; readonly seconds: MedianEstimate }[];
}

/**
 * How time grows along the dates (shape, crop and cache held) and along the pixels (dates and cache held), wherever at
 * least two sizes were measured.
 */
export function summariseGrowth(levels: readonly LevelTimes[]): readonly Growth[] {
  const alongDates = groupBy(levels, ({ key }) => formatLevelKey({ ...key, dates: 0 }));
  const alongPixels = groupBy(levels, ({ key }) => [key.dates, key.cache].join("|"));
  return [
    ...[...alongDates.values()].flatMap((group) => growthOf(group, "dates")),
    ...[...alongPixels.values()].flatMap((group) => growthOf(group, "megapixels")),
  ];
}

function growthOf(levels: readonly LevelTimes[], variable: Growth["variable"]): Growth[] {
  const sizeOf = ({ key }: LevelTimes): number =>
    variable === "dates" ? key.dates : pixelCount(key.shape) / 1e6;
  // Of several crops of one size the first stands for it.
  const bySize = new Map([...levels].reverse().map((level) => [sizeOf(level), level]));
  const sizes = [...bySize.keys()].sort((a, b) => a - b);
  if (sizes.length < 2) return [];
  const ordered = sizes.map((size) => bySize.get(size)!);
  const labels = [...ordered[0]!.seconds.keys()].filter((label) =>
    ordered.every((level) => (level.seconds.get(label)?.size ?? 0) > 0),
  );
  const fits = labels.map((label) => {
    const times = new Map(sizes.map((size, i) => [size, ordered[i]!.seconds.get(label)!]));
    return { label, times, lines: fitBlockLines(times) };
  });
  const usable = fits.filter((fit) => fit.lines.size > 0);
  const { dates, shape, cache } = ordered[0]!.key;
  return [
    {
      variable,
      dates: variable === "dates" ? null : dates,
      shape: variable === "dates" ? shape : null,
      cache,
      sizes,
      lines: usable.map(lineOf),
      breakEven: usable.flatMap((a, i) =>
        usable.slice(i + 1).map((b) => ({ a: a.label, b: b.label, result: findBreakEven(a, b, sizes) })),
      ),
    },
  ];
}

/** The lines of one configuration, block by block. */
interface LabelledLines {
  readonly label: string;
  readonly lines: ReadonlyMap<number, BlockLine>;
}

type Fit = LabelledLines & { readonly times: ReadonlyMap<number, BlockValues> };

function lineOf({ label, times, lines }: Fit): GrowthLine {
  const fitted = [...lines.values()];
  return {
    label,
    interceptSeconds: estimateMean(fitted.map((line) => line.intercept)),
    slopeSeconds: estimateMean(fitted.map((line) => line.slope)),
    points: [...times].map(([size, values]) => ({ size, seconds: estimateMedian(valuesOf(values)) })),
  };
}

/** A straight line through the times of one block: seconds = intercept + slope * size. */
export interface BlockLine {
  readonly intercept: number;
  readonly slope: number;
}

/**
 * The line of each block that has every size; a block's time at a size is the mean of its runs. In a complete design
 * the mean of these lines is the least-squares line of all, and their spread carries whatever the block was like.
 */
export function fitBlockLines(bySize: ReadonlyMap<number, BlockValues>): ReadonlyMap<number, BlockLine> {
  const sizes = [...bySize.keys()];
  const [first] = bySize.values();
  const complete = [...(first?.keys() ?? [])].filter((block) =>
    sizes.every((size) => bySize.get(size)!.has(block)),
  );
  return new Map(
    complete.map((block) => {
      const points = sizes.map((size) => ({ size, seconds: mean(bySize.get(size)!.get(block)!) }));
      return [block, fitLine(points)];
    }),
  );
}

/** Seconds at one size, in dates, million pixels or whatever the line runs along. */
interface Point {
  readonly size: number;
  readonly seconds: number;
}

/** Least squares through points of at least two different sizes. */
export function fitLine(points: readonly Point[]): BlockLine {
  const middle = mean(points.map((point) => point.size));
  const level = mean(points.map((point) => point.seconds));
  let [products, squares] = [0, 0];
  for (const { size, seconds } of points) {
    products += (size - middle) * (seconds - level);
    squares += (size - middle) ** 2;
  }
  const slope = products / squares;
  return { intercept: level - slope * middle, slope };
}

export interface BreakEven {
  /** The line that starts higher and grows slower: from `size` on it is the faster one. */
  readonly label: string;
  readonly than: string;
  /** n* with its Fieller interval (95 %). */
  readonly size: Estimate;
  /** Outside the sizes measured. */
  readonly extrapolated: boolean;
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

/**
 * Fieller's 95 % interval of mean(x) / mean(y) for paired values: every ratio a t test of x - ratio * y does not
 * reject. Source: Fieller, JRSS B 16(2), 1954.
 * @returns null where the interval is not bounded, that is where mean(y) does not differ from 0
 */
export function fiellerInterval(x: readonly number[], y: readonly number[]): Interval | null {
  const n = x.length;
  const t = studentQuantile(CONFIDENCE, n - 1) ** 2 / n;
  const [meanX, meanY] = [mean(x), mean(y)];
  const a = meanY ** 2 - t * covariance(y, y);
  const b = meanX * meanY - t * covariance(x, y);
  const c = meanX ** 2 - t * covariance(x, x);
  if (!(a > 0)) return null;
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return { low: (b - root) / a, high: (b + root) / a, coverage: CONFIDENCE };
}

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
  const points = inOrder(timed).map((run, sequence) => {
    const { runId, block, relative } = run;
    return { runId, block, sequence, relative };
  });
  const blocks = [...groupBy(points, (point) => point.block)].map(([size, group]) => ({
    size,
    seconds: mean(group.map((point) => Math.log(point.relative))),
  }));
  const factor = blocks.length < LEAST_BLOCKS ? null : changeOver(blocks);
  return { points, factor, drifting: factor !== null && isBeyondMargin(factor) };
}

/** exp of slope times length, with the t interval of a regression slope (n - 2 degrees of freedom). */
function changeOver(blocks: readonly Point[]): Estimate {
  const { intercept, slope } = fitLine(blocks);
  const middle = mean(blocks.map((block) => block.size));
  const squares = blocks.reduce((sum, block) => sum + (block.size - middle) ** 2, 0);
  const residuals = blocks.reduce((sum, at) => sum + (at.seconds - intercept - slope * at.size) ** 2, 0);
  const degrees = blocks.length - 2;
  const half = studentQuantile(CONFIDENCE, degrees) * Math.sqrt(residuals / degrees / squares);
  const interval = { low: slope - half, high: slope + half, coverage: CONFIDENCE };
  const length = blocks.at(-1)!.size - blocks[0]!.size;
  return mapEstimate({ value: slope, interval }, (change) => Math.exp(change * length));
}

function isBeyondMargin({ value, interval }: Estimate): boolean {
  const excludesOne = interval !== null && (interval.low > 1 || interval.high < 1);
  return excludesOne && Math.max(value, 1 / value) > LEAST_EFFECT;
}
