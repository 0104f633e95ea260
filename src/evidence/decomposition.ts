import { groupBy } from "../core/groups";
import { PHASES, type Phase, type RunRecord, type Span } from "../core/records";
import { alignSpans } from "./spans";

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
  /** null when no worker has compute seconds. */
  readonly factors: Factors | null;
  readonly identity: Identity | null;
  readonly violations: readonly Violation[];
}

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
  const identity = sec && factors && explain({ wallSeconds, workers }, factors, sec, run.workers);
  return {
    runId: run.runId,
    wallSeconds,
    processes,
    workers,
    seconds,
    shares,
    usefulSeconds: seconds.compute,
    factors,
    identity,
    violations: [...violations, ...checkShares(shares), ...checkIdentity(identity, sec, factors)],
  };
}

export type ShareName = Phase | "other";

/** Phases and what no span covers. */
export const SHARE_NAMES: readonly ShareName[] = [...PHASES, "other"];

/** Zero, or what `fill` gives, for every phase and `other`. */
function tabulate(fill: (name: ShareName) => number): Record<ShareName, number> {
  return Object.fromEntries(SHARE_NAMES.map((name) => [name, fill(name)])) as Record<ShareName, number>;
}

/** Seconds of one worker of one run; its phases and `other` sum to the wall seconds of the run. */
export interface WorkerTime {
  readonly worker: number;
  readonly phases: Readonly<Record<ShareName, number>>;
  readonly bytesRead: number;
}

/** Two spans of one worker may meet, not overlap, but for the rounding of clocks. */
const OVERLAP_TOLERANCE_SECONDS = 1e-6;

/**
 * Seconds of each worker by phase. `other` is the time no span covers, so that a sum of the phases that differs from
 * the wall time shows overlapping spans or spans outside the run.
 * @param spans of one run, aligned
 */
function sumWorkerTimes(
  spans: readonly Span[],
  wallSeconds: number,
): { readonly workers: readonly WorkerTime[]; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  const workers = [...groupBy(spans, (span) => span.worker)].map(([worker, own]): WorkerTime => {
    const phases = tabulate(() => 0);
    const before = Math.max(0, own[0]!.startSeconds);
    let covered = own[0]!.startSeconds;
    let [bytesRead, between, overlap] = [0, 0, 0];
    for (const { phase, startSeconds, endSeconds, bytes } of own) {
      phases[phase] += endSeconds - startSeconds;
      if (phase === "read") bytesRead += bytes;
      between += Math.max(0, startSeconds - covered);
      overlap = Math.max(overlap, Math.min(covered, endSeconds) - startSeconds);
      covered = Math.max(covered, endSeconds);
    }
    phases.other = before + between + Math.max(0, wallSeconds - covered);
    if (overlap > OVERLAP_TOLERANCE_SECONDS) {
      violations.push({ kind: "overlap", worker, found: overlap, limit: OVERLAP_TOLERANCE_SECONDS });
    }
    if (covered > wallSeconds + OVERLAP_TOLERANCE_SECONDS) {
      violations.push({ kind: "beyondWall", worker, found: covered, limit: wallSeconds });
    }
    return { worker, phases, bytesRead };
  });
  return { workers: workers.sort((a, b) => a.worker - b.worker), violations };
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

/** S = P * loadBalance * communication * computation, each relative to `sec`; product exact to 1e-9. */
export interface Identity {
  /** Workers with compute seconds. */
  readonly computing: number;
  /** T_sec / T of the two decomposed runs (not of the medians). */
  readonly speedup: number;
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
  readonly lossShares: {
    /** ln(W / computing): workers asked for that never compute, by the pattern or for want of work. */
    readonly idle: number;
    /** Unequal shares among those that compute. */
    readonly loadBalance: number;
    /** Time the busiest computing worker spends on anything else: reading, IPC, start, waiting, serial parts. */
    readonly communication: number;
    /** The same work taking more compute seconds than in sec: memory bandwidth, shared cores, redundant work. */
    readonly computation: number;
  } | null;
}

function explain(
  { wallSeconds, workers }: Pick<Decomposition, "wallSeconds" | "workers">,
  { loadBalance, communicationEfficiency, computationScaling }: Factors,
  sec: Decomposition,
  asked: number,
): Identity | null {
  if (sec.factors === null) return null;
  const processes = workers.length;
  const computing = workers.filter((worker) => worker.phases.compute > 0).length;
  const speedup = sec.wallSeconds / wallSeconds;
  const communication = communicationEfficiency / sec.factors.parallelEfficiency;
  const computation = computationScaling!;
  const loss = Math.log(asked / speedup);
  const lossShares = {
    idle: Math.log(asked / computing) / loss,
    loadBalance: -Math.log((loadBalance * processes) / computing) / loss,
    communication: -Math.log(communication) / loss,
    computation: -Math.log(computation) / loss,
  };
  const factors = { processes, loadBalance, communication, computation };
  return {
    computing,
    speedup,
    secSeconds: sec.wallSeconds,
    ...factors,
    lossShares: loss > 0 ? lossShares : null,
  };
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

const SHARE_TOLERANCE = 0.01;
const MOST_OTHER = 0.05;
const IDENTITY_TOLERANCE = 1e-9;

function checkShares(shares: Readonly<Record<ShareName, number>>): Violation[] {
  const sum = SHARE_NAMES.reduce((total, name) => total + shares[name], 0);
  return [
    ...violationOf("sharesDoNotSum", Math.abs(sum - 1) > SHARE_TOLERANCE, sum, SHARE_TOLERANCE),
    ...violationOf("tooMuchOther", shares.other > MOST_OTHER, shares.other, MOST_OTHER),
  ];
}

function checkIdentity(
  identity: Identity | null,
  sec: Decomposition | null,
  factors: Factors | null,
): Violation[] {
  if (factors === null) return violationOf("noCompute", true, 0, 0);
  const { loadBalance, communicationEfficiency, parallelEfficiency } = factors;
  const product = Math.abs((loadBalance * communicationEfficiency) / parallelEfficiency - 1);
  const explained = identity === null ? 0 : Math.abs(productOf(identity) / identity.speedup - 1);
  const gap = Math.max(product, explained);
  const secWorkers = sec?.processes ?? 1;
  return [
    // The identity holds as written only for a sec of one process.
    ...violationOf("secWorkers", secWorkers !== 1, secWorkers, 1),
    ...violationOf("identity", gap > IDENTITY_TOLERANCE, gap, IDENTITY_TOLERANCE),
  ];
}

/** Of the run as a whole. */
function violationOf(kind: Violation["kind"], broken: boolean, found: number, limit: number): Violation[] {
  return broken ? [{ kind, worker: null, found, limit }] : [];
}

/** P * LB * (CommE / CommE of sec) * CompS, which equals the speedup. */
export function productOf(identity: Identity): number {
  return identity.processes * identity.loadBalance * identity.communication * identity.computation;
}
