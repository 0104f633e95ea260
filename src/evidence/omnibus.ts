import type { Omnibus } from "./estimateTypes";
import { median } from "./median";
import { createRandom, shuffle } from "./random";
import { type BlockValues, LEAST_BLOCKS } from "./ratio";
import { mean } from "./studentT";
import type { SummaryOptions } from "./summary";

const SIGNIFICANCE = 0.05;
const CLIP_DEVIATIONS = 4;

/**
 * Does anything differ at all on this level? Without this gate a session of twenty equal configurations makes hundreds
 * of comparisons, some of which look like differences by chance; with it such a session calls any in at most 5 %.
 *
 * A permutation test: under "nothing differs" the labels within a block are interchangeable, because their order was
 * drawn at random. The statistic is the sum over configurations of n * mean^2, the mean being that of ln(seconds) less
 * its block's median over the configuration's n blocks; p is the share of shuffles (within blocks) that reach it. Exact
 * for any distribution and for incomplete blocks.
 * @param columns times of each configuration, the twins of `sec` apart
 * @returns null with fewer than two configurations or 6 blocks
 */
export function testAnyDifference(columns: readonly BlockValues[], options: SummaryOptions): Omnibus | null {
  const measured = columns.filter((column) => column.size > 0);
  const numbers = [...new Set(measured.flatMap((column) => [...column.keys()]))];
  const blocks = clip(numbers.map((block) => rowOf(measured, block)).filter((row) => row.members.length > 1));
  if (measured.length < 2 || blocks.length < LEAST_BLOCKS) return null;
  const random = createRandom(options.seed);
  const sum = statisticOf(measured.length);
  const observed = sum(blocks);
  let reached = 1;
  for (let draw = 0; draw < options.draws; draw++) {
    const shuffled = blocks.map(({ members, values }) => ({ members, values: shuffle(values, random) }));
    // A shuffle that puts everything back must count as reached in spite of rounding.
    if (sum(shuffled) >= observed * (1 - 1e-12)) reached++;
  }
  const pValue = reached / (options.draws + 1);
  return {
    pValue,
    configurations: measured.length,
    blocks: blocks.length,
    differs: pValue <= SIGNIFICANCE,
  };
}

/** One block: which columns it holds and ln of their times, less the block's median. */
interface Row {
  readonly members: readonly number[];
  readonly values: readonly number[];
}

function rowOf(columns: readonly BlockValues[], block: number): Row {
  const members = columns.flatMap((column, index) => (column.has(block) ? [index] : []));
  const logs = members.map((index) => Math.log(mean(columns[index]!.get(block)!)));
  const middle = median(logs);
  return { members, values: logs.map((value) => value - middle) };
}

/** A function of rows that reuses its buffers from call to call. */
function statisticOf(columns: number): (rows: readonly Row[]) => number {
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns);
  return (rows) => {
    sums.fill(0);
    counts.fill(0);
    for (const { members, values } of rows) {
      for (let i = 0; i < members.length; i++) {
        sums[members[i]!]! += values[i]!;
        counts[members[i]!]!++;
      }
    }
    return sums.reduce((total, sum, column) => total + sum ** 2 / counts[column]!, 0);
  };
}

/** Deviations beyond 4 median absolute deviations are cut off there: a spike must not outweigh ten quiet runs. */
function clip(rows: readonly Row[]): readonly Row[] {
  const deviation = median(rows.flatMap((row) => row.values.map(Math.abs)));
  const limit = deviation > 0 ? CLIP_DEVIATIONS * deviation : Number.POSITIVE_INFINITY;
  return rows.map(({ members, values }) => ({
    members,
    values: values.map((value) => Math.max(-limit, Math.min(limit, value))),
  }));
}
