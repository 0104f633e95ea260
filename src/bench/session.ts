import { randomBytes, randomInt } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { RecordError, UsageError } from "../core/errors";
import type { EnvRecord, RunRecord } from "../core/records";
import { lockFolder, makeFolder, removeIfEmpty } from "../io/workFolder";
import { writeResultados } from "../records/resultados";
import {
  appendRun,
  appendSpans,
  readEnv,
  readSession,
  recordPath,
  repairRunFolder,
  writeEnv,
} from "../records/runFolder";
import { describeFolder, hashDataset, type PreparedLevel, prepareLevels } from "./data";
import { type BenchWorld, openWorld } from "./machine";
import {
  type BenchEnv,
  buildConfigurations,
  type ProtocolOptions,
  resolveProtocol,
  type StoredProtocol,
} from "./plan";
import { CHILD_SETTINGS, type Clock } from "./process";
import { type Progress, runProtocol, type StopReason } from "./protocol";
import { measureRun, type OpenSession, scratchFolder, skippedRun } from "./run";

/** What `pila bench` takes; everything left out has a default. */
export interface BenchOptions extends ProtocolOptions {
  /** Folder of SLC or of intensities. */
  readonly data: string;
  /** Run folder; made if missing. Default reports/runs/<UTC time>. */
  readonly out?: string | undefined;
  /** Run folder to go on with: its stored options, seed and order; only `data`, `blocks` and limits are taken from here. */
  readonly resume?: string | undefined;
  readonly seed?: number | undefined;
  /** As typed, for env.json. */
  readonly commandLine: readonly string[];
  /** Aborting ends the run at hand and keeps what was measured. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: Progress) => void) | undefined;
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

/**
 * A whole session: prepares the data once, measures in randomised complete blocks, and leaves a run folder with
 * runs.jsonl, spans.jsonl, env.json and resultados.csv. Every run is on disk as soon as it ended; an abort keeps them
 * and ends with `stopped: "interrupted"`; `resume` goes on from the first missing run.
 * @param replaced parts of the machine and the program that a test brings instead
 * @throws UsageError options that contradict each other or the data
 * @throws BackendError the preparation failed (a failing run is a record, not an error)
 * @throws RecordError a folder to resume is broken, or of another machine, other data or other software
 * @throws FileError another bench is at work in the folder, or it cannot be written
 */
export async function runBench(
  options: BenchOptions,
  replaced: Partial<BenchWorld> = {},
): Promise<BenchResult> {
  const world = openWorld(replaced);
  const folder = runFolderOf(options, world.clock);
  const made = makeFolder(folder);
  const unlock = lockFolder(folder);
  try {
    return await measureIn(folder, options, world);
  } finally {
    unlock();
    // What is refused leaves no folder.
    if (made !== undefined) removeIfEmpty(folder);
  }
}

async function measureIn(folder: string, options: BenchOptions, world: BenchWorld): Promise<BenchResult> {
  const { signal } = options;
  const stored = options.resume === undefined ? null : readStoredEnv(folder);
  const notes = stored === null ? [] : repairRunFolder(folder);
  const { env, levels } = await openSession(options, stored, folder, world);
  const session = { folder, env, noise: world.watchNoise(), world, signal };
  const before = stored === null ? [] : readSession(folder).runs;
  const { stopped, runs } = await measureAll(session, levels, before, options.onProgress);
  const final: BenchEnv = { ...env, stopped };
  writeEnv(folder, final);
  rmSync(scratchFolder(folder), { recursive: true, force: true });
  const resultados = writeResultados(folder, final, runs);
  return { folder, env: final, runs, stopped, resultados, levels, notes };
}

async function measureAll(
  session: OpenSession,
  levels: readonly PreparedLevel[],
  before: readonly RunRecord[],
  onProgress: BenchOptions["onProgress"],
): ReturnType<typeof runProtocol> {
  const { folder, env, world, signal } = session;
  const { blocks, traceEvery, budgetSeconds } = env.protocol;
  // A configuration's level is one of these very objects.
  const levelOf = (level: object): PreparedLevel => levels.find((candidate) => candidate === level)!;
  const configurations = buildConfigurations(env.protocol, levels).filter(
    ({ backend, level }) => levelOf(level).slc !== null || (backend !== "prep" && backend !== "fused"),
  );
  const plan = { sessionId: env.sessionId, seed: env.seed, blocks, traceEvery, configurations };
  return runProtocol(plan, before, {
    clock: world.clock,
    async measure(planned) {
      const { run, spans } = await measureRun(planned, levelOf(planned.configuration.level), session);
      appendSpans(folder, spans);
      appendRun(folder, run);
      return run;
    },
    skip(planned, reason) {
      const run = skippedRun(planned, levelOf(planned.configuration.level), reason, session);
      appendRun(folder, run);
      return run;
    },
    precise: world.precise,
    progress: (event) => onProgress?.(event),
    signal,
    budgetSeconds,
  });
}

/** The run folder, absolute. @throws UsageError it holds a session already and is not resumed */
function runFolderOf(options: BenchOptions, clock: Clock): string {
  if (options.resume !== undefined) return resolve(options.resume);
  const time = clock.utc().replace(/[-:]|\.\d+/g, "");
  const folder = resolve(options.out ?? join("reports", "runs", time));
  if (existsSync(recordPath(folder, "env.json"))) {
    throw new UsageError(
      `--out ${folder}: found a session, expected a new folder; go on with it by --resume, or name another`,
    );
  }
  return folder;
}

/** @throws RecordError there is no env.json, or not one that pila bench wrote */
function readStoredEnv(folder: string): BenchEnv {
  const env = readEnv(folder) as EnvRecord & { readonly protocol?: Partial<StoredProtocol> };
  const missing = PROTOCOL_FIELDS.find((name) => env.protocol?.[name] === undefined);
  if (missing === undefined) return env as BenchEnv;
  const field = env.protocol === undefined ? "protocol" : `protocol.${missing}`;
  const path = recordPath(folder, "env.json");
  throw new RecordError(
    `${path}: field ${field}: found nothing, expected what the session was to measure; start a new session`,
    { path },
  );
}

/** Without these a session cannot be gone on with. */
const PROTOCOL_FIELDS = [
  ...(["blocks", "traceEvery", "backends", "workers", "dates", "crops", "looks", "nodata"] as const),
  ...(["slc", "cache", "peers", "budgetSeconds", "timeoutSeconds"] as const),
];

/**
 * Describes and prepares the data, and writes the env.json a session starts or goes on with.
 * @param stored env.json of the session to go on with; null for a new one
 * @throws RecordError machine, software or data are not those of the stored session
 */
async function openSession(
  options: BenchOptions,
  stored: BenchEnv | null,
  folder: string,
  world: BenchWorld,
): Promise<Pick<BenchResult, "levels" | "env">> {
  const choice = stored?.protocol.choice ?? options.choice;
  const data = await describeFolder(resolve(options.data), choice);
  const slcFolder = options.slc ?? stored?.protocol.slc ?? null;
  const slc = slcFolder === null ? null : await describeFolder(resolve(slcFolder), choice);
  const machine = world.machine(data.folder);
  const software = world.software();
  const hasSlc = data.kind === "slc" || slc !== null;
  const about = { hasSlc, mpi: software.mpi, cores: machine.cores };
  const fresh = await resolveProtocol(options, about, world.unavailable);
  // Only how long to go on may change: the rest fixes which run stands at which place.
  const kept = stored?.protocol ?? fresh.protocol;
  const { blocks = kept.blocks, budgetSeconds = null } = options;
  const protocol: StoredProtocol = { ...kept, blocks, budgetSeconds };
  const sha256 = hashDataset(data.dates);
  if (stored !== null) requireSameSession(stored, { machine, software, sha256 }, folder);
  const request = { runFolder: folder, data, slc, protocol, world, signal: options.signal };
  const levels = await prepareLevels(request).catch((error: unknown) => {
    // A session that fails before its first run leaves no half-made folders.
    if (stored === null) rmSync(join(folder, "levels"), { recursive: true, force: true });
    throw error;
  });
  const main = levels[0]!;
  const findings = [...data.findings, ...(slc?.findings ?? [])];
  const inputs = main.slcFiles.length > 0 ? main.slcFiles : main.intensityFiles;
  const env: BenchEnv = {
    ...(stored ?? startOf(options, world)),
    machine,
    software,
    dataset: {
      path: options.data,
      kind: data.kind,
      dates: data.dates.slice(0, main.dates).map((date) => date.name),
      shape: main.shape,
      looks: main.looks,
      crop: main.crop,
      nodata: main.nodata,
      sha256,
      slcDates: (data.kind === "slc" ? data : slc)?.dates.length ?? null,
      simulatedWithoutSlc: data.simulated,
    },
    findings,
    microbenchmarks: stored?.microbenchmarks ?? (await world.microbenchmarks(inputs)),
    skipped: stored?.skipped ?? fresh.skipped,
    stopped: null,
    protocol,
  };
  writeEnv(folder, env);
  return { env, levels };
}

/** Fields fixed when a session begins. */
function startOf(options: BenchOptions, { clock, environment }: BenchWorld) {
  const startedAt = clock.utc();
  const settings = Object.keys(CHILD_SETTINGS).filter((name) => environment[name] !== undefined);
  return {
    schema: 1 as const,
    sessionId: `${startedAt.replace(/[-:]|\.\d+/g, "")}-${randomBytes(4).toString("hex")}`,
    startedAt,
    commandLine: options.commandLine,
    seed: options.seed ?? randomInt(2 ** 32),
    childEnvironment: Object.fromEntries(settings.map((name) => [name, environment[name]!])),
  };
}

/** Runs of another machine, program or data do not belong into one table. */
function requireSameSession(
  stored: BenchEnv,
  now: Pick<EnvRecord, "machine" | "software"> & { readonly sha256: string },
  folder: string,
): void {
  const path = recordPath(folder, "env.json");
  const { gitDirty: _was, ...software } = stored.software;
  const { gitDirty: _is, ...softwareNow } = now.software;
  const versions = (Object.keys(softwareNow) as (keyof typeof softwareNow)[]).map(
    (name) => [`software.${name}`, software[name], softwareNow[name]] as const,
  );
  for (const [field, was, is] of [
    ["machine.machineId", stored.machine.machineId, now.machine.machineId],
    ["machine.cores", stored.machine.cores, now.machine.cores],
    ["dataset.sha256", stored.dataset.sha256, now.sha256],
    ...versions,
  ] as const) {
    if (was === is) continue;
    throw new RecordError(
      `${path}: field ${field}: found ${was} stored and ${is} now, expected the same to go on; start a new session`,
      { path },
    );
  }
}
