import { randomBytes, randomInt } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { RecordError, UsageError } from "../core/errors";
import type { EnvRecord, RunRecord } from "../core/records";
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
import { type DataDescription, hashDataset, type PreparedLevel, prepareLevels, removeScratch } from "./data";
import { describeMachine, describeSoftware, measureMachine } from "./machine";
import {
  type BenchEnv,
  type BenchOptions,
  type BenchResult,
  configurationsOf,
  resolveProtocol,
  type StoredProtocol,
} from "./plan";
import { CHILD_SETTINGS, childEnvironment, createProcessExecutor } from "./process";
import { type Clock, type Executor, runProtocol, systemClock } from "./protocol";
import { createNoiseProbe, systemCache } from "./quiet";
import { measureRun, packageRoot, pilaCommand, skippedRun, type Workshop } from "./run";

/**
 * A whole session: prepares the data once, measures in randomised complete blocks, and leaves a run folder with
 * runs.jsonl, spans.jsonl, env.json and resultados.csv. Every run is on disk as soon as it ended; an abort keeps them
 * and ends with `stopped: "interrupted"`; `resume` goes on from the first missing run.
 * @throws UsageError options that contradict each other or the data
 * @throws BackendError the preparation failed (a failing run is a record, not an error)
 * @throws RecordError a folder to resume is broken, or of another machine, other data or other software
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { connections } = options;
  const clock = connections.clock ?? systemClock;
  const executor = connections.executor ?? createProcessExecutor(clock);
  const environment = connections.environment ?? childEnvironment();
  const pila = connections.pila ?? pilaCommand();
  const folder = runFolderOf(options, clock);
  const stored = options.resume === undefined ? null : readStoredEnv(folder);
  const notes = stored === null ? [] : repairRunFolder(folder);
  const tools: Tools = { folder, clock, executor, environment, pila };
  const { env, levels } = await openSession(options, stored, tools);
  const workshop: Workshop = {
    ...tools,
    noise: connections.noise ?? createNoiseProbe(clock),
    cache: connections.cache ?? systemCache,
    readPlane: connections.readPlane,
    timeoutSeconds: env.protocol.timeoutSeconds,
    wantedCache: env.protocol.cache,
    cores: env.machine.cores,
    sessionId: env.sessionId,
    scratch: join(folder, "scratch"),
    folder: process.cwd(),
    signal: options.signal,
  };
  const before = stored === null ? [] : readSession(folder).runs;
  const { stopped, runs } = await measureAll(options, env, levels, workshop, folder, before);
  const final: BenchEnv = { ...env, stopped };
  writeEnv(folder, final);
  removeScratch(workshop.scratch);
  return {
    folder,
    env: final,
    runs,
    stopped,
    resultados: writeResultados(folder, final, runs),
    levels,
    notes,
  };
}

async function measureAll(
  options: BenchOptions,
  env: BenchEnv,
  levels: readonly PreparedLevel[],
  workshop: Workshop,
  folder: string,
  before: readonly RunRecord[],
): ReturnType<typeof runProtocol> {
  const { blocks, traceEvery } = env.protocol;
  const configurations = configurationsOf(env.protocol, levels);
  const plan = { sessionId: env.sessionId, seed: env.seed, blocks, traceEvery, configurations };
  // A configuration's level is one of these very objects.
  const levelOf = (level: object): PreparedLevel => levels.find((candidate) => candidate === level)!;
  return runProtocol(plan, before, {
    clock: workshop.clock,
    async measure(planned) {
      const { run, spans } = await measureRun(planned, levelOf(planned.configuration.level), workshop);
      appendSpans(folder, spans);
      appendRun(folder, run);
      return run;
    },
    skip(planned, reason) {
      const run = skippedRun(planned, levelOf(planned.configuration.level), reason, workshop);
      appendRun(folder, run);
      return run;
    },
    precise: (runs) => options.connections.precise(runs),
    progress: (event) => options.onProgress?.(event),
    signal: options.signal,
    budgetSeconds: env.protocol.budgetSeconds,
  });
}

/** What a session is opened with. */
interface Tools {
  /** The run folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly environment: Readonly<Record<string, string>>;
  readonly pila: readonly string[];
}

type Folder = DataDescription & { readonly folder: string };

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
  const env = readEnv(folder) as EnvRecord & { readonly protocol?: StoredProtocol };
  if (env.protocol !== undefined) return env as BenchEnv;
  const path = recordPath(folder, "env.json");
  throw new RecordError(
    `${path}: field protocol: found nothing, expected what the session was to measure; start a new session`,
    { path },
  );
}

/**
 * Describes and prepares the data, and writes the env.json a session starts or goes on with.
 * @param stored env.json of the session to go on with; null for a new one
 * @throws RecordError machine, software or data are not those of the stored session
 */
async function openSession(
  options: BenchOptions,
  stored: BenchEnv | null,
  tools: Tools,
): Promise<{ readonly env: BenchEnv; readonly levels: readonly PreparedLevel[] }> {
  const data = await describeFolder(options, options.data);
  const slcFolder = options.slc ?? stored?.protocol.slc ?? null;
  const slc = slcFolder === null ? null : await describeFolder(options, slcFolder);
  const given = options.connections.machine;
  const machine = given?.machine ?? describeMachine(data.folder);
  const software = given?.software ?? describeSoftware(packageRoot());
  const hasSlc = data.kind === "slc" || slc !== null;
  const fresh = await resolveProtocol(options, { hasSlc, mpi: software.mpi, cores: machine.cores });
  const protocol = stored === null ? fresh.protocol : continued(stored.protocol, options);
  const sha256 = hashDataset(data.dates);
  if (stored !== null) requireSameGround(stored, { machine, software, sha256 }, tools.folder);
  const levels = await prepareOrRemove(protocol, data, slc, options, tools, stored === null);
  const main = levels[0]!;
  const env: BenchEnv = {
    ...(stored ?? startOf(options, tools)),
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
    },
    microbenchmarks:
      stored?.microbenchmarks ??
      given?.microbenchmarks ??
      (await measureMachine(
        main.slcFiles.length > 0 ? main.slcFiles : main.intensityFiles,
        tools.environment,
        tools.clock,
      )),
    skipped: stored?.skipped ?? fresh.skipped,
    stopped: null,
    protocol,
  };
  writeEnv(tools.folder, env);
  return { env, levels };
}

async function describeFolder(options: BenchOptions, path: string): Promise<Folder> {
  const folder = resolve(path);
  return { ...(await options.connections.describe(folder)), folder };
}

/** Fields fixed when a session begins. */
function startOf(options: BenchOptions, { clock, environment }: Tools) {
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

/** Only how long to go on may change: the rest fixes which run stands at which place. */
function continued(protocol: StoredProtocol, options: BenchOptions): StoredProtocol {
  const budgetSeconds = options.budgetSeconds ?? null;
  return { ...protocol, blocks: options.blocks ?? protocol.blocks, budgetSeconds };
}

/** A session that fails before its first run leaves no half-made folders. */
async function prepareOrRemove(
  protocol: StoredProtocol,
  data: Folder,
  slc: Folder | null,
  options: BenchOptions,
  tools: Tools,
  isNew: boolean,
): Promise<readonly PreparedLevel[]> {
  const { executor, environment, pila, folder } = tools;
  const { dates, crops, looks, nodata, timeoutSeconds } = protocol;
  const run = { folder: process.cwd(), environment, timeoutSeconds };
  const preparation = { executor, describe: options.connections.describe, pila, run, signal: options.signal };
  try {
    return await prepareLevels({ out: folder, data, slc, dates, crops, looks, nodata }, preparation);
  } catch (error) {
    if (isNew) rmSync(join(folder, "levels"), { recursive: true, force: true });
    throw error;
  }
}

/** Runs of another machine, program or data do not belong into one table. */
function requireSameGround(
  stored: BenchEnv,
  now: Pick<EnvRecord, "machine" | "software"> & { readonly sha256: string },
  folder: string,
): void {
  const path = recordPath(folder, "env.json");
  const { gitDirty: _was, ...software } = stored.software;
  const { gitDirty: _is, ...softwareNow } = now.software;
  const pairs = {
    "machine.machineId": [stored.machine.machineId, now.machine.machineId],
    "machine.cores": [stored.machine.cores, now.machine.cores],
    "dataset.sha256": [stored.dataset.sha256, now.sha256],
    ...Object.fromEntries(
      Object.entries(softwareNow).map(([name, value]) => [
        `software.${name}`,
        [software[name as keyof typeof software], value],
      ]),
    ),
  };
  for (const [field, [was, is]] of Object.entries(pairs)) {
    if (was === is) continue;
    throw new RecordError(
      `${path}: field ${field}: found ${was} stored and ${is} now, expected the same to go on; start a new session`,
      { path },
    );
  }
}
