import type { Backend } from "./backend";

/** A pool of child processes reduces a list of dates each; one partial state a worker crosses to the parent, which merges. */
export const mpV2 = {
  id: "mp_v2",
  title: { es: "procesos, una lista de fechas cada uno", en: "processes, a list of dates each" },
  teaches: {
    es: "lo que se ahorra al mover sumas parciales en lugar de píxeles",
    en: "what is saved by moving partial sums instead of pixels",
  },
  parallel: true,
  unavailable: async () => null,
  run: (request) => (require("./runMpV2") as typeof import("./runMpV2")).runMpV2(request),
} as const satisfies Backend;
