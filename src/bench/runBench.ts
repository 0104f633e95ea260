import { join } from "node:path";
import type { RunRecord } from "../core/records";
import { writeResultados } from "../records/resultados";
import { appendRun, appendSpans, readSession, repairRunFolder, writeEnv } from "../records/runFolder";
import { type PreparedLevel, removeScratch } from "./benchData";
import { type BenchEnv, type BenchOptions, type BenchResult, configurationsOf } from "./benchOptions";
import { systemCache } from "./cache";
import { childEnvironment } from "./childEnvironment";
import { systemClock } from "./clock";
import { measureRun, skippedRun, type Workshop } from "./measureRun";
import { createNoiseProbe } from "./noise";
import { pilaCommand } from "./pilaCommand";
import { createProcessExecutor } from "./processExecutor";
import { runProtocol } from "./protocol";
import { openSession, readStoredEnv, runFolderOf, type Tools } from "./session";

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
