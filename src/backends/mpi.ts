import { dirname, resolve } from "node:path";
import { PilaError, WorkerError } from "../core/errors";
import type { HostSlots } from "../parallel/mpi/detect";
import type { Split } from "../pipeline/plan";
import type { RunRequest } from "../pipeline/run";
import { type Backend, entryProgram } from "./backend";
import type { MpiJob, MpiResult, MpiWork, RankReport } from "./mpiRank";

/** Ranks under mpiexec read their own dates (or bands of rows); partial states go to rank 0. */
export const mpi = {
  id: "mpi",
  title: { es: "rangos MPI", en: "MPI ranks" },
  teaches: {
    es: "lo que cuesta el arranque de MPI y mover sumas parciales por mensajes, también entre máquinas",
    en: "what starting MPI costs, and moving partial sums by messages, between machines too",
  },
  parallel: true,
  starts: { kind: "rank", itself: 0 },
  unavailable: async () => {
    try {
      const { findMpiexec } = require("../parallel/mpi/detect") as typeof import("../parallel/mpi/detect");
      await findMpiexec(process.env);
      return null;
    } catch (error) {
      if (error instanceof PilaError) return error.message;
      throw error;
    }
  },
  run: ({ intensityFolder, mean, std, count, choice, ...request }) =>
    launchMpi({ kind: "stats", intensityFolder, mean, std, count, choice }, request),
  work: () => {
    const { runRank } = require("./mpiRank") as typeof import("./mpiRank");
    // Rank 0 prints its result for the launcher.
    void runRank(JSON.parse(process.env[JOB_VARIABLE]!) as MpiJob, (result) => {
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });
  },
} as const satisfies Backend;

/** The environment variable that hands the job to the ranks. */
const JOB_VARIABLE = "PILA_MPI_JOB";

/** How ranks are launched. */
interface LaunchRequest extends RunRequest {
  readonly split: Split;
  /** Left out: this host, or those that Slurm gave. */
  readonly hosts?: readonly HostSlots[] | undefined;
}

/**
 * Launches ranks that share a work, and waits for their end. Their number, where it is left open, is that of the slots of
 * the hosts, of the tasks of a Slurm job, or what the cost model judges best.
 * @throws BackendError no MPI is installed, or a rank failed
 */
export async function launchMpi(work: MpiWork, request: LaunchRequest): Promise<RankReport> {
  // Loaded here: the ranks load this file too, and come up sooner without the launcher.
  const { removeLeftovers } = require("../io/workFolder") as typeof import("../io/workFolder");
  const { ranksWanted } = require("../parallel/mpi/detect") as typeof import("../parallel/mpi/detect");
  const { launchRanks } = require("../parallel/mpi/launch") as typeof import("../parallel/mpi/launch");
  const { predictWork } = require("../pipeline/run") as typeof import("../pipeline/run");
  const { openWork } = require("./mpiRank") as typeof import("./mpiRank");
  const { split, hosts, workers, meter, signal } = request;
  const start = meter.start();
  // Opened here too: what is wrong with the data is said in one voice, before any rank starts.
  const { rows, outputs } = await openWork(work);
  meter.end("init", "stack", start);
  const prediction = predictWork(rows, "rank", workers ?? ranksWanted(hosts, process.env));
  const job: MpiJob = { work: withWholePaths(work), split, threads: 1, tracing: meter.tracing };
  const waiting = meter.start();
  const { stdout } = await launchRanks({
    ranks: prediction.workers,
    command: [process.execPath, entryProgram(), "mpi"],
    env: { ...process.env, [JOB_VARIABLE]: JSON.stringify(job) },
    hosts,
    ...(signal === undefined ? {} : { signal }),
    onStderr: (text) => process.stderr.write(text),
  }).catch((error: unknown) => {
    // Ranks are ended from outside and cannot tidy up: their temporary files go with them here.
    for (const folder of new Set(outputs.map((path) => dirname(resolve(path))))) removeLeftovers(folder);
    throw error;
  });
  meter.end("wait", "ranks", waiting);
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined)
    throw new WorkerError("found no result of rank 0, expected one; run it again with --debug");
  const result = JSON.parse(line) as MpiResult;
  meter.absorb(result.meter);
  return { ...result.report, prediction };
}

/** Ranks on other hosts may start in another folder. */
function withWholePaths(work: MpiWork): MpiWork {
  if (work.kind === "prep") {
    const { slcFolder, intensityFolder } = work;
    return { ...work, slcFolder: resolve(slcFolder), intensityFolder: resolve(intensityFolder) };
  }
  const outputs = {
    mean: resolve(work.mean),
    std: resolve(work.std),
    count: work.count === null ? null : resolve(work.count),
  };
  if (work.kind === "fused") return { ...work, ...outputs, slcFolder: resolve(work.slcFolder) };
  return { ...work, ...outputs, intensityFolder: resolve(work.intensityFolder) };
}
