/** Where the bench takes its time from; a test brings its own. */
export interface Clock {
  /** Seconds on the host's monotonic clock: the one on which every process of a run dates its spans. */
  nowSeconds(): number;
  /** The wall clock, ISO 8601, UTC. */
  utc(): string;
}

export const systemClock: Clock = {
  nowSeconds: () => Number(process.hrtime.bigint()) / 1e9,
  utc: () => new Date().toISOString(),
};
