import type { Backend } from "./backend";

/** A pool of child processes reads one image each; every pixel crosses to the parent, which computes. */
export const mp = {
  id: "mp",
  title: { es: "procesos, una imagen por tarea", en: "processes, one image a task" },
  teaches: {
    es: "lo que cuesta mover cada píxel entre procesos",
    en: "what it costs to move every pixel between processes",
  },
  parallel: true,
  unavailable: async () => null,
  run: (request) => (require("./runMp") as typeof import("./runMp")).runMp(request),
} as const satisfies Backend;
