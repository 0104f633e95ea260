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
  unavailable: async () => null,
  run: async (request) => {
    const { meter, signal } = request;
    const threads: WorkerStarter<ThreadTeam<RingTask>> = {
      kind: "thread",
      start: (workers) => new ThreadTeam(entryProgram(), workers, meter, "mp_mem"),
      end: (team) => team.stop(),
    };
    return await reduceFolder(request, threads, async ({ team, rows, targets, workers, onProgress }) => {
      const ring = planRing(rows, targets, workers);
      team.send(ring.task);
      await fillRing(ring, meter, team.failure, signal, onProgress);
      await team.finished();
    });
  },
  work: () => serveThread(drainRing),
} as const satisfies Backend;
