import { type Estimate, invertEstimate } from "../../evidence/numbers";
import { type Cause, type Explanation, explainLoss, LEAST_SHARE } from "../../evidence/scaling";
import {
  type Configuration,
  type Decomposition,
  findConfiguration,
  type Level,
  type MedianEstimate,
} from "../../evidence/summary";
import { type Named, nameOf } from "./headline";
import { type Standing, standingOf } from "./standing";

/** Why no cause is named. */
export type CauseRefusal =
  | "peer"
  | "noSec"
  | "missingBlocks"
  | "missingTwins"
  | "nothingDiffers"
  | "oversubscribed"
  | "noLoss"
  | "noSpans"
  | "unsound"
  | "untypical";

/** What a configuration that shares the work loses, against `sec` shared evenly among its workers. */
export interface Diagnosis {
  readonly named: Named;
  readonly standing: Standing;
  readonly seconds: MedianEstimate;
  /** T / T_sec over the shared blocks; null without `sec`. */
  readonly timesSec: Estimate | null;
  readonly refusal: CauseRefusal | null;
  /** null where refused. */
  readonly explanation: Explanation | null;
  /** Those worth naming, the main one first; empty where refused. */
  readonly causes: readonly Cause[];
  /** More workers than cores: what that costs, where it can be told. */
  readonly oversubscription: {
    readonly base: string;
    readonly ratio: Estimate;
    readonly seconds: number;
    readonly baseSeconds: number;
    readonly blocks: number;
  } | null;
  /** Computing that became dearer: what processor time points to; null where it tells neither. */
  readonly dearness: "memory" | "cores" | "unknown" | null;
  /** Ids of the runs that it rests on. */
  readonly runs: readonly string[];
}

/**
 * Every configuration that shares the work of `sec`, or is slower, worst loss first: seconds above T_sec / W, refused
 * ones last by falling time.
 */
export function diagnose(level: Level): readonly Diagnosis[] {
  return level.configurations
    .filter((one) => one.seconds !== null && one.label !== "sec")
    .filter(
      (one) =>
        one.kind === "peer" ||
        (one.kind === "statistics" && (one.workers > 1 || one.versusSec?.verdict.kind === "slower")),
    )
    .map((one) => diagnoseOne(level, one))
    .sort(
      (a, b) =>
        Number(a.explanation === null) - Number(b.explanation === null) ||
        lossOf(b) - lossOf(a) ||
        b.seconds.value - a.seconds.value,
    );
}

function lossOf({ explanation }: Diagnosis): number {
  return explanation === null ? 0 : explanation.lossSeconds;
}

function diagnoseOne(level: Level, one: Configuration): Diagnosis {
  const found = explain(level, one);
  const explanation = typeof found === "string" ? null : found;
  const runs = [one.label, "sec"].flatMap((label) => findConfiguration(level, label)?.runs ?? []);
  return {
    named: nameOf(one),
    standing: standingOf(one),
    seconds: one.seconds!,
    timesSec: one.versusSec?.ratio ?? null,
    refusal: typeof found === "string" ? found : null,
    explanation,
    causes: explanation === null ? [] : causesWorthNaming(explanation),
    oversubscription: found === "oversubscribed" ? costOfTooMany(level, one) : null,
    dearness: explanation?.primary.id === "contention" ? findDearness(one, explanation) : null,
    runs: [
      ...new Set([
        ...runs.map(({ runId }) => runId),
        ...(explanation === null ? [] : [explanation.run.runId, explanation.sec.runId]),
      ]),
    ],
  };
}

function explain(level: Level, one: Configuration): Explanation | CauseRefusal {
  if (one.kind === "peer") return "peer";
  if (one.oversubscribed) return "oversubscribed";
  const sec = findConfiguration(level, "sec");
  if (sec === undefined || one.versusSec === null) return "noSec";
  const { reason } = one.versusSec.verdict;
  if (reason === "tooFewBlocks") return "missingBlocks";
  if (reason === "noFloor") return "missingTwins";
  if (reason === "nothingDiffers") return reason;
  if (!losesMeasurably(one)) return "noLoss";
  if (one.decomposition === null || sec.decomposition === null) return "noSpans";
  if (!isSound(one.decomposition) || !isSound(sec.decomposition)) return "unsound";
  const explanation = explainLoss(one, sec, oneWorkerOf(level, one));
  return explanation !== null && isTypical(one, explanation) ? explanation : "untypical";
}

/** The spans of the run add up. Time that none covers is no fault: it is charged to what the others do meanwhile. */
export function isSound(run: Decomposition): boolean {
  return run.violations.every(({ kind }) => kind === "tooMuchOther");
}

/** What is lost against W times the speed of sec clears the interval and the noise floor. */
function losesMeasurably({ absoluteSpeedup, versusSec, workers }: Configuration): boolean {
  const high = absoluteSpeedup?.interval?.high ?? Number.POSITIVE_INFINITY;
  return workers / high > (versusSec?.verdict.thresholdFactor ?? Number.POSITIVE_INFINITY);
}

function oneWorkerOf(level: Level, own: Configuration): Decomposition | null {
  const one = level.configurations.find((other) => other.program === own.program && other.workers === 1);
  const run = one === undefined || one === own ? null : one.decomposition;
  return run !== null && isSound(run) ? run : null;
}

/**
 * The run with spans speaks for the timed ones: its speedup lies within their interval widened by the noise floor, and
 * the factor that leads in it is a loss in most of the other runs with spans too.
 */
function isTypical(one: Configuration, { run, speedup }: Explanation): boolean {
  const { low, high } = one.absoluteSpeedup!.interval!;
  const slack = one.versusSec!.verdict.thresholdFactor!;
  if (speedup < low / slack || speedup > high * slack) return false;
  const shares = Object.entries(run.identity!.lossShares!) as [keyof LossShares, number][];
  const [leading] = shares.reduce((most, factor) => (factor[1] > most[1] ? factor : most));
  const agreeing = one.decompositions.filter((other) => (other.identity?.lossShares?.[leading] ?? 0) > 0);
  return agreeing.length * 2 > one.decompositions.length;
}

type LossShares = NonNullable<NonNullable<Decomposition["identity"]>["lossShares"]>;

function causesWorthNaming({ primary, causes }: Explanation): readonly Cause[] {
  const others = causes.filter((cause) => cause !== primary && Math.abs(cause.share) >= LEAST_SHARE);
  return [primary, ...others];
}

/** Against the same program at the most workers within the cores, where the two can be told apart. */
function costOfTooMany(level: Level, own: Configuration): Diagnosis["oversubscription"] {
  const [within] = level.configurations
    .filter((one) => one.backend === own.backend && !one.oversubscribed && one.seconds !== null)
    .sort((a, b) => b.workers - a.workers);
  const pair = level.pairs.find(
    ({ label, base }) => [label, base].includes(own.label) && [label, base].includes(within?.label ?? ""),
  );
  if (pair === undefined || within === undefined) return null;
  const isSubject = pair.label === own.label;
  if (pair.verdict.kind !== (isSubject ? "slower" : "faster")) return null;
  const { numerator, denominator, blocks } = pair.ratio;
  return {
    base: within.label,
    ratio: isSubject ? pair.ratio : invertEstimate(pair.ratio),
    seconds: isSubject ? numerator : denominator,
    baseSeconds: isSubject ? denominator : numerator,
    blocks,
  };
}

/** Part of the computing seconds from which on processor time covers them. */
const COVERED = 0.9;
/** With more other work than this part of the computing, processor time may be that of the other work. */
const MOST_OTHER_WORK = 0.25;

/**
 * Processor time grows with memory stalls and does not grow while a process waits for a core; beside much other work it
 * shows neither. Without the program's own run at 1 worker its extra work cannot be told apart.
 */
function findDearness(
  { cpuSeconds }: Configuration,
  { run, knowsAlone }: Explanation,
): Diagnosis["dearness"] {
  if (!knowsAlone) return "unknown";
  const { seconds, usefulSeconds: computing } = run;
  const otherWork = run.processes * run.wallSeconds - seconds.wait - seconds.other - computing;
  if (cpuSeconds === null) return null;
  if (cpuSeconds < COVERED * computing) return "cores";
  return otherWork > MOST_OTHER_WORK * computing ? null : "memory";
}
