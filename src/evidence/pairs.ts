import { groupBy } from "../core/groups";
import type { Shape } from "../core/raster";
import type { RunRecord } from "../core/records";
import type { Configuration } from "./configuration";
import {
  type Estimate,
  estimateMean,
  estimateMedian,
  type MedianEstimate,
  mapEstimate,
  mean,
} from "./numbers";
import { blockSeconds, formatLevelKey, isComparable, isKept, type LevelTimes } from "./session";
import {
  type BlockValues,
  type Comparison,
  type Criteria,
  compare,
  judge,
  type LabelledTimes,
  pairedRatio,
  type RatioEstimate,
  sharedBlocks,
  type Verdict,
  valuesOf,
} from "./verdict";

/** A configuration with the times it is compared by, none where no run was kept. */
export interface Side extends LabelledTimes {
  readonly own: Configuration;
}

export interface Fastest {
  readonly label: string;
  readonly seconds: MedianEstimate;
  /** Labels whose time cannot be told from the fastest's, the fastest itself left out. */
  readonly indistinguishable: readonly string[];
  /** The nearest configuration that is distinguishably slower, against the fastest; null where there is none. */
  readonly runnerUp: Comparison | null;
}

/**
 * The configuration of least median time among those of comparable work, and those that cannot be told from it.
 * @returns null when none was measured
 */
export function findFastest(sides: readonly Side[], criteria: Criteria): Fastest | null {
  const [first, ...rest] = comparableOf(sides).sort((a, b) => a.own.seconds!.value - b.own.seconds!.value);
  if (first === undefined) return null;
  const others = rest.flatMap((one) => compare(one, first, criteria) ?? []);
  return {
    label: first.label,
    seconds: first.own.seconds!,
    indistinguishable: others.filter((one) => one.verdict.kind !== "slower").map((one) => one.label),
    runnerUp: others.find((one) => one.verdict.kind === "slower") ?? null,
  };
}

function comparableOf(sides: readonly Side[]): Side[] {
  return sides.filter(({ own }) => isComparable(own.kind) && own.seconds !== null);
}

/** Every two of comparable work once, in their order. */
export function comparePairs(sides: readonly Side[], criteria: Criteria): readonly Comparison[] {
  const comparable = comparableOf(sides);
  return comparable.flatMap((subject, i) =>
    comparable.slice(i + 1).flatMap((base) => compare(subject, base, criteria) ?? []),
  );
}

/** fused against prep + sec, summed block by block. */
export interface FusedComparison {
  readonly fused: string;
  readonly prepare: string;
  readonly seconds: MedianEstimate;
  /** Median of the sums; ratio below 1: fused is faster. */
  readonly separateSeconds: MedianEstimate;
  readonly ratio: RatioEstimate;
  readonly verdict: Verdict;
  /** Median over blocks of prep + sec - fused. */
  readonly savedSeconds: MedianEstimate;
}

/**
 * Each `fused` against prep + sec, added block by block (sec: mean of its twins). The `prep` is the one of as many
 * workers; where there is none, every `prep`.
 */
export function compareFused(sides: readonly Side[], criteria: Criteria): readonly FusedComparison[] {
  const sec = sides.find(({ label }) => label === "sec");
  if (sec === undefined) return [];
  const prepares = sides.filter(({ own }) => own.kind === "prepare");
  return sides
    .filter(({ own }) => own.kind === "fused")
    .flatMap((fused) => {
      const alike = prepares.filter(({ own }) => own.workers === fused.own.workers);
      return (alike.length > 0 ? alike : prepares).flatMap((prepare) => {
        const separate = addBlocks(prepare.seconds, sec.seconds);
        const ratio = pairedRatio(fused.seconds, separate, criteria.options);
        if (ratio === null) return [];
        const blocks = sharedBlocks(fused.seconds, separate);
        return {
          fused: fused.label,
          prepare: prepare.label,
          seconds: estimateMedian(valuesOf(fused.seconds, blocks)),
          separateSeconds: estimateMedian(valuesOf(separate, blocks)),
          ratio,
          verdict: judge(ratio, { ...criteria, omnibus: null }),
          savedSeconds: estimateMedian(differences(separate, fused.seconds)),
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

/** mp against mp_v2 at the same workers: the same work with pixels or with partial states over the border. */
export interface IpcCost {
  readonly workers: number;
  readonly oversubscribed: boolean;
  readonly pixels: string;
  readonly states: string;
  readonly comparison: Comparison;
  /** Median over blocks of T_mp - T_mp_v2. */
  readonly extraSeconds: MedianEstimate;
  /** Medians of mp less medians of mp_v2; null where not counted. */
  readonly extraMessages: number | null;
  readonly extraBytes: number | null;
  /** extraSeconds per 1e6 extra bytes, per extra message; null where there is no extra. */
  readonly secondsPerMegabyte: number | null;
  readonly secondsPerMessage: number | null;
}

/** mp against mp_v2 at every number of workers both were measured at, ascending. */
export function compareIpc(sides: readonly Side[], criteria: Criteria): readonly IpcCost[] {
  return sides
    .filter(({ own }) => own.backend === "mp")
    .sort((a, b) => a.own.workers - b.own.workers)
    .flatMap((pixels) => {
      const alike = sides.find(({ own }) => own.backend === "mp_v2" && own.workers === pixels.own.workers);
      return alike === undefined ? [] : (costOf(pixels, alike, criteria) ?? []);
    });
}

function costOf(pixels: Side, states: Side, criteria: Criteria): IpcCost | null {
  const comparison = compare(pixels, states, criteria);
  if (comparison === null) return null;
  const extraSeconds = estimateMedian(differences(pixels.seconds, states.seconds));
  const extraMessages = difference(pixels.own.ipcMessages, states.own.ipcMessages);
  const extraBytes = difference(pixels.own.ipcBytes, states.own.ipcBytes);
  const per = (extra: number | null): number | null =>
    extra !== null && extra > 0 ? extraSeconds.value / extra : null;
  return {
    workers: pixels.own.workers,
    oversubscribed: pixels.own.oversubscribed,
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

/** The same configuration cold and warm. */
export interface CacheEffect {
  readonly label: string;
  readonly dates: number;
  readonly shape: Shape;
  /** cold / warm. */
  readonly comparison: Comparison;
}

/** Every label that was measured warm and cold on the same dates and crop: cold over warm. */
export function compareCaches(levels: readonly LevelTimes[], criteria: Criteria): readonly CacheEffect[] {
  const sizes = groupBy(levels, ({ key }) => formatLevelKey({ ...key, cache: "warm" }));
  return [...sizes.values()].flatMap((group) => {
    const warm = group.find(({ key }) => key.cache === "warm");
    const cold = group.find(({ key }) => key.cache === "cold");
    if (warm === undefined || cold === undefined) return [];
    return [...warm.seconds].flatMap(([label, seconds]) => {
      const coldSeconds = cold.seconds.get(label);
      if (coldSeconds === undefined) return [];
      const comparison = compare({ label, seconds: coldSeconds }, { label, seconds }, criteria);
      return comparison === null ? [] : [{ label, dates: warm.key.dates, shape: warm.key.shape, comparison }];
    });
  });
}

/** What recording spans costs over all configurations: geometric mean of traced / untraced within a block. */
export interface TracingCost {
  readonly factor: Estimate;
  /** Pairs (configuration, block) behind it. */
  readonly pairs: number;
  /** Both sides of the pairs. */
  readonly runIds: readonly string[];
}

/**
 * The tracing cost over every configuration and block that has both kinds of runs, with a t interval over those pairs
 * (6 at least). A block's untraced time is the mean of its runs.
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
  const factor = mapEstimate(estimateMean(logs), Math.exp);
  return { factor, pairs: logs.length, runIds: paired.map((run) => run.runId) };
}
