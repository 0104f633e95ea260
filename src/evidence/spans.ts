import type { Phase, RunRecord, Span } from "../core/records";

/**
 * The spans of a run by worker and start, 0 being the start of the run. Records count from there; spans that all lie
 * beyond the wall time are on the host's clock instead and are counted from the earliest.
 */
export function alignSpans(run: RunRecord, spans: readonly Span[]): readonly Span[] {
  const earliest = spans.reduce((least, one) => Math.min(least, one.startSeconds), Number.POSITIVE_INFINITY);
  const origin = earliest > (run.wallSeconds ?? 0) ? earliest : 0;
  return spans
    .map((one) => ({ ...one, startSeconds: one.startSeconds - origin, endSeconds: one.endSeconds - origin }))
    .sort((a, b) => a.worker - b.worker || a.startSeconds - b.startSeconds || a.endSeconds - b.endSeconds);
}

/** A stretch of time in which every worker stays in its phase. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** The span of each worker that is in one other than `wait`. */
  readonly busy: readonly Span[];
}

/** The run cut at every beginning and end of a span, from 0 to its wall seconds. */
export function cutIntoStretches(spans: readonly Span[], wallSeconds: number): readonly Stretch[] {
  const edges = spans
    .filter((span) => span.phase !== "wait" && span.endSeconds > span.startSeconds)
    .flatMap((span) => [
      { at: span.startSeconds, span, begins: true },
      { at: span.endSeconds, span, begins: false },
    ])
    // Ends first: spans of one worker may meet.
    .sort((a, b) => a.at - b.at || Number(a.begins) - Number(b.begins));
  const now = new Map<number, Span>();
  const stretches: Stretch[] = [];
  let from = 0;
  const close = (to: number): void => {
    if (to > from) stretches.push({ from, to, busy: [...now.values()] });
    from = Math.max(from, to);
  };
  for (const { at, span, begins } of edges) {
    close(Math.min(at, wallSeconds));
    if (begins) now.set(span.worker, span);
    else if (now.get(span.worker) === span) now.delete(span.worker);
  }
  close(wallSeconds);
  return stretches;
}

/** The serial share as spans show it: never fitted from times. */
export interface SerialShare {
  /** serialSeconds / (serialSeconds + worker-seconds worked while two or more were busy), 0..1. */
  readonly share: number;
  /** Wall seconds in which at most one worker was busy (in any span but wait). */
  readonly serialSeconds: number;
  readonly parallelSeconds: number;
  readonly runId: string;
  readonly workers: number;
  /** 1 / share. */
  readonly limit: number;
}

/**
 * The serial share of a run as its spans show it: time in which at most one worker is busy (in any span but `wait`)
 * is serial, all worker-seconds while two or more are busy are parallel. Needs a run of two workers or more; no time
 * of any other run enters, so nothing is fitted.
 */
export function measureSerialShare(
  run: { readonly runId: string; readonly workers: number; readonly wallSeconds: number },
  stretches: readonly Stretch[],
): SerialShare {
  let [parallelWall, parallelSeconds] = [0, 0];
  for (const { from, to, busy } of stretches) {
    if (busy.length < 2) continue;
    parallelWall += to - from;
    parallelSeconds += (to - from) * busy.length;
  }
  const serialSeconds = Math.max(0, run.wallSeconds - parallelWall);
  const share = serialSeconds / (serialSeconds + parallelSeconds);
  const { runId, workers } = run;
  return { share, serialSeconds, parallelSeconds, runId, workers, limit: 1 / share };
}

/** Amdahl's law: the most p workers can gain when `serialShare` of the work of one cannot be divided. */
export function amdahlBound(serialShare: number, workers: number): number {
  return 1 / (serialShare + (1 - serialShare) / workers);
}

/** Kinds of time on a run's clock. */
const TIME_KINDS = ["compute", "startup", "ipc", "read", "write", "decode", "others", "idle"] as const;
export type TimeKind = (typeof TIME_KINDS)[number];
export type TimeByKind = Readonly<Record<TimeKind, number>>;

const KIND_OF: Readonly<Record<Phase, TimeKind>> = {
  spawn: "startup",
  init: "startup",
  teardown: "startup",
  serialize: "ipc",
  send: "ipc",
  receive: "ipc",
  merge: "ipc",
  read: "read",
  write: "write",
  decode: "decode",
  compute: "compute",
  wait: "idle",
};

/**
 * Where the wall time of one worker went. Time in which it waits, or is in no span, is charged to what the others are
 * busy with meanwhile, in equal parts: to what is not computing where there is such (one reads and the next waits its
 * turn, whatever a third computes), else to their computing as `others`. Where nobody is busy it is `startup` before the
 * worker begins and after it has ended (the launching of processes leaves no other trace), else `idle`.
 * @returns seconds, which sum to the wall seconds
 */
export function followWorker(stretches: readonly Stretch[], worker: number): TimeByKind {
  const time = noTime();
  const isBusy = ({ busy }: Stretch): boolean => busy.some((one) => one.worker === worker);
  const begins = stretches.find(isBusy)?.from ?? 0;
  const ends = stretches.findLast(isBusy)?.to ?? 0;
  for (const { from, to, busy } of stretches) {
    const own = busy.find((one) => one.worker === worker);
    if (own !== undefined) time[KIND_OF[own.phase]] += to - from;
    else if (busy.length === 0) time[from < begins || from >= ends ? "startup" : "idle"] += to - from;
    else {
      const holding = busy.filter(({ phase }) => phase !== "compute");
      if (holding.length === 0) time.others += to - from;
      for (const { phase } of holding) time[KIND_OF[phase]] += (to - from) / holding.length;
    }
  }
  return time;
}

function noTime(): Record<TimeKind, number> {
  return Object.fromEntries(TIME_KINDS.map((kind) => [kind, 0])) as Record<TimeKind, number>;
}

/** Seconds in which at most one worker is busy with more than coming up, by what it does; its computing is told apart. */
export interface LoneTime {
  /** Without computing, whose parts follow. */
  readonly byKind: TimeByKind;
  /** One computes while all others that will compute have not come up yet. */
  readonly lateCompute: number;
  /** One computes although another one has computing left, or after it took in what the others sent. */
  readonly serialCompute: number;
  /** One still computes its share when all others have ended theirs. */
  readonly tailCompute: number;
}

/** @param spans those the stretches were cut from */
export function measureLoneTime(stretches: readonly Stretch[], spans: readonly Span[]): LoneTime {
  const lastCompute = new Map<number, number>();
  for (const { worker, phase, endSeconds } of spans) {
    if (phase === "compute") lastCompute.set(worker, Math.max(lastCompute.get(worker) ?? 0, endSeconds));
  }
  const upFrom = findUpFrom(spans);
  const joins = spans.filter(({ phase }) => phase === "wait" || phase === "receive" || phase === "merge");
  const byKind = noTime();
  let [lateCompute, serialCompute, tailCompute] = [0, 0, 0];
  for (const { from, to, busy } of stretches) {
    if (isLate(from, busy)) {
      lateCompute += to - from;
      continue;
    }
    if (busy.length > 1) continue;
    const [alone] = busy;
    if (alone === undefined) byKind.idle += to - from;
    else if (alone.phase !== "compute") byKind[KIND_OF[alone.phase]] += to - from;
    else if (isTail(alone.worker, from)) tailCompute += to - from;
    else serialCompute += to - from;
  }
  return { byKind, lateCompute, serialCompute, tailCompute };

  function isLate(from: number, busy: Stretch["busy"]): boolean {
    const working = busy.filter(({ phase }) => KIND_OF[phase] !== "startup");
    if (working.length !== 1 || working[0]!.phase !== "compute") return false;
    const awaited = [...lastCompute].filter(([other, end]) => other !== working[0]!.worker && end > from);
    return awaited.length > 0 && awaited.every(([other]) => from < (upFrom.get(other) ?? 0));
  }

  function isTail(worker: number, from: number): boolean {
    const others = [...lastCompute].filter(([other]) => other !== worker).map(([, end]) => end);
    if (others.length === 0) return false;
    const ended = Math.max(...others);
    if (ended > from) return false;
    return !joins.some((one) => one.worker === worker && one.endSeconds > ended && one.endSeconds <= from);
  }
}

/** When each worker that starts up has come up: the end of its last start-up before it does anything else. */
function findUpFrom(spans: readonly Span[]): Map<number, number> {
  const works = new Map<number, number>();
  for (const { worker, phase, startSeconds } of spans) {
    if (phase === "wait" || KIND_OF[phase] === "startup") continue;
    works.set(worker, Math.min(works.get(worker) ?? Number.POSITIVE_INFINITY, startSeconds));
  }
  const up = new Map<number, number>();
  for (const { worker, phase, startSeconds, endSeconds } of spans) {
    if (KIND_OF[phase] !== "startup" || startSeconds >= (works.get(worker) ?? 0)) continue;
    up.set(worker, Math.max(up.get(worker) ?? 0, endSeconds));
  }
  return up;
}
