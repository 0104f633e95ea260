import type { Cause, CauseId } from "../../evidence/scaling";
import type { Text } from "../language";
import { say } from "./text";

/** What a cause is called, with its article. */
export const CAUSE_NAMES: Readonly<Record<CauseId, Text>> = {
  pattern: {
    es: "que no todos los trabajadores pedidos calculan",
    en: "that not every worker asked for computes",
  },
  extraProcesses: {
    es: "que calculan más procesos que los trabajadores pedidos",
    en: "that more processes compute than workers were asked for",
  },
  imbalance: { es: "el desbalance de carga (LB)", en: "load imbalance (LB)" },
  serialCompute: { es: "el cálculo en serie", en: "serial computing" },
  lateStart: {
    es: "el arranque tardío de los demás trabajadores: mientras tanto calcula uno solo",
    en: "the late start-up of the other workers: meanwhile only one computes",
  },
  startup: {
    es: "el arranque y el cierre de los trabajadores",
    en: "starting and ending the workers (start-up)",
  },
  ipc: { es: "la comunicación entre trabajadores (IPC)", en: "communication between workers (IPC)" },
  io: { es: "la lectura y la escritura (E/S)", en: "reading and writing (I/O)" },
  decode: { es: "la decodificación", en: "decoding" },
  others: { es: "la espera a que calculen otros", en: "waiting for others to compute" },
  idle: { es: "la espera sin que nadie trabaje", en: "waiting while nobody works" },
  extraWork: { es: "el cálculo adicional que exige el patrón", en: "extra computing the pattern asks for" },
  contention: {
    es: "el encarecimiento del cálculo al repartirlo (CompS): ancho de banda de memoria o núcleos compartidos",
    en: "computing that becomes dearer when shared out (CompS): memory bandwidth or shared cores",
  },
};

/** The same in a list, once the main one was named in full. */
export const SHORT_CAUSE_NAMES: Readonly<Record<CauseId, Text>> = {
  pattern: { es: "trabajadores que no calculan", en: "workers that do not compute" },
  extraProcesses: { es: "procesos que calculan de más", en: "processes that compute besides" },
  imbalance: { es: "desbalance", en: "imbalance" },
  serialCompute: { es: "cálculo en serie", en: "serial computing" },
  lateStart: { es: "arranque tardío", en: "late start-up" },
  startup: { es: "arranque y cierre", en: "start-up" },
  ipc: { es: "IPC", en: "IPC" },
  io: { es: "E/S", en: "I/O" },
  decode: { es: "decodificación", en: "decoding" },
  others: { es: "espera a que calculen otros", en: "waiting for others to compute" },
  idle: { es: "espera", en: "waiting" },
  extraWork: { es: "cálculo del patrón con 1 trabajador", en: "computing of the pattern at 1 worker" },
  contention: { es: "cálculo sumado sobre los trabajadores", en: "computing summed over the workers" },
};

/** The seconds behind a cause. */
export function wordCauseSeconds({ id, seconds, baseSeconds }: Cause, workers: number): Text {
  switch (id) {
    case "pattern":
      return say({
        es: (n) => `${seconds === 1 ? "calcula" : "calculan"} ${n.count(seconds)} de ${n.count(baseSeconds)}`,
        en: (n) => `${n.count(seconds)} of ${n.count(baseSeconds)} ${seconds === 1 ? "computes" : "compute"}`,
      });
    case "extraProcesses":
      return say({
        es: (n) => `calculan ${n.count(seconds)} y se pidieron ${n.count(baseSeconds)}`,
        en: (n) => `${n.count(seconds)} compute, ${n.count(baseSeconds)} asked for`,
      });
    case "imbalance":
    case "lateStart":
    case "serialCompute":
      return say({
        es: (n) =>
          `el más cargado calcula ${n.seconds(seconds)}; repartido parejo serían ${n.seconds(baseSeconds)}`,
        en: (n) =>
          `the most loaded computes ${n.seconds(seconds)}; shared out evenly ${n.seconds(baseSeconds)}`,
      });
    case "extraWork":
      return say({
        es: (n) => `${n.seconds(seconds)} contra ${n.seconds(baseSeconds)} en sec`,
        en: (n) => `${n.seconds(seconds)} against ${n.seconds(baseSeconds)} in sec`,
      });
    case "contention":
      return say({
        es: (n) => `${n.seconds(seconds)} contra ${n.seconds(baseSeconds)} sin repartir`,
        en: (n) => `${n.seconds(seconds)} against ${n.seconds(baseSeconds)} undivided`,
      });
    default:
      return say({
        es: (n) =>
          `${n.seconds(seconds)} en el reloj del que más calcula; ${workers === 1 ? `${n.seconds(baseSeconds)} en sec` : `los de sec entre ${n.count(workers)} serían ${n.seconds(baseSeconds)}`}`,
        en: (n) =>
          `${n.seconds(seconds)} on the clock of the busiest worker; ${workers === 1 ? `${n.seconds(baseSeconds)} in sec` : `those of sec over ${n.count(workers)} would be ${n.seconds(baseSeconds)}`}`,
      });
  }
}
