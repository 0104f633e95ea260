import type { Meter } from "../parallel/meter";
import { serveThread, ThreadTeam } from "../parallel/threads";
import { drainRing, fillRing, planRing, type RingTask } from "../pipeline/ring";
import type { WorkerStarter } from "../pipeline/run";
import { type Backend, entryProgram, reduceFolder } from "./backend";

/** The parent alone reads, in order, into slots of shared memory; worker threads compute and write their rows. */
export const mpMem = {
  id: "mp_mem",
  title: { es: "un lector y memoria compartida", en: "one reader and shared memory" },
  teaches: {
    es: "si un solo lector alcanza para alimentar a varios que calculan",
    en: "whether a single reader can feed several that compute",
  },
  parallel: true,
  starts: { kind: "thread", itself: 0 },
  style: { color: "#009e73", symbol: "diamond", dash: "2 2" },
  unavailable: async () => null,
  run: async (request) => {
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
  },
  work: () => serveThread(drainRing),
} as const satisfies Backend;

function computingThreads(meter: Meter): WorkerStarter<ThreadTeam<RingTask>> {
  return {
    kind: "thread",
    start: (workers) => new ThreadTeam(entryProgram(), workers, 1, meter, "mp_mem"),
    end: (team) => team.stop(),
  };
}
