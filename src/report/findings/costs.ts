import type { EnvRecord, Span } from "../../core/records";
import { cutIntoStretches } from "../../evidence/spans";
import {
  type CacheEffect,
  type Configuration,
  type Decomposition,
  findConfiguration,
  type IpcCost,
  type Level,
  type Summary,
} from "../../evidence/summary";
import { isSound } from "./causes";
import { type Standing, standingOfVerdict } from "./standing";

/** Moving pixels (`mp`) instead of partial states (`mp_v2`), at the same workers. */
export interface MovingCost {
  readonly cost: IpcCost;
  /** Of `mp` against `mp_v2`; null with more workers than cores. */
  readonly standing: Standing | null;
  /** Bytes that either moves; null where they were not counted. */
  readonly bytes: { readonly pixels: number; readonly states: number } | null;
  /** Seconds that a pipe of this machine needs for the bytes beyond; null where not measured or none. */
  readonly pipeSeconds: number | null;
  /** Workers that compute in either, where traces tell and they differ: that part is no cost of moving. */
  readonly computing: { readonly pixels: number; readonly states: number } | null;
}

/** Of the main level, by rising workers. */
export function movingCosts({ levels: [level], env }: Summary): readonly MovingCost[] {
  return (level?.ipc ?? []).map((cost) => {
    const [pixels, states] = [cost.pixels, cost.states].map((label) => findConfiguration(level!, label)!);
    const counted = pixels!.ipcBytes !== null && states!.ipcBytes !== null;
    const rate = env?.microbenchmarks.pipeMegabytesPerSecond ?? null;
    const extra = cost.extraBytes ?? 0;
    const [few, many] = [computingIn(pixels!), computingIn(states!)];
    return {
      cost,
      standing: cost.oversubscribed ? null : standingOfVerdict(cost.comparison.verdict),
      bytes: counted ? { pixels: pixels!.ipcBytes!, states: states!.ipcBytes! } : null,
      pipeSeconds: rate === null || extra <= 0 ? null : extra / 1e6 / rate,
      computing: few !== null && many !== null && few < many ? { pixels: few, states: many } : null,
    };
  });
}

function computingIn({ decomposition }: Configuration): number | null {
  if (decomposition === null || !isSound(decomposition)) return null;
  return decomposition.workers.filter((one) => one.phases.compute > 0).length;
}

/** What takes the busy time of a configuration, and how near its reading comes to what the machine can. */
export interface ReadingRate {
  readonly label: string;
  readonly cache: Configuration["cache"];
  /** Over half of the time its workers are busy; null where nothing is. */
  readonly bound: "io" | "compute" | "start" | null;
  /** Of the busy time, 0..1. */
  readonly ioShare: number;
  readonly computeShare: number;
  /** MB/s of all readers together while any reads; null where bytes are not known. */
  readonly rate: number | null;
  /** MB/s measured of this machine in the same cache state; null where not measured. */
  readonly roof: number | null;
  readonly runId: string;
}

/** Of `sec` and of the fastest, in every cache state of the main work; without spans that add up there is no entry. */
export function readingRates({ levels, env }: Summary): readonly ReadingRate[] {
  const [main] = levels;
  if (main === undefined) return [];
  return levels
    .filter(({ key }) => isSameWork(key, main.key))
    .flatMap((level) =>
      [...new Set(["sec", level.fastest?.label ?? "sec"])].flatMap((label) => {
        const one = findConfiguration(level, label);
        if (
          one === undefined ||
          one.kind !== "statistics" ||
          one.oversubscribed ||
          one.decomposition === null
        )
          return [];
        return isSound(one.decomposition) ? [rateOf(one, one.decomposition, env)] : [];
      }),
    );
}

/** The same stack, whatever the state of the cache. */
export function isSameWork(a: Level["key"], b: Level["key"]): boolean {
  const isSameShape = a.shape.azimuth === b.shape.azimuth && a.shape.range === b.shape.range;
  return a.dates === b.dates && a.crop === b.crop && isSameShape;
}

function rateOf(one: Configuration, run: Decomposition, env: EnvRecord | null): ReadingRate {
  const { seconds, processes, wallSeconds, runId } = run;
  const busy = processes * wallSeconds - seconds.wait - seconds.other;
  const parts = {
    io: seconds.read + seconds.write,
    compute: seconds.compute,
    start: seconds.spawn + seconds.init + seconds.teardown,
  };
  const bound = (["io", "compute", "start"] as const).find((name) => parts[name] > busy / 2) ?? null;
  const bytes = run.workers.reduce((sum, worker) => sum + worker.bytesRead, 0);
  const reading = readingSeconds(one.gantt!.spans);
  const benches = env?.microbenchmarks;
  const roofs = {
    warm: benches?.readWarmMegabytesPerSecond ?? null,
    cold: benches?.readColdMegabytesPerSecond ?? null,
    uncontrolled: null,
  };
  return {
    label: one.label,
    cache: one.cache,
    bound,
    ioShare: parts.io / busy,
    computeShare: parts.compute / busy,
    rate: bytes === 0 || reading === 0 ? null : bytes / 1e6 / reading,
    roof: roofs[one.cache],
    runId,
  };
}

/** Seconds in which at least one worker reads. */
function readingSeconds(spans: readonly Span[]): number {
  const reads = spans.filter((span) => span.phase === "read");
  return cutIntoStretches(reads, Number.POSITIVE_INFINITY).reduce(
    (sum, { from, to, busy }) => sum + (busy.length > 0 ? to - from : 0),
    0,
  );
}

/** A configuration with what it holds at its peak, all its processes together. */
export interface MemoryUse {
  readonly label: string;
  readonly bytes: number;
}

/** Of the main level, by rising bytes. */
export function memoryUses({ levels: [level] }: Summary): readonly MemoryUse[] {
  return (level?.configurations ?? [])
    .flatMap(({ label, seconds, sumRssBytes }) =>
      seconds === null || sumRssBytes === null ? [] : [{ label, bytes: sumRssBytes }],
    )
    .sort((a, b) => a.bytes - b.bytes);
}

/** What reading from the disk instead of the page cache costs, of the main work. */
export interface ColdCost {
  readonly effect: CacheEffect;
  readonly standing: Standing;
}

export function coldCosts({ cacheEffects, levels: [main] }: Summary): readonly ColdCost[] {
  return cacheEffects
    .filter(({ dates, shape }) => main !== undefined && isSameWork({ ...main.key, dates, shape }, main.key))
    .map((effect) => ({ effect, standing: standingOfVerdict(effect.comparison.verdict) }));
}
