import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BackendError, FileError } from "../core/errors";
import type { RunRecord, RunUsage, SpanRecord } from "../core/records";
import { validateRecord } from "../records/runFolder";
import { type PreparedLevel, prepArguments } from "./data";
import { checkBytes, checkPeer, cropFiles, type GateResult } from "./gate";
import type { BenchWorld } from "./machine";
import { type BenchEnv, fillArguments } from "./plan";
import type { Executed } from "./process";
import type { PlannedRun } from "./protocol";
import type { NoiseProbe } from "./quiet";

/** A line of runs.jsonl as the bench writes it, which always tells its crop and its comparison. */
export type BenchRun = RunRecord & Required<Pick<RunRecord, "crop" | "comparedPixels">>;

/** The session that a run is part of. */
export interface OpenSession {
  /** The run folder. */
  readonly folder: string;
  readonly env: BenchEnv;
  readonly noise: NoiseProbe;
  readonly world: BenchWorld;
  readonly signal: AbortSignal | undefined;
}

/** Where the runs of a session write; emptied before each of them, and not kept. */
export function scratchFolder(runFolder: string): string {
  return join(runFolder, "scratch");
}

/**
 * Makes one planned run: cache and noise, the process, the gate.
 * @returns its record and its spans, on a clock that is 0 just before the process was started
 * @throws FileError the disk is full or broken
 */
export async function measureRun(
  planned: PlannedRun,
  level: PreparedLevel,
  session: OpenSession,
): Promise<{ readonly run: BenchRun; readonly spans: readonly SpanRecord[] }> {
  const { world, noise: probe, signal } = session;
  const { timeoutSeconds, cache: wantedCache } = session.env.protocol;
  const { backend, workers, peerCommand } = planned.configuration;
  const places = emptyScratch(session.folder, level, planned.traced);
  const inputs = backend === "prep" || backend === "fused" ? level.slcFiles : level.intensityFiles;
  const cache = world.prepareCache(inputs, wantedCache);
  const command =
    peerCommand === null
      ? [...world.pila, ...pilaArguments(backend, workers, places, level)]
      : fillArguments(peerCommand, { ...places, workers });
  const startedAt = world.clock.utc();
  probe.before();
  // Where pila bench was started, so that relative paths of peers mean what they meant when typed.
  const folder = process.cwd();
  const watchMemory = planned.warmup || planned.traced;
  const execution = { command, folder, environment: world.environment, timeoutSeconds, watchMemory };
  const done = await world.execute(execution, signal);
  const { userSeconds, systemSeconds, peakRssBytes, sumRssBytes } = done;
  const runSeconds = userSeconds === null ? null : userSeconds + (systemSeconds ?? 0);
  const { noise, noisy } = probe.after(runSeconds);
  const isPeer = peerCommand !== null;
  const failure = failureOf(done, timeoutSeconds);
  if (!isPeer && failure !== null && DISK.test(failure)) {
    throw new FileError(
      `${session.folder}: found ${planned.configuration.label} stopped by the disk (${failure}), expected room for its products; make some and go on with --resume`,
      { path: session.folder },
    );
  }
  const usage = isPeer || failure !== null ? null : readUsage(done.stdout);
  const trace = planned.traced && failure === null ? readTrace(places.trace!, planned.runId, done) : NO_TRACE;
  const gate = failure === null ? await passGate(backend, places, level) : NO_GATE;
  const reason =
    failure ?? gate.reason ?? (isPeer || usage !== null ? trace.reason : "printed no usage with --json");
  const measured = { userSeconds, systemSeconds, peakRssBytes, sumRssBytes, ...usage };
  const run: BenchRun = {
    ...describePlanned(planned, level, session.env),
    cache,
    ...NOT_MEASURED,
    ...measured,
    wallSeconds: done.spawnError === null ? done.wallSeconds : null,
    outcome: reason === null ? "ok" : "failed",
    reason: reason === null ? null : reason.slice(0, LONGEST_REASON),
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
  { env, world }: OpenSession,
): BenchRun {
  return {
    ...describePlanned(planned, level, env),
    cache: env.protocol.cache,
    ...NOT_MEASURED,
    outcome: "skipped",
    reason,
    outputSha256: null,
    comparedPixels: null,
    noisy: false,
    noise: { loadAverage: 0, cpuPressure: null, stealShare: null },
    startedAt: world.clock.utc(),
  };
}

const NOT_MEASURED = {
  wallSeconds: null,
  userSeconds: null,
  systemSeconds: null,
  peakRssBytes: null,
  sumRssBytes: null,
  bytesRead: null,
  bytesWritten: null,
  ipcMessages: null,
  ipcBytes: null,
};
/** Characters of what a program said as its last words. */
const LONGEST_REASON = 2000;
const NO_TRACE: Trace = { spans: [], reason: null };
const NO_GATE: GateResult = { reason: null, sha256: null, comparedPixels: null };

function describePlanned(planned: PlannedRun, { looks }: PreparedLevel, { sessionId, machine }: BenchEnv) {
  const { runId, block, order, warmup, traced, configuration } = planned;
  const { label, twin, backend, program, workers, level } = configuration;
  const { cores } = machine;
  const oversubscribed = workers > cores;
  const size = { dates: level.dates, shape: level.shape, crop: level.crop, looks };
  const place = { runId, sessionId, block, order, warmup, traced };
  const who = { label, twin, backend, ...(backend === "peer" ? { program } : {}), workers };
  return { schema: 1 as const, ...place, ...who, cores, oversubscribed, ...size };
}

/** Where one run of pila reads and writes. */
type RunPlaces = ReturnType<typeof emptyScratch>;

/** Places in an empty folder: `crops` for prep, `trace` for spans, null in runs that carry a verdict. */
function emptyScratch(runFolder: string, { intens }: PreparedLevel, traced: boolean) {
  const scratch = scratchFolder(runFolder);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const path = (name: string): string => join(scratch, name);
  const trace = traced ? path("spans.jsonl") : null;
  return { intens, mean: path("mean.tif"), std: path("std.tif"), crops: path("crops"), trace };
}

/** Arguments of one run after `pila`. @throws BackendError prep or fused without SLC */
function pilaArguments(
  backend: string,
  workers: number,
  { intens, mean, std, crops, trace }: RunPlaces,
  { slc, prep }: PreparedLevel,
): readonly string[] {
  const common = [
    ...(backend === "sec" ? [] : ["--workers", String(workers)]),
    ...(trace === null ? [] : ["--trace", trace]),
    "--json",
    "--quiet",
  ];
  if (backend !== "prep" && backend !== "fused") return ["stats", backend, intens, mean, std, ...common];
  if (slc === null) {
    throw new BackendError(`${backend}: found no SLC folder, expected one; name it with --slc`);
  }
  const outputs = backend === "prep" ? [crops] : [mean, std];
  return [backend, slc, ...outputs, ...prepArguments(prep), ...common];
}

/** Such a failure says nothing of the backend: the session stops, and the run is made again when it goes on. */
const DISK = /\((ENOSPC|EDQUOT|EROFS|EIO)\)$/;

function failureOf(done: Executed, timeoutSeconds: number): string | null {
  if (done.spawnError !== null) return `could not be started: ${done.spawnError}`;
  if (done.timedOut) return `stopped after ${timeoutSeconds} s`;
  if (done.exitCode !== 0) {
    // Launchers of MPI end in a box of dashes: the last line with words tells more.
    const last = done.stderr.split("\n").findLast((line) => /\w/.test(line));
    const how = done.exitCode === null ? `ended by ${done.signal}` : `exit ${done.exitCode}`;
    return last === undefined ? how : `${how}: ${last.trim()}`;
  }
  return done.leftBehind > 0 ? `left ${done.leftBehind} processes behind, which were killed` : null;
}

function passGate(
  backend: string,
  places: RunPlaces,
  { reference, dates }: PreparedLevel,
): GateResult | Promise<GateResult> {
  if (backend === "peer") return checkPeer(places, reference, dates);
  if (backend === "prep")
    return checkBytes(cropFiles(places.crops), reference.cropsSha256, "the crops of this stack");
  return checkBytes([places.mean, places.std], reference.sha256, "that of sec");
}

/** null unless stdout is one JSON object with the four numbers of `usage`. */
function readUsage(stdout: string): RunUsage | null {
  try {
    const { bytesRead, bytesWritten, ipcMessages, ipcBytes } = JSON.parse(stdout).usage as RunUsage;
    const usage = { bytesRead, bytesWritten, ipcMessages, ipcBytes };
    return Object.values(usage).every(Number.isFinite) ? usage : null;
  } catch {
    return null;
  }
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
  const { startSeconds: start } = done;
  const spans: SpanRecord[] = [];
  try {
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const place = { path: "its trace", line: index + 1 };
      const span = validateRecord<SpanRecord>("spans", { ...JSON.parse(line), runId }, place);
      spans.push({ ...span, startSeconds: span.startSeconds - start, endSeconds: span.endSeconds - start });
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
