import type { RunRecord } from "../core/records";

type Danfo = typeof import("danfojs-node");
export type DataFrame = InstanceType<Danfo["DataFrame"]>;

/** Loading costs half a second: only those who ask for a frame pay it. */
function loadDanfo(): Danfo {
  return require("danfojs-node") as Danfo;
}

/**
 * A frame of plain records. For people to look at: statistics are not computed in it.
 * @param records one a row, all with the same names
 * @returns a danfo frame, a column a name
 */
export function toDataFrame(
  records: readonly Readonly<Record<string, string | number | boolean>>[],
): DataFrame {
  const { DataFrame } = loadDanfo();
  return new DataFrame([...records]);
}

/**
 * One row a run that ended well, warm-up and traced ones too (they have their column), in the order of measurement.
 * Seconds, MiB and MB; unknown numbers are NaN. Labels hold no dash, so that they can be grouped by.
 * @param runs records of a session
 * @returns label, block, dates, pixels, seconds and what else was measured
 */
export function timingsFrame(runs: readonly RunRecord[]): DataFrame {
  return toDataFrame(timingRecords(runs));
}

/** The rows of `timingsFrame`. */
function timingRecords(runs: readonly RunRecord[]): Record<string, string | number>[] {
  const known = (value: number | null, unit = 1): number => (value === null ? Number.NaN : value / unit);
  return runs
    .filter((run) => run.outcome === "ok")
    .map((run) => ({
      label: run.label,
      backend: run.backend,
      workers: run.workers,
      dates: run.dates,
      cache: run.cache,
      block: run.block,
      order: run.order,
      warmup: Number(run.warmup),
      traced: Number(run.traced),
      noisy: Number(run.noisy),
      seconds: known(run.wallSeconds),
      cpu_seconds: known(run.userSeconds) + known(run.systemSeconds),
      rss_mib: known(run.sumRssBytes, 2 ** 20),
      read_mb: known(run.bytesRead, 1e6),
      ipc_messages: known(run.ipcMessages),
      ipc_mb: known(run.ipcBytes, 1e6),
    }));
}
