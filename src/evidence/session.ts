import { groupBy } from "../core/groups";
import type { RunRecord } from "../core/records";
import type { BlockValues, LabelledTimes } from "./verdict";

/** One level of the factors that are varied between sets of configurations. */
export interface LevelKey extends Pick<RunRecord, "dates" | "shape" | "cache"> {
  /** rows,cols,row0,col0 in looked pixels; null is the whole image (or the records do not tell). */
  readonly crop: string | null;
}

/** Where a run stands. */
export function levelKeyOf({ dates, shape, crop, cache }: RunRecord): LevelKey {
  return { dates, shape, crop: crop ?? null, cache };
}

/** One text a level, to group by. */
export function formatLevelKey({ dates, shape, crop, cache }: LevelKey): string {
  return [dates, shape.azimuth, shape.range, crop ?? "whole", cache].join("|");
}

/** The runs of each level under the text of its key, levels in order of first appearance. */
export function groupByLevel(runs: readonly RunRecord[]): ReadonlyMap<string, readonly RunRecord[]> {
  return groupBy(runs, (run) => formatLevelKey(levelKeyOf(run)));
}

/** What a configuration's time can be compared with: `fused` and `prep` do other work than `sec`. */
export type ConfigurationKind = "statistics" | "prepare" | "fused" | "peer";

/** Runs of one label on one level. */
export interface ConfigurationRuns extends LabelledTimes {
  readonly kind: ConfigurationKind;
  /** All of them, failed and skipped too; at least one. */
  readonly runs: readonly RunRecord[];
}

/** The runs of one level by label, `sec` first, then by backend and workers as they were met. */
export function groupByLabel(runs: readonly RunRecord[]): readonly ConfigurationRuns[] {
  const labels = [...groupBy(runs, (run) => run.label)];
  return labels
    .map(([label, own]) => ({ label, kind: kindOf(own[0]!.backend), runs: own, seconds: timedSeconds(own) }))
    .sort(
      ({ label: a }, { label: b }) =>
        Number(b === "sec") - Number(a === "sec") || a.localeCompare(b, "en", { numeric: true }),
    );
}

export function kindOf(backend: string): ConfigurationKind {
  if (backend === "prep") return "prepare";
  return backend === "fused" || backend === "peer" ? backend : "statistics";
}

/** Does the work of `sec`, so that its time may be held against it. */
export function isComparable(kind: ConfigurationKind): boolean {
  return kind === "statistics" || kind === "peer";
}

/** What the numbers of workers of one program have in common. */
export function programOf({ backend, program, label }: RunRecord): string {
  return backend === "peer" ? (program ?? label) : backend;
}

/** Every run is in exactly one of kept, warmup, failed and skipped. */
export interface RunCounts {
  readonly total: number;
  /** In the statistics or the decompositions: ok and not warm-up. */
  readonly kept: number;
  /** Part of `kept`: the machine was busy. */
  readonly flagged: number;
  /** Part of `kept`: recorded spans. */
  readonly traced: number;
  readonly warmup: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Every run once: skipped, else failed, else warm-up, else kept. */
export function countRuns(runs: readonly RunRecord[]): RunCounts {
  const kept = runs.filter(isKept);
  const skipped = runs.filter((run) => run.outcome === "skipped").length;
  const warmup = selectWarmups(runs).length;
  return {
    total: runs.length,
    kept: kept.length,
    flagged: kept.filter((run) => run.noisy).length,
    traced: kept.filter((run) => run.traced).length,
    warmup,
    failed: runs.length - kept.length - warmup - skipped,
    skipped,
  };
}

/** A run that ended well outside the warm-up: noisy and traced ones too. */
export function isKept(run: RunRecord): boolean {
  return isMeasured(run) && !run.warmup;
}

function isMeasured(run: RunRecord): boolean {
  return run.outcome === "ok" && run.wallSeconds !== null;
}

/** Runs that times are taken from: kept ones without spans, or, where there is none such, those with spans. */
export function selectTimed(runs: readonly RunRecord[]): readonly RunRecord[] {
  const kept = inOrder(runs.filter(isKept));
  const untraced = kept.filter((run) => !run.traced);
  return untraced.length > 0 ? untraced : kept;
}

/** Warm-up runs that ended well, by place in their block. */
export function selectWarmups(runs: readonly RunRecord[]): readonly RunRecord[] {
  return inOrder(runs.filter((run) => isMeasured(run) && run.warmup));
}

/** By block, and by place within it. */
export function inOrder<T extends Pick<RunRecord, "block" | "order">>(runs: readonly T[]): T[] {
  return [...runs].sort((a, b) => a.block - b.block || a.order - b.order);
}

/** Wall seconds of the runs that times are taken from, by block. */
export function timedSeconds(runs: readonly RunRecord[]): BlockValues {
  return blockSeconds(selectTimed(runs));
}

/** Wall seconds by block. @param runs measured ones (`wallSeconds` not null) */
export function blockSeconds(runs: readonly RunRecord[]): BlockValues {
  const byBlock = [...groupBy(runs, (run) => run.block)];
  return new Map(byBlock.map(([block, own]) => [block, own.map((run) => run.wallSeconds!)]));
}

/** Times of the A/A twins of `sec`, by block. */
export function twinSeconds(runs: readonly RunRecord[]): readonly [a: BlockValues, b: BlockValues] {
  const secondsOf = (twin: "a" | "b"): BlockValues => timedSeconds(runs.filter((run) => run.twin === twin));
  return [secondsOf("a"), secondsOf("b")];
}

/** The times of one level by label: configurations of comparable work only. */
export interface LevelTimes {
  readonly key: LevelKey;
  readonly seconds: ReadonlyMap<string, BlockValues>;
}

/** @param runs at least one, all of one level */
export function comparableTimes(runs: readonly RunRecord[]): LevelTimes {
  const comparable = groupByLabel(runs).filter(({ kind }) => isComparable(kind));
  const seconds = new Map(comparable.map((one) => [one.label, one.seconds]));
  return { key: levelKeyOf(runs[0]!), seconds };
}
