import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BackendError } from "../core/errors";
import type { RunRecord, RunUsage, SpanRecord } from "../core/records";
import { validateRecord } from "../records/runFolder";
import type { PreparedLevel, ReadPlane } from "./data";
import { checkBytes, checkPeer, cropFiles, type GateResult } from "./gate";
import { fillArguments } from "./plan";
import type { Clock, Executed, Executor, PlannedRun } from "./protocol";
import type { CacheControl, NoiseProbe } from "./quiet";

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

/** Root of the package: where package.json stands, three levels above the compiled file. */
export function packageRoot(): string {
  return join(__dirname, "../../..");
}

/**
 * The command people type after the set-up; never npx, which costs 0.4 s and leaves the real process alive.
 * @throws BackendError it is not linked
 */
export function pilaCommand(root: string = packageRoot()): readonly string[] {
  const path = join(root, "node_modules/.bin/pila");
  if (!existsSync(path)) {
    throw new BackendError(`${path}: found nothing, expected the pila command; run npm run setup`, { path });
  }
  return [path];
}

/** How SLC are reduced to intensities; null leaves an option to pila's default. */
export interface PrepOptions {
  readonly crop: string | null;
  readonly looks: string | null;
  readonly nodata: string | null;
}

/** Where one run of pila reads and writes. */
interface RunPlaces {
  /** Folder of the intensities. */
  readonly intens: string;
  /** Folder of the SLC; null where the data are intensities alone. */
  readonly slc: string | null;
  readonly mean: string;
  readonly std: string;
  /** Folder that prep fills. */
  readonly crops: string;
  /** File for the spans; null in runs that carry a verdict. */
  readonly trace: string | null;
}

/** Arguments of one run after `pila`. @throws BackendError prep or fused without SLC */
function pilaArguments(
  backend: string,
  workers: number,
  places: RunPlaces,
  prep: PrepOptions,
): readonly string[] {
  const common = [
    ...(backend === "sec" ? [] : ["--workers", String(workers)]),
    ...(places.trace === null ? [] : ["--trace", places.trace]),
    "--json",
    "--quiet",
  ];
  if (backend === "prep")
    return ["prep", slcOf(backend, places), places.crops, ...prepArguments(prep), ...common];
  if (backend === "fused") {
    return ["fused", slcOf(backend, places), places.mean, places.std, ...prepArguments(prep), ...common];
  }
  return ["stats", backend, places.intens, places.mean, places.std, ...common];
}

/** `--crop … --looks … --nodata …`, those that are set. */
export function prepArguments(prep: PrepOptions): readonly string[] {
  return Object.entries({ "--crop": prep.crop, "--looks": prep.looks, "--nodata": prep.nodata }).flatMap(
    ([name, value]) => (value === null ? [] : [name, value]),
  );
}

function slcOf(backend: string, places: RunPlaces): string {
  if (places.slc !== null) return places.slc;
  throw new BackendError(`${backend}: found no SLC folder, expected one; name it with --slc`);
}

/** The spans of one run; `reason` says why there are none that can be used. */
interface Trace {
  readonly spans: readonly SpanRecord[];
  readonly reason: string | null;
}

/**
 * The spans a run wrote, shifted so that 0 is just before its start. What only the bench can see is added: to worker
 * 0 `spawn` until its first span (the process coming up) and `teardown` from its last one until the exit was seen, to
 * the others `wait` in the same places.
 * @param path JSON Lines of spans on the host's monotonic clock
 */
function readTrace(path: string, runId: string, done: Executed): Trace {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const spans: SpanRecord[] = [];
  try {
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const place = { path: "its trace", line: index + 1 };
      const span = validateRecord<SpanRecord>("spans", { ...JSON.parse(line), runId }, place);
      spans.push({
        ...span,
        startSeconds: span.startSeconds - done.startSeconds,
        endSeconds: span.endSeconds - done.startSeconds,
      });
    }
  } catch (error) {
    return { spans: [], reason: `its spans cannot be used: ${(error as Error).message}` };
  }
  if (spans.length === 0) return { spans, reason: "recorded no spans" };
  return { spans: [...spans, ...edgesOf(spans, runId, done.wallSeconds)], reason: null };
}

/** What lies before the first and behind the last span of each worker. */
function edgesOf(spans: readonly SpanRecord[], runId: string, wallSeconds: number): readonly SpanRecord[] {
  const workers = [...new Set(spans.map((span) => span.worker))];
  const edges = workers.flatMap((worker): SpanRecord[] => {
    const own = spans.filter((span) => span.worker === worker);
    const first = own.reduce((least, span) => Math.min(least, span.startSeconds), wallSeconds);
    const last = own.reduce((most, span) => Math.max(most, span.endSeconds), 0);
    const edge = { runId, worker, item: "process", bytes: 0 };
    const [before, behind] = worker === 0 ? (["spawn", "teardown"] as const) : (["wait", "wait"] as const);
    return [
      { ...edge, phase: before, startSeconds: 0, endSeconds: first },
      { ...edge, phase: behind, startSeconds: last, endSeconds: wallSeconds },
    ];
  });
  return edges.filter((span) => span.endSeconds > span.startSeconds);
}
