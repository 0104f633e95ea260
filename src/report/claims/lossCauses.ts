import { amdahlBound, measureSerialShare } from "../../evidence/serialShare";
import type { Configuration, Decomposition, SerialShare } from "../../evidence/summary";
import {
  cutIntoStretches,
  followWorker,
  type LoneTime,
  measureLoneTime,
  type TimeByKind,
  type TimeKind,
} from "./runTimeline";

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
  /** Part of the loss ln(W / S); all causes sum to 1, a negative one gains instead. */
  readonly share: number;
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
  /** ln(W / speedup), above 0. */
  readonly loss: number;
  /** By falling share. */
  readonly causes: readonly Cause[];
  /** The largest cause; of a configuration slower than `sec`, the largest that can make it slower. */
  readonly primary: Cause;
  /** The same program at 1 worker was there to tell its own computing from what comes with the workers. */
  readonly knowsAlone: boolean;
  /** Where time with at most one worker busy, at work on data, explains most of the loss by Amdahl's law. */
  readonly serial: (SerialShare & { readonly bound: number }) | null;
}

/**
 * The loss of a decomposed run against W times the speed of `sec`, cause by cause: the factors of the identity
 * S = P (PE / PE_sec) CompS in logarithms, of which three are split further.
 * - communication (T over the computing of the busiest worker, against that of sec): by what the busiest worker does,
 *   or waits for, while it does not compute. A kind's part is the change of its seconds per second of computing over
 *   the logarithmic mean of T per second of computing on both sides, so that the parts sum to the factor exactly.
 *   Seconds: of that kind on the busiest worker's clock, and what they would be at sec's seconds of it per second of
 *   computing.
 * - loadBalance: into computing done by one while the others have not come up (late start), by one while others have
 *   computing left (serial) and the tail of the slowest, in proportion to the seconds of each. Seconds: the most loaded worker against the mean of those that compute.
 * - computation: what the same program at 1 worker computes more than sec is its pattern's extra work, the rest comes
 *   with the workers. Seconds: computing of all workers, against sec (extra work: 1 worker against sec).
 * `pattern` counts workers asked for that never compute; its seconds are numbers of workers. Where more compute than were
 * asked for (a coordinator that computes a little beside them) loadBalance is held against an even division among those
 * asked for; what even the most loaded has less than that is gained by `extraProcesses`, whose seconds are numbers too.
 * @param one the same program at 1 worker; null where it was not decomposed or is this one
 * @returns null without spans on both sides or where nothing is lost
 */
export function explainLoss(
  configuration: Configuration,
  sec: Configuration,
  one: Decomposition | null,
): Explanation | null {
  const { decomposition: run, gantt } = configuration;
  const identity = run?.identity ?? null;
  if (run === null || gantt === null || identity === null || identity.lossShares === null) return null;
  if (sec.decomposition === null || sec.gantt === null) return null;
  const { workers } = configuration;
  const loss = Math.log(workers / identity.speedup);
  const stretches = cutIntoStretches(gantt.spans, gantt.wallSeconds);
  const busiest = busiestOf(run);
  const own = followWorker(stretches, busiest.worker);
  const base = followWorker(
    cutIntoStretches(sec.gantt.spans, sec.gantt.wallSeconds),
    busiestOf(sec.decomposition).worker,
  );
  const lone = measureLoneTime(stretches, gantt.spans);
  const { idle, loadBalance } = identity.lossShares;
  const spread = loadBalance + Math.min(0, idle);
  const { computing } = identity;
  const alone = workers === 1 ? run : one;
  const causes = [
    { id: "pattern" as const, share: Math.max(0, idle), seconds: computing, baseSeconds: workers },
    { id: "extraProcesses" as const, share: Math.min(0, spread), seconds: computing, baseSeconds: workers },
    ...splitLoadBalance(run, Math.max(0, spread), Math.min(computing, workers), lone),
    ...splitCommunication(own, base, loss),
    ...splitComputation(run, sec.decomposition, alone, loss),
  ].sort((a, b) => b.share - a.share);
  const isSlower = configuration.versusSec?.verdict.kind === "slower";
  const slowing = causes.filter((cause) => !isSlower || !SHARING.includes(cause.id));
  const { startup } = lone.byKind;
  const onData = lone.serialCompute + sum(lone.byKind) - startup - lone.byKind.idle;
  const share = measureSerialShare({ ...gantt, workers }, gantt.spans);
  const bound = amdahlBound(share.share, workers);
  const explained = Math.log(workers / bound) / loss;
  const isSerial = workers > 1 && explained >= LEAST_SERIAL_SHARE && onData >= share.serialSeconds / 2;
  return {
    run,
    sec: sec.decomposition,
    workers,
    speedup: identity.speedup,
    loss,
    causes,
    primary: slowing[0]!,
    knowsAlone: alone !== null,
    serial: isSerial ? { ...share, bound } : null,
  };
}

function sum(time: TimeByKind): number {
  return Object.values(time).reduce((total, value) => total + value, 0);
}

function busiestOf(run: Decomposition): Decomposition["workers"][number] {
  return run.workers.reduce((most, one) => (one.phases.compute > most.phases.compute ? one : most));
}

function splitLoadBalance(run: Decomposition, share: number, sharing: number, lone: LoneTime): Cause[] {
  const { lateCompute, serialCompute, tailCompute } = lone;
  const seconds = busiestOf(run).phases.compute;
  const baseSeconds = run.usefulSeconds / sharing;
  const uneven = lateCompute + serialCompute + tailCompute;
  const partOf = (some: number): number => (uneven > 0 ? (share * some) / uneven : 0);
  const [late, serial] = [partOf(lateCompute), partOf(serialCompute)];
  return [
    { id: "lateStart", share: late, seconds, baseSeconds },
    { id: "serialCompute", share: serial, seconds, baseSeconds },
    { id: "imbalance", share: share - late - serial, seconds, baseSeconds },
  ];
}

function splitCommunication(own: TimeByKind, base: TimeByKind, loss: number): Cause[] {
  const perCompute = sum(own) / own.compute;
  const basePerCompute = sum(base) / base.compute;
  const gap = perCompute - basePerCompute;
  // Below this the two are equal but for rounding, and so is their logarithmic mean.
  const isEqual = Math.abs(gap) < 1e-9 * perCompute;
  const middle = isEqual ? perCompute : gap / Math.log(perCompute / basePerCompute);
  const kinds = ["startup", "ipc", "io", "decode", "others", "idle"] as const satisfies readonly TimeKind[];
  return kinds.map((id) => ({
    id,
    share: (own[id] / own.compute - base[id] / base.compute) / middle / loss,
    seconds: own[id],
    baseSeconds: (base[id] / base.compute) * own.compute,
  }));
}

function splitComputation(
  run: Decomposition,
  sec: Decomposition,
  one: Decomposition | null,
  loss: number,
): Cause[] {
  const alone = one !== null && one.usefulSeconds > 0 ? one.usefulSeconds : sec.usefulSeconds;
  return [
    {
      id: "extraWork",
      share: Math.log(alone / sec.usefulSeconds) / loss,
      seconds: alone,
      baseSeconds: sec.usefulSeconds,
    },
    {
      id: "contention",
      share: Math.log(run.usefulSeconds / alone) / loss,
      seconds: run.usefulSeconds,
      baseSeconds: alone,
    },
  ];
}
