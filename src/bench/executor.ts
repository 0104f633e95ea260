/** A whole process to run and to measure. */
export interface Execution {
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Watch the memory of the process and its children; it costs a little time, so never in a run for a verdict. */
  readonly watchMemory: boolean;
}

/** How it went. Every process it started has ended. */
export interface Executed {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Why it could not be started at all; null when it was. */
  readonly spawnError: string | null;
  /** Processes that outlived the one that was started and had to be killed. */
  readonly leftBehind: number;
  /** On the monotonic clock, just before it was started. */
  readonly startSeconds: number;
  /** From there until its exit was seen. */
  readonly wallSeconds: number;
  /** Of all its processes that were waited for, in steps of 10 ms; null where the system does not tell. */
  readonly userSeconds: number | null;
  readonly systemSeconds: number | null;
  readonly peakRssBytes: number | null;
  readonly sumRssBytes: number | null;
  readonly stdout: string;
  /** The last 4 kB. */
  readonly stderr: string;
}

/** Runs one process at a time; a test brings its own. */
export interface Executor {
  /** Never rejects for what the process does; rejects with the signal's reason when that aborts it. */
  execute(execution: Execution, signal?: AbortSignal): Promise<Executed>;
}
