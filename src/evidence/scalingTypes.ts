import type { Estimate, Guarded, Refusal, Speedup } from "./estimateTypes";

export interface ScalingPoint {
  readonly label: string;
  readonly workers: number;
  /** More workers than cores: drawn apart, not a scaling point. */
  readonly oversubscribed: boolean;
  readonly absolute: Speedup | null;
  readonly relative: Speedup | null;
  readonly efficiency: Estimate | null;
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
  readonly overheadSeconds: number | null;
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

/** Universal scalability law 1/S = (1 + sigma (p-1) + kappa p (p-1)) / p. */
export interface UniversalScalability {
  readonly contention: Estimate;
  readonly coherency: Estimate;
  readonly levels: number;
}

/** One backend over its numbers of workers. */
export interface Scaling {
  readonly backend: string;
  readonly cores: number;
  readonly points: readonly ScalingPoint[];
  /** Why there is no Karp-Flatt value anywhere; null when there is. */
  readonly karpFlattRefused: Refusal | null;
  readonly serialShare: Guarded<SerialShare>;
  readonly universalScalability: Guarded<UniversalScalability>;
}
