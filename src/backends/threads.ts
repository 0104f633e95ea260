import type { Backend } from "./backend";
import { reduceByRows } from "./reduceByRows";

/** Worker threads, the main one included, each read and reduce their own rows of every date. */
export const threads = {
  id: "threads",
  title: { es: "hilos por bandas de filas", en: "threads by bands of rows" },
  teaches: {
    es: "lo que se gana cuando nada cruza entre trabajadores",
    en: "what is gained when nothing crosses between workers",
  },
  parallel: true,
  unavailable: async () => null,
  run: reduceByRows,
} as const satisfies Backend;
