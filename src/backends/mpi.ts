import { PilaError } from "../core/errors";
import type { Backend } from "./backend";

/** Ranks under mpiexec read their own dates (or bands of rows); partial states go to rank 0. */
export const mpi = {
  id: "mpi",
  title: { es: "rangos MPI", en: "MPI ranks" },
  teaches: {
    es: "lo que cuesta el arranque de MPI y mover sumas parciales por mensajes, también entre máquinas",
    en: "what starting MPI costs, and moving partial sums by messages, between machines too",
  },
  parallel: true,
  unavailable: async () => {
    try {
      const { findMpiexec } = require("../parallel/mpi/detect") as typeof import("../parallel/mpi/detect");
      await findMpiexec(process.env);
      return null;
    } catch (error) {
      if (error instanceof PilaError) return error.message;
      throw error;
    }
  },
  run: (request) => (require("./runMpi") as typeof import("./runMpi")).runMpi(request),
} as const satisfies Backend;
