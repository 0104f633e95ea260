import { type Configuration, findConfiguration, type Level } from "../../evidence/summary";
import type { ReportData } from "../reportData";
import { type Diagnosis, diagnose } from "./causes";
import { criticalPath, type PathPart } from "./criticalPath";
import { type FusedAnswer, findFusedAnswer } from "./fused";
import { findGrowthAnswer, type GrowthAnswer } from "./growth";
import { findHeadline, type Headline, type Named, nameOf } from "./headline";
import { type Standing, standingOf } from "./standing";
import { isBusy } from "./trust";

/** Below these seconds of `sec`, or with most of them spent on coming up, a stack says little of larger ones. */
const SMALL = { seconds: 0.1, startShare: 0.5 } as const;

/** What the first screen says, before any words. */
export interface Answer {
  readonly headline: Headline;
  /** The one to use: of least median, or `sec` where none is seen to be better; null when nothing was kept. */
  readonly first: {
    readonly named: Named;
    readonly one: Configuration;
    readonly seconds: number;
    readonly tied: number;
  } | null;
  /** The fastest that shares the work, against `sec`; null where none was measured. */
  readonly shared: { readonly named: Named; readonly ratio: number; readonly standing: Standing } | null;
  /** The largest part of the time of `first`, and its share of it; null without traces. */
  readonly largest: (PathPart & { readonly share: number }) | null;
  /** The least factor that counted as a difference; null where none did. */
  readonly threshold: number | null;
  /** Of the fastest that shares the work and has a cause named; null where none has. */
  readonly reason: Diagnosis | null;
  readonly growth: GrowthAnswer;
  readonly fused: FusedAnswer;
  readonly warnings: readonly Warning[];
}

/** What a reader should know before anything else. */
export type Warning =
  | { readonly id: "interrupted" }
  | { readonly id: "fewBlocks"; readonly missing: number }
  | { readonly id: "busy"; readonly busy: number; readonly kept: number }
  | { readonly id: "failed"; readonly failed: number; readonly total: number }
  | { readonly id: "findings"; readonly findings: number }
  | { readonly id: "small"; readonly startShare: number };

export function findAnswer(report: ReportData): Answer {
  const { level, summary } = report;
  const headline = findHeadline(level);
  const label = headline.kind === "oneProcessIsEnough" ? "sec" : level?.fastest?.label;
  const first = label === undefined ? undefined : findConfiguration(level, label);
  const path = first === undefined ? null : criticalPath(first);
  const largest = path?.reduce((most, one) => (one.seconds > most.seconds ? one : most)) ?? null;
  const [pair] = level?.pairs ?? [];
  return {
    headline,
    first:
      first === undefined
        ? null
        : {
            named: nameOf(first),
            one: first,
            seconds: first.seconds!.value,
            tied: level!.fastest!.indistinguishable.length,
          },
    shared: findShared(level),
    largest: largest === null ? null : { ...largest, share: largest.seconds / first!.seconds!.value },
    threshold: pair?.verdict.thresholdFactor ?? null,
    reason: level === null ? null : findReason(level),
    growth: findGrowthAnswer(summary),
    fused: findFusedAnswer(summary),
    warnings: findWarnings(report, headline),
  };
}

function sharing(level: Level): Level["configurations"] {
  return level.configurations
    .filter((one) => one.kind === "statistics" && one.workers > 1 && one.versusSec !== null)
    .sort((a, b) => a.seconds!.value - b.seconds!.value);
}

function findShared(level: Level | null): Answer["shared"] {
  const [best] = level === null ? [] : sharing(level);
  if (best === undefined) return null;
  return { named: nameOf(best), ratio: best.versusSec!.ratio.value, standing: standingOf(best) };
}

function findReason(level: Level): Diagnosis | null {
  const told = diagnose(level).filter(({ explanation }) => explanation !== null);
  const labels = sharing(level).map(({ label }) => label);
  const rank = ({ named }: Diagnosis): number => labels.indexOf(named.label);
  return [...told].filter((one) => rank(one) >= 0).sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

function findWarnings({ summary, env, level }: ReportData, headline: Headline): readonly Warning[] {
  const { counts } = summary;
  const sec = findConfiguration(level, "sec");
  const start = sec === undefined ? null : criticalPath(sec)?.find(({ piece }) => piece === "start");
  const startShare = start === null || start === undefined ? 0 : start.seconds / sec!.seconds!.value;
  const doubts = (env.findings ?? []).filter(({ severity }) => severity !== "note").length;
  const isSmall = (sec?.seconds?.value ?? 1) < SMALL.seconds || startShare > SMALL.startShare;
  return [
    ...(env.stopped === "interrupted" ? [{ id: "interrupted" } as const] : []),
    ...(headline.kind === "tooFewBlocks" ? [{ id: "fewBlocks", missing: headline.missing } as const] : []),
    ...(isBusy(summary) ? [{ id: "busy", busy: counts.flagged, kept: counts.kept } as const] : []),
    ...(counts.failed > 0 ? [{ id: "failed", failed: counts.failed, total: counts.total } as const] : []),
    ...(doubts > 0 ? [{ id: "findings", findings: doubts } as const] : []),
    ...(isSmall && counts.kept > 0 ? [{ id: "small", startShare } as const] : []),
  ];
}
