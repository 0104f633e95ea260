import type { Finding } from "./findings";
import type { Shape } from "./raster";

/** What a worker was doing. Spans of one worker never overlap; what no span covers is `other`. */
export const PHASES = [
  "spawn",
  "init",
  "read",
  "decode",
  "compute",
  "serialize",
  "send",
  "wait",
  "receive",
  "merge",
  "write",
  "teardown",
] as const;
/** One of `PHASES`. */
export type Phase = (typeof PHASES)[number];

/**
 * One timed phase of one worker. Times are seconds on one clock for all workers of a run: the host's monotonic clock
 * where the run writes them, and since just before its process was started in spans.jsonl.
 */
export interface Span {
  /** 0 is the coordinator: the process that was started (for mpi: rank 0 is worker 1, the launcher worker 0). */
  readonly worker: number;
  readonly phase: Phase;
  /** What was worked on: a date, a block of rows, a message. */
  readonly item: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Bytes read, sent, received or written in the span; 0 where none. */
  readonly bytes: number;
}

/** A line of spans.jsonl. */
export interface SpanRecord extends Span {
  readonly runId: string;
}

export type CacheState = "warm" | "cold" | "uncontrolled";

/** A line of runs.jsonl: one whole process, from before it was started until its outputs were in place. */
export interface RunRecord {
  /** Version of the record layout. */
  readonly schema: 1;
  readonly runId: string;
  readonly sessionId: string;
  /** Repetition number; block 0 is the warm-up. */
  readonly block: number;
  /** Place within the shuffled block, from 0. */
  readonly order: number;
  readonly warmup: boolean;
  /** Configuration label: `sec`, `mp4`, `mp4_v2`, `mp4_mem`, `mpi4`, `threads4`, `fused4`, `prep4`, a peer's name. */
  readonly label: string;
  /** `a` and `b` are the two identical runs of the A/A pair; null for every other configuration. */
  readonly twin: "a" | "b" | null;
  /** Backend id (`sec`, `mp`, … `prep`, `fused`) or `peer`. */
  readonly backend: string;
  /** Peers: the name its numbers of workers share; null where how many it uses is its own affair. Absent for pila's own. */
  readonly program?: string | null;
  /** 1 for a peer that is not told how many. */
  readonly workers: number;
  /** Cores available to the process. */
  readonly cores: number;
  readonly oversubscribed: boolean;
  readonly dates: number;
  /** Shape of the reduced planes, azimuth x range. */
  readonly shape: Shape;
  readonly looks: string;
  /** rows,cols,row0,col0 in looked pixels; null for the whole image. */
  readonly crop?: string | null;
  readonly cache: CacheState;
  /** null when the run was skipped. */
  readonly wallSeconds: number | null;
  readonly userSeconds: number | null;
  readonly systemSeconds: number | null;
  /** Resident memory of the largest process, and the peak of the sum over all; null in runs that were not sampled. */
  readonly peakRssBytes: number | null;
  readonly sumRssBytes: number | null;
  /** What crossed from storage or page cache, summed over workers; null for a peer (not known). */
  readonly bytesRead: number | null;
  readonly bytesWritten: number | null;
  readonly ipcMessages: number | null;
  readonly ipcBytes: number | null;
  /** True when the run recorded spans (its time is then shown to agree with runs without them). */
  readonly traced: boolean;
  readonly outcome: "ok" | "failed" | "skipped";
  /** Why it failed or was skipped; null when ok. */
  readonly reason: string | null;
  readonly outputSha256: string | null;
  /** Pixels valid in all dates over which a peer was compared with `sec`; null where bytes were. */
  readonly comparedPixels?: number | null;
  /** Load, CPU pressure or steal passed the threshold just before or during the run. */
  readonly noisy: boolean;
  readonly noise: NoiseReading;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** The state of the machine around one run; null where the system does not tell. */
export interface NoiseReading {
  readonly loadAverage: number;
  /** Share of the time between the run before and this one in which some task waited for a core, 0..1. */
  readonly cpuPressure: number | null;
  /** Share of the run's core time taken by other guests, 0..1. */
  readonly stealShare: number | null;
  /** Share of all core time that other processes used during the run, 0..1. */
  readonly othersShare?: number | null;
}

/** What every tool run printed about itself with --json and what the bench reads. */
export interface RunUsage {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly ipcMessages: number;
  readonly ipcBytes: number;
}

/** env.json: where and on what a session was measured. */
export interface EnvRecord {
  readonly schema: 1;
  readonly sessionId: string;
  readonly startedAt: string;
  readonly commandLine: readonly string[];
  readonly seed: number;
  readonly machine: {
    readonly cpuModel: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly kernel: string;
    readonly filesystem: string | null;
    readonly virtualisation: string | null;
    /** Stable anonymous identity of the machine, so that two runs can be told apart. */
    readonly machineId: string;
  };
  readonly software: {
    readonly pila: string;
    readonly node: string;
    readonly v8: string;
    readonly gdal: string | null;
    readonly mpi: string | null;
    readonly gitCommit: string | null;
    readonly gitDirty: boolean | null;
    readonly lockfileSha256: string | null;
  };
  readonly dataset: {
    readonly path: string;
    readonly kind: "slc" | "intensity";
    readonly dates: readonly string[];
    readonly shape: Shape;
    readonly looks: string;
    readonly crop: string | null;
    readonly nodata: string;
    /** Of names, sizes and modification times of the sources. */
    readonly sha256: string;
    /** How many dates have SLC, so that prep and fused are measured up to so many; null without SLC. */
    readonly slcDates?: number | null;
    /** True where the intensities were written directly: those of a simulated stack of which no SLC stands. */
    readonly simulatedWithoutSlc?: boolean;
  };
  /** What opening the data found; absent in sessions before it was recorded. */
  readonly findings?: readonly Finding[];
  readonly microbenchmarks: {
    readonly readWarmMegabytesPerSecond: number | null;
    readonly readColdMegabytesPerSecond: number | null;
    readonly pipeMegabytesPerSecond: number | null;
    readonly messageMicroseconds: number | null;
    readonly spawnMilliseconds: number | null;
  };
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** Why measuring ended: `blocks`, `precision`, `budget`, `interrupted`; null while it goes on. */
  readonly stopped: string | null;
  /** Backends that could not be measured, with the reason. */
  readonly skipped: readonly { readonly label: string; readonly reason: string }[];
}

/** The records of one run folder. A session cut short is a session too. */
export interface Session {
  readonly env: EnvRecord | null;
  readonly runs: readonly RunRecord[];
  readonly spans: readonly SpanRecord[];
}
