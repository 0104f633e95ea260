import type { RunRecord } from "../core/records";
import type { Configuration } from "./configuration";
import type { LevelTimes } from "./growth";
import { estimateMean, estimateMedian, groupBy, mean } from "./numbers";
import {
  blockSeconds,
  type CacheEffect,
  type Fastest,
  type FusedComparison,
  type IpcCost,
  isKept,
  type TracingCost,
} from "./session";
import type { SummaryOptions } from "./summary";
import {
  type BlockValues,
  type Comparison,
  compare,
  judge,
  type NoiseFloor,
  pairedRatio,
  sharedBlocks,
  valuesOf,
  type Yardstick,
} from "./verdict";

/**
 * The configuration of least median time, and those that cannot be told from it.
 * @param candidates of comparable work
 * @returns null when none has a kept run
 */
export function findFastest(
  candidates: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): Fastest | null {
  const measured = candidates
    .filter((one) => one.seconds !== null)
    .sort((a, b) => a.seconds!.value - b.seconds!.value);
  const [first, ...rest] = measured;
  if (first === undefined) return null;
  const base = { label: first.label, values: seconds.get(first.label)! };
  const others = rest.flatMap(
    ({ label }) => compare({ label, values: seconds.get(label)! }, base, yardstick, options) ?? [],
  );
  return {
    label: first.label,
    seconds: first.seconds!,
    indistinguishable: others.filter((one) => one.verdict.kind !== "slower").map((one) => one.label),
    runnerUp: others.find((one) => one.verdict.kind === "slower") ?? null,
  };
}

/** Every two of the candidates once, in their order. */
export function comparePairs(
  candidates: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): readonly Comparison[] {
  const sides = candidates
    .filter((one) => one.seconds !== null)
    .map(({ label }) => ({ label, values: seconds.get(label)! }));
  return sides.flatMap((subject, i) =>
    sides.slice(i + 1).flatMap((base) => compare(subject, base, yardstick, options) ?? []),
  );
}

/**
 * Each `fused` against prep + sec, added block by block (sec: mean of its twins). The `prep` is the one of as many
 * workers; where there is none, every `prep`.
 */
export function compareFused(
  configurations: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  floor: NoiseFloor | null,
  options: SummaryOptions,
): readonly FusedComparison[] {
  const sec = seconds.get("sec");
  if (sec === undefined) return [];
  const prepares = configurations.filter((one) => one.kind === "prepare");
  return configurations
    .filter((one) => one.kind === "fused")
    .flatMap((fused) => {
      const alike = prepares.filter((prepare) => prepare.workers === fused.workers);
      return (alike.length > 0 ? alike : prepares).flatMap((prepare) => {
        const own = seconds.get(fused.label)!;
        const separate = addBlocks(seconds.get(prepare.label)!, sec);
        const ratio = pairedRatio(own, separate, options);
        if (ratio === null) return [];
        const blocks = sharedBlocks(own, separate);
        return {
          fused: fused.label,
          prepare: prepare.label,
          seconds: estimateMedian(valuesOf(own, blocks)),
          separateSeconds: estimateMedian(valuesOf(separate, blocks)),
          ratio,
          verdict: judge(ratio, { floor, omnibus: null }),
          savedSeconds: estimateMedian(differences(separate, own)),
        };
      });
    });
}

function addBlocks(a: BlockValues, b: BlockValues): BlockValues {
  return new Map(sharedBlocks(a, b).map((block) => [block, [mean(a.get(block)!) + mean(b.get(block)!)]]));
}

/** a - b of every block both have; a block's value is the mean of its runs. */
function differences(a: BlockValues, b: BlockValues): number[] {
  return sharedBlocks(a, b).map((block) => mean(a.get(block)!) - mean(b.get(block)!));
}

/** mp against mp_v2 at every number of workers both were measured at, ascending. */
export function compareIpc(
  configurations: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): readonly IpcCost[] {
  const measured = configurations.filter((one) => one.seconds !== null);
  return measured
    .filter((one) => one.backend === "mp")
    .sort((a, b) => a.workers - b.workers)
    .flatMap((pixels) => {
      const states = measured.find((one) => one.backend === "mp_v2" && one.workers === pixels.workers);
      return states === undefined ? [] : (costOf(pixels, states, seconds, yardstick, options) ?? []);
    });
}

function costOf(
  pixels: Configuration,
  states: Configuration,
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): IpcCost | null {
  const [own, base] = [seconds.get(pixels.label)!, seconds.get(states.label)!];
  const comparison = compare(
    { label: pixels.label, values: own },
    { label: states.label, values: base },
    yardstick,
    options,
  );
  if (comparison === null) return null;
  const extraSeconds = estimateMedian(differences(own, base));
  const extraMessages = difference(pixels.ipcMessages, states.ipcMessages);
  const extraBytes = difference(pixels.ipcBytes, states.ipcBytes);
  const per = (extra: number | null): number | null =>
    extra !== null && extra > 0 ? extraSeconds.value / extra : null;
  return {
    workers: pixels.workers,
    oversubscribed: pixels.oversubscribed,
    pixels: pixels.label,
    states: states.label,
    comparison,
    extraSeconds,
    extraMessages,
    extraBytes,
    secondsPerMegabyte: per(extraBytes === null ? null : extraBytes / 1e6),
    secondsPerMessage: per(extraMessages),
  };
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

/** Every label that was measured warm and cold on the same dates and crop: cold over warm. */
export function compareCaches(
  levels: readonly LevelTimes[],
  floor: NoiseFloor | null,
  options: SummaryOptions,
): readonly CacheEffect[] {
  const sizes = groupBy(levels, ({ key }) =>
    [key.dates, key.shape.azimuth, key.shape.range, key.crop].join("|"),
  );
  return [...sizes.values()].flatMap((group) => {
    const warm = group.find(({ key }) => key.cache === "warm");
    const cold = group.find(({ key }) => key.cache === "cold");
    if (warm === undefined || cold === undefined) return [];
    return [...warm.seconds].flatMap(([label, values]) => {
      const coldValues = cold.seconds.get(label);
      if (coldValues === undefined) return [];
      const comparison = compare(
        { label, values: coldValues },
        { label, values },
        { floor, omnibus: null },
        options,
      );
      return comparison === null ? [] : [{ label, dates: warm.key.dates, shape: warm.key.shape, comparison }];
    });
  });
}

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
