import { dirname, join, resolve } from "node:path";
import { WorkerError } from "../core/errors";
import { removeLeftovers } from "../io/temporaryFile";
import { launchRanks } from "../parallel/mpi/launch";
import { predictWork } from "../pipeline/costModel";
import { openIntensityRows } from "../pipeline/intensityRows";
import { outputPaths, type StatsReport, type StatsRequest } from "./backend";
import { MPI_JOB_VARIABLE, type MpiJob, type MpiResult } from "./mpiJob";

/** Launches the ranks and waits for their end. @throws BackendError no MPI is installed, or a rank failed */
export async function runMpi(request: StatsRequest): Promise<StatsReport> {
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
