import type { NoData } from "../core/raster";
import type { EnvRecord, RunRecord } from "../core/records";
import type { PreparedLevel } from "./benchData";
import type { CacheControl } from "./cache";
import type { Clock } from "./clock";
import {
  type BenchConfiguration,
  type BenchLevel,
  buildConfigurations,
  type Peer,
  requireDistinctLabels,
} from "./configuration";
import type { DescribeData, ReadPlane } from "./dataDescription";
import type { Executor } from "./executor";
import type { NoiseProbe } from "./noise";
import { parsePeer } from "./peer";
import { DEFAULT_BLOCKS, type Progress, type StopReason } from "./protocol";

/** What `pila bench` takes; everything left out has a default. */
export interface BenchOptions {
  /** Folder of SLC or of intensities. */
  readonly data: string;
  /** SLC of a folder of intensities, for prep and fused. */
  readonly slc?: string;
  /** rows,cols,row0,col0 in looked pixels. Several with `crops` (then this is not looked at). */
  readonly crop?: string;
  /** The largest is the main one. */
  readonly crops?: readonly string[];
  readonly looks?: string;
  readonly nodata?: NoData;
  readonly backends?: readonly string[];
  readonly workers?: readonly number[];
  /** Blocks after the warm-up. */
  readonly blocks?: number;
  readonly dates?: readonly number[];
  readonly cache?: "warm" | "cold";
  /** Run folder; made if missing. Default reports/runs/<UTC time>. */
  readonly out?: string;
  /** Run folder to go on with: its stored options, seed and order; only `data`, `blocks` and limits are taken from here. */
  readonly resume?: string;
  /** `NAME=COMMAND`, each. */
  readonly peers?: readonly string[];
  readonly seed?: number;
  /** No run is started after this; null or left out is no limit. */
  readonly budgetSeconds?: number | null;
  /** Of one run. */
  readonly timeoutSeconds?: number;
  /** As typed, for env.json. */
  readonly commandLine: readonly string[];
  /** Aborting ends the run at hand and keeps what was measured. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: Progress) => void;
  readonly connections: BenchConnections;
}

/** What the bench gets from the rest of the program; the second half stands in for the machine in tests. */
export interface BenchConnections {
  readonly describe: DescribeData;
  readonly readPlane: ReadPlane;
  /** True when every ratio's interval is narrow enough to stop. */
  precise(runs: readonly RunRecord[]): boolean;
  /** Why a backend cannot run here, from the registry; null when it can. */
  unavailable?(backend: string): Promise<string | null>;
  readonly executor?: Executor;
  readonly clock?: Clock;
  readonly noise?: NoiseProbe;
  readonly cache?: CacheControl;
  readonly pila?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly machine?: Pick<EnvRecord, "machine" | "software" | "microbenchmarks">;
}

/** What a session was asked to do, as env.json keeps it so that it can be gone on with. */
export interface StoredProtocol {
  readonly blocks: number;
  readonly traceEvery: number;
  /** Those measured; the skipped ones stand in `skipped`. */
  readonly backends: readonly string[];
  readonly workers: readonly number[];
  /** null: all dates. */
  readonly dates: readonly number[] | null;
  /** null in the list: the whole image. */
  readonly crops: readonly (string | null)[];
  readonly looks: string | null;
  readonly nodata: string | null;
  readonly slc: string | null;
  readonly cache: "warm" | "cold";
  readonly peers: readonly Peer[];
  readonly budgetSeconds: number | null;
  readonly timeoutSeconds: number;
}

/** env.json as the bench writes it. */
export interface BenchEnv extends EnvRecord {
  readonly protocol: StoredProtocol;
}

/** What a session leaves. Its folder also holds the crops and the planes of `sec` that `levels` names. */
export interface BenchResult {
  readonly folder: string;
  readonly env: BenchEnv;
  readonly runs: readonly RunRecord[];
  readonly stopped: StopReason;
  /** Paths of resultados.csv and those of other levels. */
  readonly resultados: readonly string[];
  readonly levels: readonly PreparedLevel[];
  /** What was repaired in a resumed folder, in sentences. */
  readonly notes: readonly string[];
}

/** Backends measured unless asked otherwise; prep and fused join them where there are SLC. */
export const DEFAULT_BACKENDS: readonly string[] = ["sec", "mp", "mp_v2", "mp_mem", "mpi", "threads"];
export const TRACE_EVERY = 2;
export const DEFAULT_TIMEOUT_SECONDS = 600;

/** 1, 2, 4, … up to the cores, and the cores themselves. */
export function defaultWorkers(cores: number): readonly number[] {
  const counts = [cores];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return counts.sort((a, b) => a - b);
}

/**
 * Fills in the defaults and sets aside what cannot run here.
 * @param hasSlc the data are SLC, or --slc names some
 * @param mpi version of MPI; null when there is no mpiexec
 * @throws UsageError a peer's command is wrong, or two configurations would carry one label
 */
export async function resolveProtocol(
  options: BenchOptions,
  world: { readonly hasSlc: boolean; readonly mpi: string | null; readonly cores: number },
): Promise<{ readonly protocol: StoredProtocol; readonly skipped: EnvRecord["skipped"] }> {
  const asked = options.backends ?? [...DEFAULT_BACKENDS, ...(world.hasSlc ? ["fused"] : [])];
  // fused is only ever compared with prep + sec of the same blocks.
  const wanted = [
    ...new Set(["sec", ...asked.flatMap((backend) => (backend === "fused" ? ["prep", "fused"] : [backend]))]),
  ];
  const skipped: { label: string; reason: string }[] = [];
  for (const backend of wanted) {
    const reason = reasonToSkip(backend, world) ?? (await options.connections.unavailable?.(backend)) ?? null;
    if (reason !== null) skipped.push({ label: backend, reason });
  }
  const protocol: StoredProtocol = {
    blocks: options.blocks ?? DEFAULT_BLOCKS,
    traceEvery: TRACE_EVERY,
    backends: wanted.filter((backend) => skipped.every(({ label }) => label !== backend)),
    workers: options.workers ?? defaultWorkers(world.cores),
    dates: options.dates ?? null,
    crops: options.crops === undefined ? [options.crop ?? null] : largestFirst(options.crops),
    looks: options.looks ?? null,
    nodata: options.nodata ?? null,
    slc: options.slc ?? null,
    cache: options.cache ?? "warm",
    peers: (options.peers ?? []).map(parsePeer),
    budgetSeconds: options.budgetSeconds ?? null,
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
  };
  requireDistinctLabels(
    configurationsOf(protocol, [{ dates: 1, crop: null, shape: { azimuth: 1, range: 1 } }]),
  );
  return { protocol, skipped };
}

/** The configurations of every level. */
export function configurationsOf(
  { backends, workers, peers }: StoredProtocol,
  levels: readonly BenchLevel[],
): readonly BenchConfiguration[] {
  return buildConfigurations(backends, workers, levels, peers);
}

/** The first crop is the one the report speaks of: that with most pixels. */
function largestFirst(crops: readonly string[]): readonly string[] {
  const pixels = (crop: string): number => {
    const [rows, columns] = crop.split(",").map(Number);
    return rows! * columns!;
  };
  return [...crops].sort((a, b) => pixels(b) - pixels(a));
}

function reasonToSkip(
  backend: string,
  world: { readonly hasSlc: boolean; readonly mpi: string | null },
): string | null {
  if (backend === "mpi" && world.mpi === null) {
    return "there is no mpiexec; install openmpi-bin and libopenmpi-dev";
  }
  const needsSlc = backend === "prep" || backend === "fused";
  if (needsSlc && !world.hasSlc) return "there are no SLC; name them with --slc";
  return null;
}
