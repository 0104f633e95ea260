import { planReduction } from "../pipeline/moments";
import type { RunReport } from "../pipeline/run";
import { rowTeam, runRowTask } from "../pipeline/team";
import { type Backend, reduceFolder, type StatsRequest } from "./backend";

/** One process reads every date and computes everything. */
export const sec = {
  id: "sec",
  title: { es: "secuencial", en: "sequential" },
  teaches: {
    es: "la base: lo que cuesta el trabajo sin repartirlo",
    en: "the base: what the work costs when nothing is shared out",
  },
  parallel: false,
  starts: null,
  unavailable: async () => null,
  run: (request) => reduceByRows({ ...request, workers: 1 }),
} as const satisfies Backend;

/** Worker threads, the main one included, each read and reduce their own rows of every date. */
export const threads = {
  id: "threads",
  title: { es: "hilos por bandas de filas", en: "threads by bands of rows" },
  teaches: {
    es: "lo que se gana cuando nada cruza entre trabajadores",
    en: "what is gained when nothing crosses between workers",
  },
  parallel: true,
  starts: { kind: "thread", itself: 1 },
  unavailable: async () => null,
  run: reduceByRows,
} as const satisfies Backend;

/** Reduces a folder by blocks of rows, the main thread and its helpers each reading their own rows of every date. */
async function reduceByRows(request: StatsRequest): Promise<RunReport> {
  const { meter, signal } = request;
  return await reduceFolder(request, rowTeam(meter), async ({ team, rows, targets, workers, onProgress }) => {
    await runRowTask(planReduction(rows, targets, workers), team, meter, signal, onProgress);
  });
}
