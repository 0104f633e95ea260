import type { CacheState, EnvRecord, Phase, RunRecord, SpanRecord } from "../../src/core/records";
import { createRandom, type Random } from "../../src/evidence/numbers";
import type { StoredSession } from "../../src/records/runFolder";
import { envOf, runOf } from "./records.fixture";

/** What a worker does next and for how long, with the bytes it moves. */
export type Step = readonly [phase: Phase, seconds: number, bytes?: number];

/** Workers in order, 0 the coordinator; each does its steps without a gap and then waits for the end of the run. */
export type Timeline = readonly (readonly Step[])[];

/** One invented configuration. Fields of its records that are left out are what a quiet run of 8 dates has. */
export interface SyntheticConfiguration extends Partial<RunRecord> {
  readonly label: string;
  readonly backend: string;
  readonly workers: number;
  readonly timeline: Timeline;
  /** Processor seconds over the seconds of all computing; 1 by default. */
  readonly processorShare?: number;
  /** Recorded without spans, as peers are. */
  readonly untraced?: boolean;
  /** The reason with which a run of that block fails; null where it ends well. */
  readonly failure?: (block: number) => string | null;
}

/** ln of a time = what its block shares + what is its own; a spike makes it up to 40 % longer. */
export interface Scatter {
  /** Standard deviations. */
  readonly block: number;
  readonly run: number;
  readonly spikeShare: number;
}

export const STEADY: Scatter = { block: 0, run: 0, spikeShare: 0 };
export const QUIET: Scatter = { block: 0.01, run: 0.01, spikeShare: 0 };

export interface SyntheticOptions {
  readonly seed: number;
  /** After the warm-up block. */
  readonly blocks: number;
  readonly cores: number;
  /** Scatter of each run on its own, where `scatter` tells no more. */
  readonly noise: number;
  readonly scatter?: Scatter;
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

const DEFAULTS: SyntheticOptions = {
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

/** Bytes of the crops of so many dates. */
export function stackBytes(dates: number): number {
  return dates * IMAGE_BYTES;
}

/** The records of a session as pila bench would have left them. Equal arguments give equal records. */
export function synthesise(
  configurations: readonly SyntheticConfiguration[],
  changes: Partial<SyntheticOptions> = {},
): StoredSession {
  const options = { ...DEFAULTS, ...changes };
  const { blocks, traceEvery, drift, tracing } = options;
  const scatter = options.scatter ?? { ...STEADY, run: options.noise };
  const random = createRandom(options.seed);
  const runs: RunRecord[] = [];
  const spans: SpanRecord[] = [];
  for (let block = 0; block <= blocks; block++) {
    const isTracedBlock = traceEvery > 0 && block % traceEvery === 0;
    const deviation = scatter.block > 0 ? scatter.block * normal(random) : 0;
    let order = 0;
    for (const own of configurations) {
      const canTrace = own.untraced !== true && own.twin !== "b";
      for (const traced of isTracedBlock && canTrace ? [false, true] : [false]) {
        const drifted = drift ** ((block - 1) / Math.max(1, blocks - 1));
        const stretch =
          scatteredSeconds(1, deviation, scatter, random) *
          drifted *
          (block === 0 ? 1.3 : 1) *
          (traced ? tracing : 1);
        const noisy = random.uniform() < options.noisyShare;
        const runId = `b${block}-o${order}`;
        const { cores } = options;
        const place = { runId, block, order, warmup: block === 0, traced, noisy, cores };
        runs.push(recordOf(own, place, stretch));
        if (traced) spans.push(...spansOf(runId, own.timeline, stretch));
        order++;
      }
    }
  }
  return { env: synthesiseEnv(configurations[0]!, options), runs, spans, notes: [] };
}

/** Standard normal (Box-Muller, the cosine half only). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** A block's common deviation and one run's own, times `seconds`. */
export function scatteredSeconds(
  seconds: number,
  blockDeviation: number,
  scatter: Scatter,
  random: Random,
): number {
  const spike = scatter.spikeShare > 0 && random.uniform() < scatter.spikeShare ? 0.4 * random.uniform() : 0;
  return seconds * Math.exp(blockDeviation + scatter.run * normal(random) + spike);
}

/** The wall seconds of a timeline: its longest worker. */
function wallOf(timeline: Timeline): number {
  return Math.max(...timeline.map((steps) => steps.reduce((sum, [, seconds]) => sum + seconds, 0)));
}

type Place = Pick<RunRecord, "runId" | "block" | "order" | "warmup" | "traced" | "noisy" | "cores">;

function recordOf(own: SyntheticConfiguration, place: Place, stretch: number): RunRecord {
  const { timeline, processorShare = 1, untraced: _, failure, ...fields } = own;
  const { block, order, cores, noisy } = place;
  const steps = timeline.flat();
  const bytesOf = (wanted: Phase): number =>
    steps.reduce((sum, [phase, , bytes]) => sum + (phase === wanted ? (bytes ?? 0) : 0), 0);
  const computing = steps.reduce((sum, [phase, seconds]) => sum + (phase === "compute" ? seconds : 0), 0);
  const sumRssBytes = own.sumRssBytes ?? 80e6 * timeline.length;
  const reason = failure?.(block) ?? null;
  return runOf({
    ...place,
    sessionId: "synthetic",
    twin: null,
    oversubscribed: own.workers > cores,
    dates: 8,
    shape: SHAPE,
    wallSeconds: wallOf(timeline) * stretch,
    userSeconds: computing * stretch * processorShare,
    systemSeconds: 0.01 * stretch,
    peakRssBytes: Math.round(sumRssBytes / timeline.length),
    sumRssBytes,
    bytesRead: bytesOf("read"),
    bytesWritten: bytesOf("write"),
    ...(own.backend === "peer"
      ? { bytesRead: null, bytesWritten: null, ipcMessages: null, ipcBytes: null }
      : {}),
    outcome: reason === null ? "ok" : "failed",
    reason,
    outputSha256: (reason === null ? "0" : "f").repeat(64),
    noise: { loadAverage: 0.3, cpuPressure: noisy ? 0.4 : 0, stealShare: 0 },
    startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, block * 1000 + order)).toISOString(),
    ...fields,
  });
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
    const rest = { startSeconds: at, endSeconds: wall };
    return [...own, { runId, worker, phase: "wait", item: "the others", ...rest, bytes: 0 }];
  });
}

function synthesiseEnv(first: SyntheticConfiguration, options: SyntheticOptions): EnvRecord {
  const base = envOf();
  return envOf({
    sessionId: "synthetic",
    seed: options.seed,
    machine: { ...base.machine, cpuModel: "Synthetic CPU", cores: options.cores },
    dataset: {
      ...base.dataset,
      dates: Array.from({ length: first.dates ?? 8 }, (_, i) => `2020${String(i + 1).padStart(2, "0")}01`),
      shape: first.shape ?? SHAPE,
    },
    microbenchmarks: {
      readWarmMegabytesPerSecond: 4000,
      readColdMegabytesPerSecond: 200,
      pipeMegabytesPerSecond: 1500,
      messageMicroseconds: 20,
      spawnMilliseconds: 40,
      ...options.microbenchmarks,
    },
    stopped: "blocks",
    skipped: options.skipped,
  });
}

/** The A/A pair of `sec`. */
export function secTwins(
  steps: readonly Step[],
  changes: Partial<SyntheticConfiguration> = {},
): readonly SyntheticConfiguration[] {
  const timeline = [steps];
  return (["a", "b"] as const).map((twin) => ({
    ...{ label: "sec", backend: "sec", workers: 1, timeline, twin },
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

/** Nothing but a true median of its times, which no spans explain. */
export function timed(
  label: string,
  backend: string,
  workers: number,
  seconds: number,
): SyntheticConfiguration {
  return { label, backend, workers, timeline: [[["compute", seconds]]], untraced: true };
}

/** `sec` twice, likewise. */
export function timedTwins(seconds: number): readonly SyntheticConfiguration[] {
  return secTwins([["compute", seconds]], { untraced: true });
}

/** What a session of the protocol holds: every backend at every number of workers. */
export interface ProtocolOptions {
  readonly cores: number;
  readonly workers: readonly number[];
  readonly backends: readonly string[];
  readonly blocks: number;
  readonly dates: readonly number[];
  readonly caches: readonly CacheState[];
  readonly noise: number;
  readonly traced: boolean;
}

const PROTOCOL: ProtocolOptions = {
  cores: 2,
  workers: [1, 2, 4],
  backends: ["mp", "mp_v2", "mp_mem", "mpi", "threads", "prep", "fused"],
  blocks: 10,
  dates: [8],
  caches: ["warm"],
  noise: 0.015,
  traced: true,
};

/** A session with a known answer: times follow `secondsOf` but for the noise; equal options give equal records. */
export function protocolSession(changes: Partial<ProtocolOptions> = {}): StoredSession {
  const {
    cores,
    workers,
    backends,
    blocks,
    dates: sizes,
    caches,
    noise,
    traced,
  } = { ...PROTOCOL, ...changes };
  const configurations = caches.flatMap((cache) =>
    [...sizes]
      .sort((a, b) => b - a)
      .flatMap((dates) => {
        const own = (backend: string, count: number): SyntheticConfiguration => {
          const seconds = secondsOf(backend, count, cores, dates, cache);
          const timeline = timelineOf(backend, count, dates, seconds);
          const computing = timeline.flat().filter(([phase]) => phase === "compute");
          const busy = 0.8 * Math.min(count, cores) * seconds;
          const [first, ...rest] = backend.split("_");
          return {
            label: backend === "sec" ? "sec" : [`${first}${count}`, ...rest].join("_"),
            backend,
            workers: count,
            timeline,
            processorShare: busy / computing.reduce((sum, [, length]) => sum + length, 0),
            dates,
            cache,
            bytesRead: stackBytes(dates) * (backend === "prep" || backend === "fused" ? 32 : 1),
            bytesWritten: stackBytes(2),
            sumRssBytes: 60e6 + (timeline.length - 1) * 44e6,
            ...trafficOf(backend, count, dates),
          };
        };
        return [
          ...(["a", "b"] as const).map((twin) => ({ ...own("sec", 1), twin })),
          ...backends.flatMap((backend) => workers.map((count) => own(backend, count))),
        ];
      }),
  );
  const microbenchmarks = { readWarmMegabytesPerSecond: 2400, readColdMegabytesPerSecond: 310 };
  const traceEvery = traced ? 3 : 0;
  return synthesise(configurations, { cores, blocks, noise, traceEvery, noisyShare: 0.07, microbenchmarks });
}

/** Seconds to start, seconds a date that are shared, and seconds a date that are not. */
const COSTS: Readonly<Record<string, readonly [number, number, number]>> = {
  sec: [0.06, 0, 0.14],
  mp: [0.14, 0.1, 0.16],
  mp_v2: [0.16, 0.012, 0.145],
  mp_mem: [0.12, 0.06, 0.11],
  mpi: [0.48, 0.016, 0.145],
  threads: [0.07, 0.004, 0.13],
  prep: [0.06, 0.01, 0.2],
  fused: [0.07, 0.008, 0.22],
};
const COLD_SECONDS_A_DATE = 0.09;

/** The time a run would take on a quiet machine. */
export function secondsOf(
  backend: string,
  workers: number,
  cores: number,
  dates: number,
  cache: CacheState,
): number {
  const [start, serial, shared] = COSTS[backend]!;
  const crowd = workers > cores ? 0.03 * (workers - cores) : 0;
  const date = serial + shared / Math.min(workers, cores) + (cache === "cold" ? COLD_SECONDS_A_DATE : 0);
  return start + crowd + 0.02 * workers + dates * date;
}

function trafficOf(
  backend: string,
  workers: number,
  dates: number,
): Pick<RunRecord, "ipcMessages" | "ipcBytes"> {
  if (backend === "mp") return { ipcMessages: 2 * dates, ipcBytes: stackBytes(dates) };
  if (backend === "mp_v2" || backend === "mpi")
    return { ipcMessages: 2 * workers, ipcBytes: stackBytes(6 * workers) };
  return { ipcMessages: backend === "mp_mem" ? 4 * dates : 0, ipcBytes: 0 };
}

/** Each worker's phases in order by their weights, scaled to the seconds of the run. */
function timelineOf(backend: string, workers: number, dates: number, seconds: number): Timeline {
  return weightsOf(backend, workers, dates).map((steps) => {
    const scale = seconds / steps.reduce((sum, [, weight]) => sum + weight, 0);
    return steps.map(([phase, weight, bytes]): Step => [phase, weight * scale, bytes ?? 0]);
  });
}

function weightsOf(backend: string, workers: number, dates: number): Timeline {
  const perDate = (steps: readonly Step[]): Step[] => Array.from({ length: dates }, () => steps).flat();
  const others = (steps: (index: number) => readonly Step[]): (readonly Step[])[] =>
    Array.from({ length: workers }, (_, index) => steps(index));
  switch (backend) {
    case "mp":
      return [
        [
          ["spawn", 2],
          ...perDate([
            ["wait", 1],
            ["receive", 1.2, 4e6],
            ["compute", 1],
          ]),
          ["write", 1],
          ["teardown", 0.4],
        ],
        ...others(() => [
          ["init", 1.6],
          ...perDate([
            ["read", 0.8, 4e6 / workers],
            ["serialize", 0.3],
            ["send", 1, 4e6 / workers],
            ["wait", 0.8],
          ]),
        ]),
      ];
    case "mp_v2":
      return [
        [
          ["spawn", 1.5],
          ["wait", 12],
          ["receive", 1, 24e6],
          ["merge", 0.6],
          ["write", 1],
          ["teardown", 0.3],
        ],
        ...others((i) => [
          ["init", 1.4],
          ...perDate([
            ["read", 0.5, 4e6 / workers],
            ["compute", Math.max(0.8, 1.4 - 0.15 * i)],
          ]),
          ["send", 1.2],
          ["wait", 1.4],
        ]),
      ];
    case "mp_mem":
      return [
        [
          ["spawn", 1],
          ...perDate([
            ["read", 1, 4e6],
            ["wait", 0.5],
          ]),
          ["write", 1],
        ],
        ...others(() => [
          ["init", 1],
          ...perDate([
            ["wait", 0.5],
            ["compute", 0.9],
          ]),
          ["wait", 1],
        ]),
      ];
    case "mpi":
      return [
        [
          ["spawn", 5],
          ["wait", 13],
          ["teardown", 1],
        ],
        ...others((i) => [
          ["init", 5],
          ...perDate([
            ["read", 0.4, 4e6 / workers],
            ["compute", 1],
          ]),
          i === 0 ? ["receive", 1.5] : ["send", 1.5],
          ["write", 0.6],
        ]),
      ];
    case "sec":
      return [
        [
          ["init", 0.8],
          ...perDate([
            ["read", 0.6, 4e6],
            ["compute", 1.6],
          ]),
          ["write", 0.8],
        ],
      ];
    default:
      return others((i) => [
        i === 0 ? ["spawn", 0.6] : ["init", 0.8],
        ...perDate([
          ["read", 0.5, 4e6 / workers],
          ["compute", 1.6],
        ]),
        ["write", 0.6],
        ["wait", 0.1 * i],
      ]);
  }
}
