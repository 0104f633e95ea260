import type { Backend } from "./backend";

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
  run: (request) => (require("./runMpMem") as typeof import("./runMpMem")).runMpMem(request),
} as const satisfies Backend;
