import { join } from "node:path";
import { ThreadTeam } from "../parallel/threadTeam";
import { predictWork } from "../pipeline/costModel";
import { momentTargets, openIntensityRows } from "../pipeline/intensityRows";
import { fillRing, planRing, type RingTask } from "../pipeline/rowRing";
import { withProducts } from "../pipeline/withProducts";
import { outputPaths, type StatsReport, type StatsRequest } from "./backend";

/** Reads alone into the ring while the threads compute and write. */
export async function runMpMem(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  const entry = join(__dirname, "mpMemThread.js");
  const early = request.workers === null ? null : new ThreadTeam<RingTask>(entry, request.workers, 1, meter);
  let team = early;
  try {
    const start = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "thread", request.workers);
    team ??= new ThreadTeam<RingTask>(entry, prediction.workers, 1, meter);
    const computing = team;
    await withProducts(
      outputPaths(request),
      stack.shape,
      meter,
      request.onProgress,
      async (products, onProgress) => {
        const ring = planRing(rows, momentTargets(products), prediction.workers);
        computing.send(ring.task);
        await fillRing(ring, meter, computing.failure, request.signal, onProgress);
        const waiting = meter.start();
        const reports = await computing.finished();
        meter.end("wait", "threads", waiting);
        for (const report of reports) meter.absorb(report);
      },
    );
    return { workers: prediction.workers, dates: rows.dates, shape: stack.shape, prediction };
  } catch (error) {
    await team?.stop();
    throw error;
  }
}
