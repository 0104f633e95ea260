import { PHASES, type Phase, type RunRecord, type Span } from "../core/records";
import { groupBy } from "./numbers";
import type { SerialShare } from "./scaling";

const SHARE_TOLERANCE = 0.01;
const MOST_OTHER = 0.05;
const IDENTITY_TOLERANCE = 1e-9;

/**
 * Where the worker-seconds of one run went, and the POP factors (Performance Optimisation and Productivity centre of
 * excellence) with useful = compute.
 *
 * P, the number of processes (or threads), counts every worker that has a span, so that P*T holds all recorded time:
 * sec has 1; threads4 has 4 (the main one works); mp4 has 5, its parent, which does all the computing, and 4 children
 * that read; mp4_v2 and mp4_mem have 5 too, mpi4 has 5 when its launcher recorded spans. Speedup is still told against
 * the 4 workers asked for, and `identity` splits LB into how many of P compute at all and how evenly those do, so a
 * coordinator that never computes is not taken for imbalance.
 * @param spans those of this run
 * @param sec the decomposed `sec` of the same level; null where there is none or where the work is another (prep, fused)
 * @returns null when the run has no wall time or no spans
 */
export function decompose(
  run: RunRecord,
  spans: readonly Span[],
  sec: Decomposition | null,
): Decomposition | null {
  const { wallSeconds } = run;
  if (wallSeconds === null || spans.length === 0) return null;
  const aligned = alignSpans(run, spans);
  const { workers, violations } = sumWorkerTimes(aligned, wallSeconds);
  const processes = workers.length;
  const seconds = tabulate((name) => workers.reduce((sum, worker) => sum + worker.phases[name], 0));
  const shares = tabulate((name) => seconds[name] / (processes * wallSeconds));
  const factors = computeFactors(workers, wallSeconds, sec);
  const coordinator = workers.find((worker) => worker.worker === 0);
  const separate = coordinator !== undefined && processes > run.workers;
  const base = { runId: run.runId, wallSeconds, processes, workers, seconds, shares, factors };
  const identity = sec === null || factors === null ? null : explain({ ...base, factors }, sec, run.workers);
  return {
    ...base,
    usefulSeconds: seconds.compute,
    coordinatorSeconds: separate ? busySeconds(coordinator) : null,
    identity,
    violations: [...violations, ...checkShares(shares), ...checkIdentity(identity, sec, factors)],
  };
}

function busySeconds(worker: WorkerTime): number {
  const idle: readonly ShareName[] = ["wait", "other"];
  return SHARE_NAMES.reduce((sum, name) => sum + (idle.includes(name) ? 0 : worker.phases[name]), 0);
}

function computeFactors(
  workers: readonly WorkerTime[],
  wallSeconds: number,
  sec: Decomposition | null,
): Factors | null {
  const useful = workers.map((worker) => worker.phases.compute);
  const total = useful.reduce((sum, value) => sum + value, 0);
  const most = Math.max(...useful);
  if (!(most > 0)) return null;
  return {
    loadBalance: total / workers.length / most,
    communicationEfficiency: most / wallSeconds,
    parallelEfficiency: total / (workers.length * wallSeconds),
    computationScaling: sec === null ? null : sec.usefulSeconds / total,
  };
}

type WithFactors = Pick<Decomposition, "wallSeconds" | "processes" | "workers" | "seconds"> & {
  readonly factors: Factors;
};

function explain(run: WithFactors, sec: Decomposition, asked: number): Identity | null {
  if (sec.factors === null) return null;
  const { processes, factors } = run;
  const computing = run.workers.filter((worker) => worker.phases.compute > 0).length;
  const amongComputing = (factors.loadBalance * processes) / computing;
  const speedup = sec.wallSeconds / run.wallSeconds;
  const communication = factors.communicationEfficiency / sec.factors.parallelEfficiency;
  const computation = factors.computationScaling!;
  const loss = Math.log(asked / speedup);
  const lossShares =
    loss > 0
      ? {
          idle: Math.log(asked / computing) / loss,
          loadBalance: -Math.log(amongComputing) / loss,
          communication: -Math.log(communication) / loss,
          computation: -Math.log(computation) / loss,
        }
      : null;
  return {
    computing,
    loadBalanceAmongComputing: amongComputing,
    speedup,
    secRunId: sec.runId,
    secSeconds: sec.wallSeconds,
    processes,
    loadBalance: factors.loadBalance,
    communication,
    computation,
    lossShares,
    excessSeconds: tabulate((name) => run.seconds[name] - sec.seconds[name]),
  };
}

function checkShares(shares: Readonly<Record<ShareName, number>>): Violation[] {
  const sum = SHARE_NAMES.reduce((total, name) => total + shares[name], 0);
  const found: Violation[] = [];
  if (Math.abs(sum - 1) > SHARE_TOLERANCE) {
    found.push({ kind: "sharesDoNotSum", worker: null, found: sum, limit: SHARE_TOLERANCE });
  }
  if (shares.other > MOST_OTHER) {
    found.push({ kind: "tooMuchOther", worker: null, found: shares.other, limit: MOST_OTHER });
  }
  return found;
}

function checkIdentity(
  identity: Identity | null,
  sec: Decomposition | null,
  factors: Factors | null,
): Violation[] {
  if (factors === null) return [{ kind: "noCompute", worker: null, found: 0, limit: 0 }];
  const { loadBalance, communicationEfficiency, parallelEfficiency } = factors;
  const found: Violation[] = [];
  // The identity holds as written only for a sec of one process.
  if (sec !== null && sec.processes !== 1) {
    found.push({ kind: "secWorkers", worker: null, found: sec.processes, limit: 1 });
  }
  const product = Math.abs((loadBalance * communicationEfficiency) / parallelEfficiency - 1);
  const explained = identity === null ? 0 : Math.abs(productOf(identity) / identity.speedup - 1);
  const gap = Math.max(product, explained);
  if (gap > IDENTITY_TOLERANCE) {
    found.push({ kind: "identity", worker: null, found: gap, limit: IDENTITY_TOLERANCE });
  }
  return found;
}

/** P * LB * (CommE / CommE of sec) * CompS, which equals the speedup. */
export function productOf(identity: Identity): number {
  return identity.processes * identity.loadBalance * identity.communication * identity.computation;
}

export type ShareName = Phase | "other";

/** Seconds of one worker of one run; its phases and `other` sum to the wall seconds of the run. */
export interface WorkerTime {
  readonly worker: number;
  readonly phases: Readonly<Record<ShareName, number>>;
  /** Time no span covers before the first, between two, and after the last span of this worker. */
  readonly uncovered: { readonly before: number; readonly between: number; readonly after: number };
  readonly bytesRead: number;
}

/** A broken promise of the records, told with its numbers; none in a sound run. */
export interface Violation {
  readonly kind:
    | "overlap"
    | "beyondWall"
    | "sharesDoNotSum"
    | "tooMuchOther"
    | "identity"
    | "noCompute"
    | "secWorkers";
  readonly worker: number | null;
  readonly found: number;
  readonly limit: number;
}

/** POP factors of one run. Symbols: T wall, P workers with spans (coordinator included), u useful = compute seconds. */
export interface Factors {
  /** mean u / max u. */
  readonly loadBalance: number;
  /** max u / T. */
  readonly communicationEfficiency: number;
  /** loadBalance * communicationEfficiency = sum u / (P T). */
  readonly parallelEfficiency: number;
  /** sum u of sec / sum u; null without a decomposed `sec` of the same level or where work differs (prep, fused). */
  readonly computationScaling: number | null;
}

/** See Identity.lossShares. */
export interface LossShares {
  /** ln(W / computing): workers asked for that never compute, by the pattern or for want of work. */
  readonly idle: number;
  /** Unequal shares among those that compute. */
  readonly loadBalance: number;
  /** Time the busiest computing worker spends on anything else: reading, IPC, start, waiting, serial parts. */
  readonly communication: number;
  /** The same work taking more compute seconds than in sec: memory bandwidth, shared cores, redundant work. */
  readonly computation: number;
}

/** S = P * loadBalance * communication * computation, each relative to `sec`; product exact to 1e-9. */
export interface Identity {
  /** Workers with compute seconds, and their own mean u / max u: loadBalance = (computing / P) * among. */
  readonly computing: number;
  readonly loadBalanceAmongComputing: number;
  /** T_sec / T of the two decomposed runs (not of the medians). */
  readonly speedup: number;
  readonly secRunId: string;
  readonly secSeconds: number;
  readonly processes: number;
  readonly loadBalance: number;
  /** communicationEfficiency / parallelEfficiency of sec (which has one process, so the same as its CommE). */
  readonly communication: number;
  readonly computation: number;
  /**
   * Part of the loss ln(W / S) against the W workers asked for that each factor explains; sums to 1. Negative: the
   * factor gains instead. null when S >= W (nothing is lost).
   */
  readonly lossShares: LossShares | null;
  /** Worker-seconds more than sec's, phase by phase; sums to P*T - T_sec. */
  readonly excessSeconds: Readonly<Record<ShareName, number>>;
}

/** Where the worker-seconds of one run went. */
export interface Decomposition {
  readonly runId: string;
  readonly wallSeconds: number;
  /** P: every worker number with at least one span, 0 (the coordinator) included where it has one. */
  readonly processes: number;
  readonly workers: readonly WorkerTime[];
  /** Worker-seconds by phase over all workers; sums to P*T. */
  readonly seconds: Readonly<Record<ShareName, number>>;
  /** seconds / (P*T); sums to 1. */
  readonly shares: Readonly<Record<ShareName, number>>;
  readonly usefulSeconds: number;
  /** Busy (not wait, not uncovered) seconds of worker 0 when it is not one of the `--workers`; else null. */
  readonly coordinatorSeconds: number | null;
  /** null when no worker has compute seconds. */
  readonly factors: Factors | null;
  readonly identity: Identity | null;
  readonly violations: readonly Violation[];
}

/** Phases and what no span covers. */
export const SHARE_NAMES: readonly ShareName[] = [...PHASES, "other"];

/** Two spans of one worker may meet, not overlap, but for the rounding of clocks. */
const OVERLAP_TOLERANCE_SECONDS = 1e-6;

/** Zero, or what `fill` gives, for every phase and `other`. */
export function tabulate(fill: (name: ShareName) => number): Record<ShareName, number> {
  return Object.fromEntries(SHARE_NAMES.map((name) => [name, fill(name)])) as Record<ShareName, number>;
}

/**
 * The spans of a run by worker and start, 0 being the start of the run. Records count from there; spans that all lie
 * beyond the wall time are on the host's clock instead and are counted from the earliest.
 */
export function alignSpans(run: RunRecord, spans: readonly Span[]): readonly Span[] {
  const earliest = spans.reduce(
    (least, span) => Math.min(least, span.startSeconds),
    Number.POSITIVE_INFINITY,
  );
  const origin = earliest > (run.wallSeconds ?? 0) ? earliest : 0;
  return spans
    .map((span) => ({
      ...span,
      startSeconds: span.startSeconds - origin,
      endSeconds: span.endSeconds - origin,
    }))
    .sort((a, b) => a.worker - b.worker || a.startSeconds - b.startSeconds || a.endSeconds - b.endSeconds);
}

/**
 * Seconds of each worker by phase. `other` is the time no span covers, so that a sum of the phases that differs from
 * the wall time shows overlapping spans or spans outside the run.
 * @param spans of one run, aligned
 */
export function sumWorkerTimes(
  spans: readonly Span[],
  wallSeconds: number,
): { readonly workers: readonly WorkerTime[]; readonly violations: readonly Violation[] } {
  const byWorker = groupBy(spans, (span) => span.worker);
  const violations: Violation[] = [];
  const workers = [...byWorker].map(([worker, own]) => {
    const phases = tabulate(() => 0);
    let bytesRead = 0;
    let covered = 0;
    let between = 0;
    let overlap = 0;
    const before = Math.max(0, own[0]!.startSeconds);
    for (const [index, span] of own.entries()) {
      phases[span.phase] += span.endSeconds - span.startSeconds;
      if (span.phase === "read") bytesRead += span.bytes;
      if (index > 0 && span.startSeconds > covered) between += span.startSeconds - covered;
      if (index > 0) overlap = Math.max(overlap, Math.min(covered, span.endSeconds) - span.startSeconds);
      covered = Math.max(covered, span.endSeconds);
    }
    const after = Math.max(0, wallSeconds - covered);
    phases.other = before + between + after;
    if (overlap > OVERLAP_TOLERANCE_SECONDS) {
      violations.push({ kind: "overlap", worker, found: overlap, limit: OVERLAP_TOLERANCE_SECONDS });
    }
    if (covered > wallSeconds + OVERLAP_TOLERANCE_SECONDS) {
      violations.push({ kind: "beyondWall", worker, found: covered, limit: wallSeconds });
    }
    return { worker, phases, uncovered: { before, between, after }, bytesRead };
  });
  return { workers: workers.sort((a, b) => a.worker - b.worker), violations };
}

/**
 * The serial share of a run as its spans show it: time in which at most one worker is busy (in any span but `wait`)
 * is serial, all worker-seconds while two or more are busy are parallel. Needs a run of two workers or more; no time
 * of any other run enters, so nothing is fitted.
 * @param spans of one run, aligned to its start
 */
export function measureSerialShare(
  run: { readonly runId: string; readonly workers: number; readonly wallSeconds: number },
  spans: readonly Span[],
): SerialShare {
  const busy = spans.filter((span) => span.phase !== "wait");
  const edges = busy
    .flatMap((span) => [
      { at: span.startSeconds, change: 1 },
      { at: span.endSeconds, change: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  let parallelWall = 0;
  let parallelSeconds = 0;
  let workersBusy = 0;
  let last = 0;
  for (const { at, change } of edges) {
    if (workersBusy >= 2) {
      parallelWall += at - last;
      parallelSeconds += (at - last) * workersBusy;
    }
    workersBusy += change;
    last = at;
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
export const TIME_KINDS = ["compute", "startup", "ipc", "io", "decode", "others", "idle"] as const;
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
  read: "io",
  write: "io",
  decode: "decode",
  compute: "compute",
  wait: "idle",
};

/** A stretch of time in which every worker stays in its phase. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Phase of each worker that is in a span other than `wait`. */
  readonly busy: readonly { readonly worker: number; readonly phase: Phase }[];
}

/** The run cut at every beginning and end of a span, from 0 to its wall seconds. */
export function cutIntoStretches(spans: readonly Span[], wallSeconds: number): readonly Stretch[] {
  const edges = spans
    .filter((span) => span.phase !== "wait" && span.endSeconds > span.startSeconds)
    .flatMap(({ worker, phase, startSeconds, endSeconds }) => [
      { at: startSeconds, worker, phase, begins: true },
      { at: endSeconds, worker, phase, begins: false },
    ])
    // Ends first: spans of one worker may meet.
    .sort((a, b) => a.at - b.at || Number(a.begins) - Number(b.begins));
  const now = new Map<number, Phase>();
  const stretches: Stretch[] = [];
  let from = 0;
  const close = (to: number): void => {
    if (to <= from) return;
    stretches.push({ from, to, busy: [...now].map(([worker, phase]) => ({ worker, phase })) });
    from = to;
  };
  for (const { at, worker, phase, begins } of edges) {
    close(Math.min(at, wallSeconds));
    if (begins) now.set(worker, phase);
    else now.delete(worker);
  }
  close(wallSeconds);
  return stretches;
}

function noTime(): Record<TimeKind, number> {
  return Object.fromEntries(TIME_KINDS.map((kind) => [kind, 0])) as Record<TimeKind, number>;
}

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
    return !joins.some(
      (span) => span.worker === worker && span.endSeconds > ended && span.endSeconds <= from,
    );
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
