import type { Configuration } from "./configuration";
import type { Decomposition, WorkerTime } from "./decomposition";
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
  const kinds = ["startup", "ipc", "io", "decode", "others", "idle"] as const satisfies readonly TimeKind[];
  return kinds.map((id) => {
    const divided = base[id] / workers;
    return partOf(id, own[id] - divided, own[id], divided, own[id] - base[id]);
  });
}
