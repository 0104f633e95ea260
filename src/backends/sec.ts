import type { Backend } from "./backend";
import { reduceByRows } from "./reduceByRows";

/** One process reads every date and computes everything. */
export const sec = {
  id: "sec",
  title: { es: "secuencial", en: "sequential" },
  teaches: {
    es: "la base: lo que cuesta el trabajo sin repartirlo",
    en: "the base: what the work costs when nothing is shared out",
  },
  parallel: false,
  unavailable: async () => null,
  run: (request) => reduceByRows({ ...request, workers: 1 }),
} as const satisfies Backend;
