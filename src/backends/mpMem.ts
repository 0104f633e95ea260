import { join } from "node:path";
import type { Meter } from "../parallel/meter";
import { ThreadTeam } from "../parallel/threads";
import { fillRing, planRing, type RingTask } from "../pipeline/ring";
import type { RunReport, WorkerStarter } from "../pipeline/run";
import type { Backend, StatsRequest } from "./backend";
import { reduceFolder } from "./workers";

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
  run: (request) => (require("./mpMem") as typeof import("./mpMem")).runMpMem(request),
} as const satisfies Backend;

/** Reads alone into the ring while the threads compute and write. */
export async function runMpMem(request: StatsRequest): Promise<RunReport> {
  const { meter, signal } = request;
  return await reduceFolder(request, computingThreads(meter), async (reduction) => {
    const { team, rows, targets, workers, onProgress } = reduction;
    const ring = planRing(rows, targets, workers);
    team.send(ring.task);
    await fillRing(ring, meter, team.failure, signal, onProgress);
    const waiting = meter.since();
    const reports = await team.finished();
    meter.end("wait", "threads", waiting);
    for (const report of reports) meter.absorb(report);
  });
}

function computingThreads(meter: Meter): WorkerStarter<ThreadTeam<RingTask>> {
  return {
    kind: "thread",
    start: (workers) => new ThreadTeam(join(__dirname, "mpMemThread.js"), workers, 1, meter),
    end: (team) => team.stop(),
  };
}
