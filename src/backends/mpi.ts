import { dirname, resolve } from "node:path";
import { PilaError, WorkerError } from "../core/errors";
import type { RunReport } from "../pipeline/run";
import { type Backend, entryProgram, outputPaths, type StatsRequest } from "./backend";
import type { MpiJob, MpiResult } from "./mpiRank";

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
  run: runMpi,
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

/** Launches the ranks and waits for their end. @throws BackendError no MPI is installed, or a rank failed */
async function runMpi(request: StatsRequest): Promise<RunReport> {
  // Loaded here: the ranks load this file too, and come up sooner without the launcher.
  const { removeLeftovers } = require("../io/workFolder") as typeof import("../io/workFolder");
  const { launchRanks } = require("../parallel/mpi/launch") as typeof import("../parallel/mpi/launch");
  const { predictWork } = require("../pipeline/run") as typeof import("../pipeline/run");
  const { openIntensityRows } = require("../pipeline/stackRows") as typeof import("../pipeline/stackRows");
  const { intensityFolder, mean, std, count, split, choice, workers, meter, signal } = request;
  const outputs = outputPaths(request);
  const start = meter.start();
  // Opened here too: what is wrong with the data is said in one voice, before any rank starts.
  const rows = await openIntensityRows(intensityFolder, outputs, choice);
  meter.end("init", "stack", start);
  const prediction = predictWork(rows, "rank", workers);
  const job: MpiJob = { intensityFolder, mean, std, count, split, choice, tracing: meter.tracing };
  const waiting = meter.start();
  const { stdout } = await launchRanks({
    ranks: prediction.workers,
    command: [process.execPath, entryProgram(), "mpi"],
    env: { ...process.env, [JOB_VARIABLE]: JSON.stringify(job) },
    ...(signal === undefined ? {} : { signal }),
    onStderr: (text) => process.stderr.write(text),
  }).catch((error: unknown) => {
    // Ranks are ended from outside and cannot tidy up: their temporary files go with them here.
    for (const path of outputs) removeLeftovers(dirname(resolve(path)));
    throw error;
  });
  meter.end("wait", "ranks", waiting);
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined)
    throw new WorkerError("found no result of rank 0, expected one; run it again with --debug");
  const result = JSON.parse(line) as MpiResult;
  meter.absorb(result.meter);
  return {
    workers: result.ranks,
    dates: result.dates,
    shape: result.shape,
    prediction,
    findings: rows.findings,
  };
}
