import type { CacheState, EnvRecord, Phase, RunRecord, Session, SpanRecord } from "../../../src/core/records";
import { createRandom } from "../../../src/evidence/numbers";

/** What a worker does next and for how long, with the bytes it moves. */
export type Step = readonly [phase: Phase, seconds: number, bytes?: number];

/** Workers in order, 0 the coordinator; each does its steps without a gap and then waits for the end of the run. */
export type Timeline = readonly (readonly Step[])[];

/** One invented configuration. Everything left out is what a quiet run of 8 dates has. */
export interface SyntheticConfiguration {
  readonly label: string;
  readonly backend: string;
  readonly program?: string | null;
  readonly workers: number;
  readonly timeline: Timeline;
  readonly twin?: "a" | "b";
  readonly dates?: number;
  readonly shape?: RunRecord["shape"];
  readonly cache?: CacheState;
  /** Processor seconds over the seconds of all computing; 1 by default. */
  readonly processorShare?: number;
  readonly sumRssBytes?: number;
  readonly ipcMessages?: number;
  readonly ipcBytes?: number;
  /** Recorded without spans, as peers are. */
  readonly untraced?: boolean;
  /** The reason with which a run of that block fails; null where it ends well. */
  readonly failure?: (block: number) => string | null;
}

export interface SyntheticOptions {
  readonly seed: number;
  /** After the warm-up block. */
  readonly blocks: number;
  readonly cores: number;
  /** Standard deviation of ln(seconds), of each run on its own. */
  readonly noise: number;
  /** Factor from the first block to the last. */
  readonly drift: number;
  /** Every how many blocks each configuration runs once more with spans; 0 is never. */
  readonly traceEvery: number;
  /** Factor by which recording spans lengthens a run. */
  readonly tracing: number;
  /** Part of the runs that are flagged noisy. */
  readonly noisyShare: number;
  readonly microbenchmarks: Partial<EnvRecord["microbenchmarks"]>;
  readonly skipped: EnvRecord["skipped"];
}

const QUIET: SyntheticOptions = {
  seed: 1,
  blocks: 10,
  cores: 4,
  noise: 0.005,
  drift: 1,
  traceEvery: 2,
  tracing: 1,
  noisyShare: 0,
  microbenchmarks: {},
  skipped: [],
};

const SHAPE = { azimuth: 1024, range: 1024 };
const IMAGE_BYTES = 4 * SHAPE.azimuth * SHAPE.range;

/** The wall seconds of a timeline: its longest worker. */
export function wallOf(timeline: Timeline): number {
  return Math.max(...timeline.map((steps) => steps.reduce((sum, [, seconds]) => sum + seconds, 0)));
}

/** The A/A pair of `sec`. */
export function secTwins(
  steps: readonly Step[],
  changes: Partial<SyntheticConfiguration> = {},
): readonly SyntheticConfiguration[] {
  return (["a", "b"] as const).map((twin) => ({
    label: "sec",
    backend: "sec",
    workers: 1,
    timeline: [steps],
    twin,
    ...changes,
  }));
}

/** The same steps, longer. */
export function slower(configuration: SyntheticConfiguration, factor: number): SyntheticConfiguration {
  const timeline = configuration.timeline.map((steps) =>
    steps.map(([phase, seconds, bytes]): Step => [phase, seconds * factor, bytes ?? 0]),
  );
  return { ...configuration, timeline };
}

/** The records of a session as pila bench would have left them. Equal arguments give equal records. */
export function synthesise(
  configurations: readonly SyntheticConfiguration[],
  changes: Partial<SyntheticOptions> = {},
): Session & { readonly env: EnvRecord } {
  const options = { ...QUIET, ...changes };
  const random = createRandom(options.seed);
  const runs: RunRecord[] = [];
  const spans: SpanRecord[] = [];
  for (let block = 0; block <= options.blocks; block++) {
    const isTracedBlock = options.traceEvery > 0 && block % options.traceEvery === 0;
    let order = 0;
    for (const configuration of configurations) {
      const canTrace = configuration.untraced !== true && configuration.twin !== "b";
      for (const traced of isTracedBlock && canTrace ? [false, true] : [false]) {
        const drift = options.drift ** ((block - 1) / Math.max(1, options.blocks - 1));
        const stretch =
          Math.exp(options.noise * random.normal()) *
          drift *
          (block === 0 ? 1.3 : 1) *
          (traced ? options.tracing : 1);
        const runId = `b${block}-o${order}`;
        const reason = configuration.failure?.(block) ?? null;
        const noisy = random.uniform() < options.noisyShare;
        runs.push(runOf(configuration, options, { runId, block, order, traced, stretch, reason, noisy }));
        if (traced) spans.push(...spansOf(runId, configuration.timeline, stretch));
        order++;
      }
    }
  }
  return { env: envOf(configurations[0]!, options), runs, spans };
}

interface Draw {
  readonly runId: string;
  readonly block: number;
  readonly order: number;
  readonly traced: boolean;
  readonly stretch: number;
  readonly reason: string | null;
  readonly noisy: boolean;
}

function runOf(own: SyntheticConfiguration, options: SyntheticOptions, draw: Draw): RunRecord {
  const { runId, block, order, traced, stretch, reason, noisy } = draw;
  const steps = own.timeline.flat();
  const bytesOf = (wanted: Phase): number =>
    steps.reduce((sum, [phase, , bytes]) => sum + (phase === wanted ? (bytes ?? 0) : 0), 0);
  const computing = steps.reduce((sum, [phase, seconds]) => sum + (phase === "compute" ? seconds : 0), 0);
  const rss = own.sumRssBytes ?? 80e6 * own.timeline.length;
  const known = own.backend !== "peer";
  return {
    schema: 1,
    runId,
    sessionId: "synthetic",
    block,
    order,
    warmup: block === 0,
    label: own.label,
    twin: own.twin ?? null,
    backend: own.backend,
    ...(own.program === undefined ? {} : { program: own.program }),
    workers: own.workers,
    cores: options.cores,
    oversubscribed: own.workers > options.cores,
    dates: own.dates ?? 8,
    shape: own.shape ?? SHAPE,
    looks: "4x4",
    cache: own.cache ?? "warm",
    wallSeconds: wallOf(own.timeline) * stretch,
    userSeconds: computing * stretch * (own.processorShare ?? 1),
    systemSeconds: 0.01 * stretch,
    peakRssBytes: rss / own.timeline.length,
    sumRssBytes: rss,
    bytesRead: known ? bytesOf("read") : null,
    bytesWritten: known ? bytesOf("write") : null,
    ipcMessages: known ? (own.ipcMessages ?? 0) : null,
    ipcBytes: known ? (own.ipcBytes ?? 0) : null,
    traced,
    outcome: reason === null ? "ok" : "failed",
    reason,
    outputSha256: (reason === null ? "0" : "f").repeat(64),
    noisy,
    noise: { loadAverage: 0.3, cpuPressure: noisy ? 0.4 : 0, stealShare: 0 },
    startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, block * 1000 + order)).toISOString(),
  };
}

function spansOf(runId: string, timeline: Timeline, stretch: number): SpanRecord[] {
  const wall = wallOf(timeline) * stretch;
  return timeline.flatMap((steps, worker) => {
    let at = 0;
    const own = steps
      .filter(([, seconds]) => seconds > 0)
      .map(([phase, seconds, bytes], index): SpanRecord => {
        const startSeconds = at;
        at = Math.min(wall, at + seconds * stretch);
        return {
          runId,
          worker,
          phase,
          item: `${phase} ${index}`,
          startSeconds,
          endSeconds: at,
          bytes: bytes ?? 0,
        };
      });
    if (wall - at < 1e-9) return own;
    return [
      ...own,
      { runId, worker, phase: "wait", item: "the others", startSeconds: at, endSeconds: wall, bytes: 0 },
    ];
  });
}

function envOf(first: SyntheticConfiguration, options: SyntheticOptions): EnvRecord {
  const dates = first.dates ?? 8;
  return {
    schema: 1,
    sessionId: "synthetic",
    startedAt: "2026-01-01T00:00:00Z",
    commandLine: ["pila", "bench", "INTENS"],
    seed: options.seed,
    machine: {
      cpuModel: "Synthetic CPU",
      cores: options.cores,
      memoryBytes: 8e9,
      kernel: "6.1",
      filesystem: "ext4",
      virtualisation: null,
      machineId: "synthetic",
    },
    software: {
      pila: "0.1.0",
      node: "20.20.2",
      v8: "11.3",
      gdal: null,
      mpi: null,
      gitCommit: null,
      gitDirty: null,
      lockfileSha256: null,
    },
    dataset: {
      path: "INTENS",
      kind: "intensity",
      dates: Array.from({ length: dates }, (_, i) => `2020${String(i + 1).padStart(2, "0")}01`),
      shape: first.shape ?? SHAPE,
      looks: "4x4",
      crop: null,
      nodata: "zero",
      sha256: "0".repeat(64),
    },
    microbenchmarks: {
      readWarmMegabytesPerSecond: 4000,
      readColdMegabytesPerSecond: 200,
      pipeMegabytesPerSecond: 1500,
      messageMicroseconds: 20,
      spawnMilliseconds: 40,
      ...options.microbenchmarks,
    },
    childEnvironment: { OMP_NUM_THREADS: "1" },
    stopped: "blocks",
    skipped: options.skipped,
  };
}

/** Bytes of the crops of so many dates. */
export function stackBytes(dates: number): number {
  return dates * IMAGE_BYTES;
}
