import { dirname, join, resolve } from "node:path";
import { PilaError, WorkerError } from "../core/errors";
import type { Shape } from "../core/raster";
import { removeLeftovers } from "../io/outputFile";
import type { MeterReport } from "../parallel/meter";
import { launchRanks } from "../parallel/mpi/launch";
import { predictWork, type RunReport } from "../pipeline/run";
import { openIntensityRows } from "../pipeline/stackRows";
import { type Backend, outputPaths, type StatsRequest } from "./backend";

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
      const { findMpiexec } = require("../parallel/mpi/detect") as typeof import("../parallel/mpi/detect");
      await findMpiexec(process.env);
      return null;
    } catch (error) {
      if (error instanceof PilaError) return error.message;
      throw error;
    }
  },
  run: (request) => (require("./mpi") as typeof import("./mpi")).runMpi(request),
} as const satisfies Backend;

/** Launches the ranks and waits for their end. @throws BackendError no MPI is installed, or a rank failed */
export async function runMpi(request: StatsRequest): Promise<RunReport> {
  const { meter } = request;
  const start = meter.start();
  // Opened here too: what is wrong with the data is said in one voice, before any rank starts.
  const rows = await openIntensityRows(request.intensityFolder, outputPaths(request));
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
  }).catch((error: unknown) => {
    // Ranks are ended from outside and cannot tidy up: their temporary files go with them here.
    for (const path of outputPaths(request)) removeLeftovers(dirname(resolve(path)));
    throw error;
  });
  meter.end("wait", "ranks", waiting);
  const result = parseResult(stdout);
  meter.absorb(result.meter);
  return { workers: result.ranks, dates: result.dates, shape: result.shape, prediction };
}

function parseResult(stdout: string): MpiResult {
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined)
    throw new WorkerError("found no result of rank 0, expected one; run it again with --debug");
  return JSON.parse(line) as MpiResult;
}

/** The environment variable that hands the job to the ranks. */
export const MPI_JOB_VARIABLE = "PILA_MPI_JOB";

/** The work of all ranks. Plain data. */
export interface MpiJob {
  readonly intensityFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
  readonly split: "dates" | "rows";
  readonly tracing: boolean;
}

/** What rank 0 knows at the end. */
export interface MpiResult {
  readonly ranks: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly meter: MeterReport;
}
