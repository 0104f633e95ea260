import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord, RunUsage, SpanRecord } from "../core/records";
import type { PreparedLevel } from "./benchData";
import type { CacheControl } from "./cache";
import type { Clock } from "./clock";
import type { ReadPlane } from "./dataDescription";
import type { Executed, Executor } from "./executor";
import { checkBytes, checkPeer, cropFiles, type GateResult } from "./gate";
import type { NoiseProbe } from "./noise";
import { fillArguments } from "./peer";
import { pilaArguments, type RunPlaces } from "./pilaCommand";
import type { PlannedRun } from "./protocol";
import { readTrace, type Trace } from "./readTrace";

/** A line of runs.jsonl as the bench writes it: the common fields and what tells its crop and its comparison. */
export interface BenchRun extends RunRecord {
  readonly crop: string | null;
  /** Pixels valid in all dates over which a peer was compared with `sec`; null where bytes were. */
  readonly comparedPixels: number | null;
}

/** What a run is made with. */
export interface Workshop {
  readonly executor: Executor;
  readonly clock: Clock;
  readonly noise: NoiseProbe;
  readonly cache: CacheControl;
  readonly readPlane: ReadPlane;
  readonly pila: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly wantedCache: "warm" | "cold";
  readonly cores: number;
  readonly sessionId: string;
  /** Emptied before each run. */
  readonly scratch: string;
  /** Where peers are started, so that their relative paths mean what they meant when typed. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes one planned run: cache and noise, the process, the gate.
 * @returns its record and its spans, on a clock that is 0 just before the process was started
 */
export async function measureRun(
  planned: PlannedRun,
  level: PreparedLevel,
  workshop: Workshop,
): Promise<{ readonly run: BenchRun; readonly spans: readonly SpanRecord[] }> {
  const { configuration } = planned;
  const places = emptyScratch(workshop.scratch, level, planned.traced);
  const cache = workshop.cache.prepare(inputsOf(configuration.backend, level), workshop.wantedCache);
  const command =
    configuration.peerCommand === null
      ? [...workshop.pila, ...pilaArguments(configuration.backend, configuration.workers, places, level.prep)]
      : fillArguments(configuration.peerCommand, { ...places, workers: configuration.workers });
  const startedAt = workshop.clock.utc();
  workshop.noise.before();
  const done = await workshop.executor.execute(
    {
      command,
      folder: workshop.folder,
      environment: workshop.environment,
      timeoutSeconds: workshop.timeoutSeconds,
      watchMemory: planned.warmup || planned.traced,
    },
    workshop.signal,
  );
  const runSeconds = done.userSeconds === null ? null : done.userSeconds + (done.systemSeconds ?? 0);
  const { noise, noisy } = workshop.noise.after(runSeconds);
  const isPeer = configuration.peerCommand !== null;
  const failure = failureOf(done, workshop.timeoutSeconds);
  const usage = isPeer || failure !== null ? null : readUsage(done.stdout);
  const trace = planned.traced && failure === null ? readTrace(places.trace!, planned.runId, done) : NO_TRACE;
  const gate = failure === null ? await passGate(configuration.backend, places, level, workshop) : NO_GATE;
  const reason =
    failure ?? gate.reason ?? (isPeer || usage !== null ? trace.reason : "printed no usage with --json");
  const run: BenchRun = {
    ...describePlanned(planned, workshop),
    looks: level.looks,
    cache,
    wallSeconds: done.spawnError === null ? done.wallSeconds : null,
    userSeconds: done.userSeconds,
    systemSeconds: done.systemSeconds,
    peakRssBytes: done.peakRssBytes,
    sumRssBytes: done.sumRssBytes,
    bytesRead: usage?.bytesRead ?? null,
    bytesWritten: usage?.bytesWritten ?? null,
    ipcMessages: usage?.ipcMessages ?? null,
    ipcBytes: usage?.ipcBytes ?? null,
    outcome: reason === null ? "ok" : "failed",
    reason,
    outputSha256: gate.sha256,
    comparedPixels: gate.comparedPixels,
    noisy,
    noise,
    startedAt,
  };
  return { run, spans: trace.spans };
}

/** The record of a run that is not made. */
export function skippedRun(
  planned: PlannedRun,
  level: PreparedLevel,
  reason: string,
  workshop: Workshop,
): BenchRun {
  const nothing = {
    wallSeconds: null,
    userSeconds: null,
    systemSeconds: null,
    peakRssBytes: null,
    sumRssBytes: null,
    bytesRead: null,
    bytesWritten: null,
    ipcMessages: null,
    ipcBytes: null,
    outputSha256: null,
    comparedPixels: null,
  };
  return {
    ...describePlanned(planned, workshop),
    ...nothing,
    looks: level.looks,
    cache: workshop.wantedCache,
    outcome: "skipped",
    reason,
    noisy: false,
    noise: { loadAverage: 0, cpuPressure: null, stealShare: null },
    startedAt: workshop.clock.utc(),
  };
}

const NO_TRACE: Trace = { spans: [], reason: null };
const NO_GATE: GateResult = { reason: null, sha256: null, comparedPixels: null };

function describePlanned(planned: PlannedRun, { sessionId, cores }: Workshop) {
  const { runId, block, order, warmup, traced, configuration } = planned;
  const { label, twin, backend, program, workers, level } = configuration;
  const oversubscribed = workers > cores;
  const size = { dates: level.dates, shape: level.shape, crop: level.crop };
  const place = { runId, sessionId, block, order, warmup, traced };
  const who = { label, twin, backend, ...(backend === "peer" ? { program } : {}), workers };
  return { schema: 1 as const, ...place, ...who, cores, oversubscribed, ...size };
}

function emptyScratch(scratch: string, level: PreparedLevel, traced: boolean): RunPlaces {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  return {
    intens: level.intens,
    slc: level.slc,
    mean: join(scratch, "mean.tif"),
    std: join(scratch, "std.tif"),
    crops: join(scratch, "crops"),
    trace: traced ? join(scratch, "spans.jsonl") : null,
  };
}

function inputsOf(backend: string, level: PreparedLevel): readonly string[] {
  return backend === "prep" || backend === "fused" ? level.slcFiles : level.intensityFiles;
}

function failureOf(done: Executed, timeoutSeconds: number): string | null {
  if (done.spawnError !== null) return `could not be started: ${done.spawnError}`;
  if (done.timedOut) return `stopped after ${timeoutSeconds} s`;
  if (done.exitCode !== 0) {
    // Launchers of MPI end in a box of dashes: the last line with words tells more.
    const last =
      done.stderr
        .split("\n")
        .findLast((line) => /\w/.test(line))
        ?.trim() ?? "";
    const how = done.exitCode === null ? `ended by ${done.signal}` : `exit ${done.exitCode}`;
    return last === "" ? how : `${how}: ${last}`;
  }
  return done.leftBehind > 0 ? `left ${done.leftBehind} processes behind, which were killed` : null;
}

function passGate(
  backend: string,
  places: RunPlaces,
  level: PreparedLevel,
  workshop: Workshop,
): GateResult | Promise<GateResult> {
  const { reference } = level;
  if (backend === "peer") return checkPeer(places, reference, level.dates, workshop.readPlane);
  if (backend === "prep")
    return checkBytes(cropFiles(places.crops), reference.cropsSha256, "the crops of this stack");
  return checkBytes([places.mean, places.std], reference.sha256, "that of sec");
}

/** null unless stdout is one JSON object with the four numbers of `usage`. */
function readUsage(stdout: string): RunUsage | null {
  try {
    const { usage } = JSON.parse(stdout) as { usage?: Partial<RunUsage> };
    const numbers = [usage?.bytesRead, usage?.bytesWritten, usage?.ipcMessages, usage?.ipcBytes];
    return numbers.every((value) => Number.isFinite(value)) ? (usage as RunUsage) : null;
  } catch {
    return null;
  }
}
