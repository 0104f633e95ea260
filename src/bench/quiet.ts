import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { loadavg } from "node:os";
import type { CacheState, NoiseReading } from "../core/records";
import type { Clock } from "./process";

/**
 * Past any of these a run is flagged. The load average is kept but flags nothing: within a session it mostly shows
 * the session's own runs.
 */
const NOISE_LIMITS = { cpuPressure: 0.2, stealShare: 0.02, othersShare: 0.1 } as const;
/** Shares of very short runs are made of a few clock ticks; less than this of others' work is not told from none. */
const LEAST_OTHERS_SECONDS = 0.05;

/** A reading; the share of others is of what is worked for anything but the run and the bench. */
type BenchNoise = Required<NoiseReading>;

/** Watches the machine around runs. */
export interface NoiseProbe {
  /** Just before a run: pressure since the run before. */
  before(): void;
  /** Just after it. @param runSeconds processor seconds of the run's own processes, null when not known */
  after(runSeconds: number | null): { readonly noise: BenchNoise; readonly noisy: boolean };
}

/** Counters of /proc/stat, in seconds over all cores. */
interface CpuCounters {
  readonly busy: number;
  readonly steal: number;
  readonly total: number;
}

/** Where the probe reads; null where the system does not tell. */
export interface NoiseSources {
  counters(): CpuCounters | null;
  /** Seconds since boot in which some task waited for a core. */
  pressureSeconds(): number | null;
  loadAverage(): number;
  /** Processor seconds of the bench itself. */
  ownSeconds(): number;
}

/**
 * `cpuPressure` is the share of the time between the run before and this one in which some task waited for a core:
 * then only the bench itself is at work, so what waits is other people's. Steal and others' work are those during
 * the run.
 */
export function createNoiseProbe(clock: Clock, sources: NoiseSources = linuxSources): NoiseProbe {
  const pressureMark = () => ({ at: clock.nowSeconds(), pressure: sources.pressureSeconds() });
  const runMark = () => ({ counters: sources.counters(), own: sources.ownSeconds() });
  let gap = pressureMark();
  let run = runMark();
  let cpuPressure: number | null = null;
  let loadAverage = 0;
  return {
    before() {
      const now = pressureMark();
      const waited = now.pressure === null || gap.pressure === null ? null : now.pressure - gap.pressure;
      cpuPressure = waited === null ? null : share(waited, now.at - gap.at);
      loadAverage = sources.loadAverage();
      run = runMark();
    },
    after(runSeconds) {
      const end = runMark();
      gap = pressureMark();
      const measured = between(run.counters, end.counters);
      const own = runSeconds === null ? null : runSeconds + end.own - run.own;
      const others = measured === null || own === null ? null : Math.max(0, measured.busy - own);
      const noise: BenchNoise = {
        loadAverage,
        cpuPressure,
        stealShare: measured === null ? null : share(measured.steal, measured.total),
        othersShare: measured === null || others === null ? null : share(others, measured.total),
      };
      return { noise, noisy: isNoisy(noise, others ?? 0) };
    },
  };
}

/** @param othersSeconds core seconds worked for others during the run */
export function isNoisy(noise: BenchNoise, othersSeconds: number): boolean {
  return (
    (noise.cpuPressure ?? 0) > NOISE_LIMITS.cpuPressure ||
    (noise.stealShare ?? 0) > NOISE_LIMITS.stealShare ||
    ((noise.othersShare ?? 0) > NOISE_LIMITS.othersShare && othersSeconds >= LEAST_OTHERS_SECONDS)
  );
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal, in hundredths of a second. */
export function parseCpuCounters(text: string): CpuCounters | null {
  const match = /^cpu +(.*)$/m.exec(text);
  if (match === null) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0] = match[1]!
    .split(" ")
    .map((ticks) => Number(ticks) / 100);
  const busy = user + nice + system + irq + softirq;
  return { busy, steal, total: busy + steal + idle + waiting };
}

const linuxSources: NoiseSources = {
  counters: () => (existsSync("/proc/stat") ? parseCpuCounters(readFileSync("/proc/stat", "utf8")) : null),
  pressureSeconds() {
    try {
      const total = /^some .*total=(\d+)/m.exec(readFileSync("/proc/pressure/cpu", "utf8"))?.[1];
      return total === undefined ? null : Number(total) / 1e6;
    } catch {
      return null;
    }
  },
  loadAverage: () => loadavg()[0]!,
  ownSeconds: () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
};

function between(start: CpuCounters | null, end: CpuCounters | null): CpuCounters | null {
  if (start === null || end === null) return null;
  return { busy: end.busy - start.busy, steal: end.steal - start.steal, total: end.total - start.total };
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

const BUFFER_BYTES = 1 << 20;
const WARMING_READS = 3;

/** Evicting, and looking at what is resident. */
interface PageCache {
  evict(path: string): void;
  /** null when it cannot be looked at. */
  residentBytes(files: readonly string[]): { readonly resident: number; readonly size: number } | null;
}

/**
 * Brings the files a run reads into a known state of the page cache. Files are only ever opened for reading.
 * @param pageCache by `dd`, `sync` and `fincore`, where these are missing nothing can be evicted; a test brings its own
 * @returns the state reached: the one asked for, or `uncontrolled` where it could not be had or not be checked
 */
export function prepareCache(
  files: readonly string[],
  wanted: "warm" | "cold",
  pageCache: PageCache = { evict, residentBytes },
): CacheState {
  if (wanted === "warm") {
    // The system may take pages back at once; where they do not stay after several reads, memory is too small.
    for (let reads = 0; reads < WARMING_READS; reads++) {
      readWhole(files);
      const found = pageCache.residentBytes(files);
      if (found === null || found.resident >= found.size) return "warm";
    }
    return "uncontrolled";
  }
  for (const path of files) pageCache.evict(path);
  return pageCache.residentBytes(files)?.resident === 0 ? "cold" : "uncontrolled";
}

function readWhole(files: readonly string[]): void {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  for (const path of files) {
    const file = openSync(path, "r");
    try {
      while (readSync(file, buffer, 0, BUFFER_BYTES, null) > 0);
    } finally {
      closeSync(file);
    }
  }
}

/** Dirty pages stay, so they are written out first; then dd advises the kernel to drop the file's pages. */
function evict(path: string): void {
  spawnSync("sync", [path], { stdio: "ignore" });
  spawnSync("dd", [`if=${path}`, "iflag=nocache", "count=0"], { stdio: "ignore" });
}

/**
 * Bytes of the files in the page cache (whole pages) and their sizes.
 * @returns null when fincore is missing or fails
 */
export function residentBytes(
  files: readonly string[],
): { readonly resident: number; readonly size: number } | null {
  if (files.length === 0) return { resident: 0, size: 0 };
  const { status, stdout } = spawnSync("fincore", ["-b", "-n", "-r", "-o", "RES,SIZE", ...files], {
    encoding: "utf8",
  });
  if (status !== 0) return null;
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  return {
    resident: rows.reduce((sum, [resident]) => sum + resident!, 0),
    size: rows.reduce((sum, [, size]) => sum + size!, 0),
  };
}
