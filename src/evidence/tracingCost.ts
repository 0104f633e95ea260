import type { RunRecord } from "../core/records";
import { groupBy } from "./groupBy";
import { blockSeconds, isKept } from "./keptRuns";
import type { TracingCost } from "./levelTypes";
import { sharedBlocks } from "./ratio";
import { estimateMean, mean } from "./studentT";

/**
 * What recording spans costs: the geometric mean of traced / untraced over every configuration and block that has both,
 * with a t interval over those pairs (6 at least). A block's untraced time is the mean of its runs.
 * @param configurations runs of one label and level each
 * @returns null without a pair
 */
export function measureTracingCost(configurations: readonly (readonly RunRecord[])[]): TracingCost | null {
  const paired: RunRecord[] = [];
  const logs = configurations.flatMap((runs) => {
    const kept = runs.filter(isKept);
    const sides = groupBy(kept, (run) => run.traced);
    const traced = blockSeconds(sides.get(true) ?? []);
    const untraced = blockSeconds(sides.get(false) ?? []);
    const shared = sharedBlocks(traced, untraced);
    paired.push(...kept.filter((run) => shared.includes(run.block)));
    return shared.map((block) => Math.log(mean(traced.get(block)!) / mean(untraced.get(block)!)));
  });
  if (logs.length === 0) return null;
  const { value, interval } = estimateMean(logs);
  const factor = {
    value: Math.exp(value),
    interval:
      interval === null ? null : { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
  return { factor, pairs: logs.length, runIds: paired.map((run) => run.runId) };
}
