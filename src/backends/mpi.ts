import { join } from "node:path";
import { PilaError, WorkerError } from "../core/errors";
import { findMpiexec } from "../parallel/mpi/detect";
import { launchRanks } from "../parallel/mpi/launch";
import { predictWork } from "../pipeline/costModel";
import { openIntensityRows } from "../pipeline/intensityRows";
import { type Backend, outputPaths, type StatsReport, type StatsRequest } from "./backend";
import type { MpiJob, MpiResult } from "./mpiRank";

/** The environment variable that hands the job to the ranks. */
export const MPI_JOB_VARIABLE = "PILA_MPI_JOB";

/** Ranks under mpiexec read their own dates (or bands of rows); partial states go to rank 0. */
export const mpi = {
  id: "mpi",
  title: { es: "rangos MPI", en: "MPI ranks" },
  teaches: {
    es: "lo que cuesta el arranque de MPI y mover sumas parciales por mensajes, también entre máquinas",
    en: "what starting MPI costs, and moving partial sums by messages, between machines too",
  },
  parallel: true,
  unavailable: async () => {
    try {
      await findMpiexec(process.env);
      return null;
    } catch (error) {
      if (error instanceof PilaError) return error.message;
      throw error;
    }
  },
  run: runMpi,
} as const satisfies Backend;

async function runMpi(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  const start = meter.start();
  // Opened here too: what is wrong with the data is said in one voice, before any rank starts.
  const { rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
  meter.end("init", "stack", start);
  const prediction = predictWork(rows, "rank", request.workers);
  const job: MpiJob = {
    intensityFolder: request.intensityFolder,
    mean: request.mean,
    std: request.std,
    count: request.count,
    split: request.split,
    tracing: meter.tracing,
  };
  const waiting = meter.start();
  const { stdout } = await launchRanks({
    ranks: prediction.workers,
    command: [process.execPath, join(__dirname, "mpiRankEntry.js")],
    env: { ...process.env, [MPI_JOB_VARIABLE]: JSON.stringify(job) },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    onStderr: (text) => process.stderr.write(text),
  });
  meter.end("wait", "ranks", waiting);
  const result = parseResult(stdout);
  meter.absorb(result.meter);
  return { workers: result.ranks, dates: result.dates, shape: result.shape, prediction };
}

function parseResult(stdout: string): MpiResult {
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) throw new WorkerError("found no result of rank 0, expected one; run it again with --debug");
  return JSON.parse(line) as MpiResult;
}
