import { groupBy } from "../core/groups";
import type { Phase } from "../core/records";
import type { Configuration, Speedup } from "./configuration";
import type { Decomposition, WorkerTime } from "./decomposition";
import type { Guarded, Refusal } from "./numbers";
import {
  amdahlBound,
  cutIntoStretches,
  followWorker,
  type LoneTime,
  measureLoneTime,
  measureSerialShare,
  type SerialShare,
  type TimeByKind,
  type TimeKind,
} from "./spans";

/** One backend over its numbers of workers. */
export interface Scaling {
  readonly backend: string;
  readonly cores: number;
  readonly points: readonly ScalingPoint[];
  /** Why there is no Karp-Flatt value anywhere; null when there is. */
  readonly karpFlattRefused: Refusal | null;
  readonly serialShare: Guarded<SerialShare>;
}

/** One entry a parallel backend, peers with several numbers of workers too; `sec` scales nothing. */
export function summariseScaling(configurations: readonly Configuration[]): readonly Scaling[] {
  const sec = configurations.find((one) => one.label === "sec")?.decomposition ?? null;
  const measured = configurations.filter((one) => one.label !== "sec" && one.seconds !== null);
  return [...groupBy(measured, (one) => one.program)]
    .filter(([, group]) => group[0]!.kind !== "peer" || group.length > 1)
    .map(([backend, group]) => scalingOf(backend, group, sec));
}

function scalingOf(backend: string, group: readonly Configuration[], sec: Decomposition | null): Scaling {
  const points = [...group].sort((a, b) => a.workers - b.workers);
  const within = points.filter((point) => !point.oversubscribed);
  const karpFlattRefused = refuseKarpFlatt(within);
  const serialShare = shareOf(within);
  return {
    backend,
    cores: points[0]!.cores,
    points: points.map((point) => pointOf(point, karpFlattRefused, serialShare.value, sec)),
    karpFlattRefused,
    serialShare,
  };
}

/** Fewer worker counts (1 among them) within the cores do not tell a serial fraction from an accident. */
const LEAST_COUNTS = 3;

function refuseKarpFlatt(within: readonly Configuration[]): Refusal | null {
  if (!within.some((point) => point.workers === 1)) return "noOneWorkerRun";
  return within.length < LEAST_COUNTS ? "fewerThanThreeWorkerCountsWithinCores" : null;
}

/** From the run of most workers within the cores: the fewer the workers, the less their spans can show. */
function shareOf(within: readonly Configuration[]): Guarded<SerialShare> {
  const parallel = within.filter((point) => point.workers > 1);
  if (parallel.length === 0) return { value: null, reason: "noParallelSpansWithinCores" };
  const traced = parallel.findLast((point) => point.gantt !== null);
  if (traced === undefined) return { value: null, reason: "noSpans" };
  const run = { ...traced.gantt!, workers: traced.workers };
  return { value: measureSerialShare(run, cutIntoStretches(run.spans, run.wallSeconds)), reason: null };
}

/** One with more workers than cores (`oversubscribed`) is drawn apart. */
export interface ScalingPoint extends Pick<Configuration, "label" | "workers" | "oversubscribed"> {
  readonly absolute: Speedup | null;
  /** (1/S - 1/p) / (1 - 1/p) of the relative speedup; null at p = 1, when oversubscribed or where refused. */
  readonly karpFlatt: number | null;
  /** Amdahl's bound at this p from the measured serial share; null where refused. */
  readonly amdahlBound: number | null;
  /**
   * min(P, cores) * T_sec / (T_sec + overhead): the absolute speedup left when waiting, imbalance and slower work
   * are forgiven and only the measured overhead (spawn, init, serialize, send, receive, merge, teardown beyond sec's)
   * is charged; null without spans.
   */
  readonly overheadBound: number | null;
}

function pointOf(
  point: Configuration,
  refused: Refusal | null,
  share: SerialShare | null,
  sec: Decomposition | null,
): ScalingPoint {
  const { label, workers, oversubscribed, relativeSpeedup, decomposition, kind, cores } = point;
  const hasFraction = refused === null && !oversubscribed && workers > 1 && relativeSpeedup !== null;
  const comparable = kind === "statistics" && decomposition !== null && sec !== null;
  return {
    label,
    workers,
    oversubscribed,
    absolute: point.absoluteSpeedup,
    karpFlatt: hasFraction ? karpFlatt(relativeSpeedup.value, workers) : null,
    amdahlBound: share === null ? null : amdahlBound(share.share, workers),
    overheadBound: comparable ? overheadBound(decomposition, sec, cores) : null,
  };
}

/**
 * Karp and Flatt's experimentally determined serial fraction (CACM 33(5), 1990).
 * @param workers above 1
 */
export function karpFlatt(speedup: number, workers: number): number {
  return (1 / speedup - 1 / workers) / (1 - 1 / workers);
}

/** What running in parallel adds to the work itself. Waiting is left out: it is a consequence, not a cost. */
const OVERHEAD: readonly Phase[] = ["spawn", "init", "serialize", "send", "receive", "merge", "teardown"];

/** The absolute speedup that is left when only the measured overhead beyond sec's is charged to the work of `sec`. */
export function overheadBound(run: Decomposition, sec: Decomposition, cores: number): number {
  const excess = OVERHEAD.reduce((sum, name) => sum + run.seconds[name] - sec.seconds[name], 0);
  const lanes = Math.min(run.processes, cores);
  return (lanes * sec.wallSeconds) / (sec.wallSeconds + Math.max(0, excess));
}

/** What can keep a configuration from W times the speed of `sec`. */
export type CauseId =
  | "pattern"
  | "extraProcesses"
  | "imbalance"
  | "serialCompute"
  | "lateStart"
  | "startup"
  | "ipc"
  | "io"
  | "decode"
  | "others"
  | "idle"
  | "extraWork"
  | "contention";

/** These spread the work badly: at worst nothing is gained, so they never make a run slower than `sec`. */
const SHARING: readonly CauseId[] = ["pattern", "imbalance", "serialCompute", "lateStart"];
/** From this part of the loss on a cause is named. */
export const LEAST_SHARE = 0.15;
/** From this part of the loss on the serial share is told with its bound. */
const LEAST_SERIAL_SHARE = 0.5;

export interface Cause {
  readonly id: CauseId;
  /** Part of the seconds above T_sec / W; all causes sum to 1, a negative one gains instead. */
  readonly share: number;
  /** Seconds of it that `sec` has not, undivided: what can make the run slower than `sec`. */
  readonly excessSeconds: number;
  /** Seconds behind it in the run, and those it is held against: see `explainLoss`. */
  readonly seconds: number;
  readonly baseSeconds: number;
}

export interface Explanation {
  readonly run: Decomposition;
  readonly sec: Decomposition;
  readonly workers: number;
  /** T_sec / T of the two runs. */
  readonly speedup: number;
  /** T - T_sec / W of the two runs, above 0. */
  readonly lossSeconds: number;
  /** By falling share. */
  readonly causes: readonly Cause[];
  /** The largest cause; of a configuration slower than `sec`, that which adds most to the time of `sec`. */
  readonly primary: Cause;
  /** The same program at 1 worker was there to tell its own computing from what comes with the workers. */
  readonly knowsAlone: boolean;
  /** Where time with at most one worker busy, at work on data, explains most of the loss by Amdahl's law. */
  readonly serial: (SerialShare & { readonly bound: number }) | null;
}

/**
 * What keeps a decomposed run from T_sec / W, cause by cause, in seconds on the clock of the worker that computes most.
 * Its T is the sum of what it does, or of what it waits for; so is that of `sec`, and the difference of the two, kind by
 * kind with sec's divided by W, is the loss T - T_sec / W exactly. Of its computing, c against c_sec / W:
 * - c less an even division among those that compute is their spread: computing while the others have not come up (late
 *   start), while others have computing left (serial), or the tail of the slowest, in proportion to the seconds of each;
 * - what an even division among those that compute is above one among the W asked for: workers that never compute
 *   (`pattern`, whose seconds are numbers of workers). Where more compute than were asked for, a coordinator beside them,
 *   the spread is held against the W; what even the most loaded has less than that is gained by `extraProcesses`;
 * - all computing beyond that of sec, divided by W: what the same program computes at 1 worker beyond sec is its
 *   pattern's (`extraWork`), the rest comes with the workers (`contention`). Seconds: sums over the workers.
 * Shares of logarithms of the identity's factors would be exact too, but tell nothing where little is computed: twice a
 * ten-thousandth of the time is a factor of 2.
 * @param one the same program at 1 worker; null where it was not decomposed or is this one
 * @returns null without spans on both sides or where nothing is lost
 */
export function explainLoss(
  configuration: Configuration,
  sec: Configuration,
  one: Decomposition | null,
): Explanation | null {
  const { decomposition: run, gantt, workers } = configuration;
  const { decomposition: secRun, gantt: secGantt } = sec;
  if (run === null || gantt === null || secRun === null || secGantt === null) return null;
  const { identity } = run;
  if (identity === null || identity.lossShares === null) return null;
  const lossSeconds = run.wallSeconds - secRun.wallSeconds / workers;
  const stretches = cutIntoStretches(gantt.spans, gantt.wallSeconds);
  const own = followWorker(stretches, busiestOf(run).worker);
  const secStretches = cutIntoStretches(secGantt.spans, secGantt.wallSeconds);
  const base = followWorker(secStretches, busiestOf(secRun).worker);
  const lone = measureLoneTime(stretches, gantt.spans);
  const alone = workers === 1 ? run : one;
  const parts = [
    ...partsOfSharing(run, workers, identity.computing, lone),
    ...partsOfComputing(run.usefulSeconds, secRun.usefulSeconds, alone?.usefulSeconds ?? 0, workers),
    ...partsOfTheRest(own, base, workers),
  ];
  const causes = parts
    .map(({ partSeconds, ...cause }) => ({ ...cause, share: partSeconds / lossSeconds }))
    .sort((a, b) => b.share - a.share);
  const isSlower = configuration.versusSec?.verdict.kind === "slower";
  const slowing = causes
    .filter((cause) => !SHARING.includes(cause.id))
    .reduce((most, cause) => (cause.excessSeconds > most.excessSeconds ? cause : most));
  const { startup } = lone.byKind;
  const onData = lone.serialCompute + sum(lone.byKind) - startup - lone.byKind.idle;
  const share = measureSerialShare({ ...gantt, workers }, stretches);
  const bound = amdahlBound(share.share, workers);
  const explained = Math.log(workers / bound) / Math.log(workers / identity.speedup);
  const isSerial = workers > 1 && explained >= LEAST_SERIAL_SHARE && onData >= share.serialSeconds / 2;
  return {
    run,
    sec: secRun,
    workers,
    speedup: identity.speedup,
    lossSeconds,
    causes,
    primary: isSlower ? slowing : causes[0]!,
    knowsAlone: alone !== null,
    serial: isSerial ? { ...share, bound } : null,
  };
}

function sum(time: TimeByKind): number {
  return Object.values(time).reduce((total, value) => total + value, 0);
}

function busiestOf(run: Decomposition): WorkerTime {
  return run.workers.reduce((most, one) => (one.phases.compute > most.phases.compute ? one : most));
}

/** A cause with its seconds of the loss. */
type Part = Omit<Cause, "share"> & { readonly partSeconds: number };

/** What `sec` has nothing of is beyond it by all of its part. */
function partOf(id: CauseId, part: number, seconds: number, base: number, excess = part): Part {
  return { id, partSeconds: part, excessSeconds: excess, seconds, baseSeconds: base };
}

/** How the computing is shared out: who computes, how much and when. */
function partsOfSharing(run: Decomposition, workers: number, computing: number, lone: LoneTime): Part[] {
  const most = busiestOf(run).phases.compute;
  const even = run.usefulSeconds / Math.min(computing, workers);
  const spread = Math.max(0, most - even);
  const { lateCompute, serialCompute, tailCompute } = lone;
  const uneven = lateCompute + serialCompute + tailCompute;
  const spreadBy = (some: number): number => (uneven > 0 ? (spread * some) / uneven : 0);
  const [late, serial] = [spreadBy(lateCompute), spreadBy(serialCompute)];
  return [
    partOf("lateStart", late, most, even),
    partOf("serialCompute", serial, most, even),
    partOf("imbalance", spread - late - serial, most, even),
    partOf("pattern", even - run.usefulSeconds / workers, computing, workers),
    partOf("extraProcesses", Math.min(0, most - even), computing, workers),
  ];
}

/** Computing beyond that of sec. */
function partsOfComputing(seconds: number, ofSec: number, ofOne: number, workers: number): Part[] {
  const alone = ofOne > 0 ? ofOne : ofSec;
  return [
    partOf("extraWork", (alone - ofSec) / workers, alone, ofSec),
    partOf("contention", (seconds - alone) / workers, seconds, alone),
  ];
}

/** All that the busiest worker does, or waits for, besides computing. */
function partsOfTheRest(own: TimeByKind, base: TimeByKind, workers: number): Part[] {
  const kinds = {
    startup: ["startup"],
    ipc: ["ipc"],
    io: ["read", "write"],
    decode: ["decode"],
    others: ["others"],
    idle: ["idle"],
  } as const satisfies Partial<Record<CauseId, readonly TimeKind[]>>;
  return Object.entries(kinds).map(([id, parts]) => {
    const of = (time: TimeByKind): number => parts.reduce((total, kind) => total + time[kind], 0);
    const divided = of(base) / workers;
    return partOf(id as CauseId, of(own) - divided, of(own), divided, of(own) - of(base));
  });
}
