import type { Phase } from "../core/records";

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
