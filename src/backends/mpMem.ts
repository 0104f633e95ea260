import { join } from "node:path";
import { ThreadTeam } from "../parallel/threadTeam";
import { predictWork } from "../pipeline/costModel";
import { momentTargets, openIntensityRows } from "../pipeline/intensityRows";
import { fillRing, planRing, type RingTask } from "../pipeline/rowRing";
import { type Backend, outputPaths, type StatsReport, type StatsRequest } from "./backend";
import { withProducts } from "../pipeline/withProducts";

/** The parent alone reads, in order, into slots of shared memory; worker threads compute and write their rows. */
export const mpMem = {
  id: "mp_mem",
  title: { es: "un lector y memoria compartida", en: "one reader and shared memory" },
  teaches: {
    es: "si un solo lector alcanza para alimentar a varios que calculan",
    en: "whether a single reader can feed several that compute",
  },
  parallel: true,
  unavailable: async () => null,
  run: runMpMem,
} as const satisfies Backend;

async function runMpMem(request: StatsRequest): Promise<StatsReport> {
  const { meter } = request;
  const entry = join(__dirname, "mpMemThread.js");
  const early = request.workers === null ? null : new ThreadTeam<RingTask>(entry, request.workers, 1, meter);
  let team = early;
  try {
    const start = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "thread", request.workers);
    const computing = (team ??= new ThreadTeam<RingTask>(entry, prediction.workers, 1, meter));
    await withProducts(outputPaths(request), stack.shape, meter, async (products) => {
      const ring = planRing(rows, momentTargets(products), prediction.workers);
      computing.send(ring.task);
      await fillRing(ring, meter, computing.failure, request.signal, request.onProgress);
      const waiting = meter.start();
      const reports = await computing.finished();
      meter.end("wait", "threads", waiting);
      for (const report of reports) meter.absorb(report);
    });
    return { workers: prediction.workers, dates: rows.dates, shape: stack.shape, prediction };
  } catch (error) {
    await team?.stop();
    throw error;
  }
}
