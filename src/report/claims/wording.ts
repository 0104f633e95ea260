import { formatShape } from "../../core/raster";
import type { CacheState } from "../../core/records";
import type { Configuration, LevelKey, Refusal, Verdict, VerdictReason } from "../../evidence/summary";
import { LEAST_EFFECT } from "../../evidence/verdict";
import type { Text } from "../language";
import { say } from "./text";

/** Why no difference is called. */
export function wordVerdictReason(reason: VerdictReason, verdict: Verdict): Text {
  const threshold = verdict.thresholdFactor ?? Number.NaN;
  return {
    tooFewBlocks: { es: "menos de 6 bloques: no hay intervalo", en: "fewer than 6 blocks: no interval" },
    nothingDiffers: {
      es: "la prueba conjunta de todas las configuraciones no muestra ninguna diferencia",
      en: "the joint test of all configurations shows no difference",
    },
    noFloor: {
      es: "falta el par A/A de sec: no se conoce el piso de ruido",
      en: "no A/A pair of sec: the noise floor is not known",
    },
    intervalContainsOne: { es: "el intervalo contiene al 1", en: "the interval contains 1" },
    // A floor below the margin is not the threshold, and the verdict does not carry it.
    belowFloor:
      threshold > LEAST_EFFECT
        ? say({
            es: (n) => `la diferencia no supera el piso de ruido, de factor ${n.number(threshold)}`,
            en: (n) => `the difference does not clear the noise floor, a factor of ${n.number(threshold)}`,
          })
        : {
            es: "la diferencia no supera el piso de ruido",
            en: "the difference does not clear the noise floor",
          },
    belowMargin: { es: "la diferencia no llega al 5 %", en: "the difference is below 5%" },
  }[reason];
}

/** Why a number is not told. */
export const REFUSALS: Readonly<Record<Refusal | "noSec" | "singular", Text>> = {
  noSec: { es: "no hay corridas de sec", en: "there are no runs of sec" },
  noOneWorkerRun: { es: "no hay corridas válidas con 1 trabajador", en: "no run at 1 worker was kept" },
  fewerThanThreeWorkerCountsWithinCores: {
    es: "menos de 3 cantidades de trabajadores que no excedan los núcleos",
    en: "fewer than 3 worker counts within the cores",
  },
  noSpans: { es: "sin trazas no hay descomposición", en: "no spans, no decomposition" },
  noParallelSpansWithinCores: {
    es: "no hay trazas válidas con 2 o más trabajadores que no excedan los núcleos",
    en: "there are no valid spans at 2 or more workers within the cores",
  },
  slopesDoNotDiffer: {
    es: "las pendientes no se distinguen, así que no se puede dar un punto de cruce",
    en: "the slopes cannot be told apart, so no break-even can be given",
  },
  noCrossingAtPositiveSize: {
    es: "las rectas no se cruzan en ningún tamaño positivo",
    en: "the lines cross at no positive size",
  },
  tooFewBlocks: { es: "menos de 6 bloques completos", en: "fewer than 6 complete blocks" },
  singular: { es: "el ajuste no tiene solución única", en: "the fit has no single solution" },
};

/** `4 trabajadores en 2 núcleos: no es un punto de escalado`. */
export function wordOversubscription({ workers, cores }: Configuration): Text {
  return say({
    es: (n) =>
      `${n.count(workers)} trabajadores en ${n.count(cores)} ${cores === 1 ? "núcleo" : "núcleos"}: no es un punto de escalado`,
    en: (n) =>
      `${n.count(workers)} workers on ${n.count(cores)} ${cores === 1 ? "core" : "cores"}: not a scaling point`,
  });
}

export const CACHE_NAMES: Readonly<Record<CacheState, Text>> = {
  warm: { es: "caché caliente", en: "warm cache" },
  cold: { es: "caché fría", en: "cold cache" },
  uncontrolled: { es: "caché sin controlar", en: "uncontrolled cache" },
};

/** `8 fechas`, `1 fecha`. */
export function wordDates(dates: number): Text {
  return say({
    es: (n) => `${n.count(dates)} ${dates === 1 ? "fecha" : "fechas"}`,
    en: (n) => `${n.count(dates)} ${dates === 1 ? "date" : "dates"}`,
  });
}

/** `8 fechas de 1024 x 1024`. */
export function wordWork({ dates, shape, crop }: LevelKey): Text {
  const count = wordDates(dates);
  return {
    es: `${count.es} de ${formatShape(shape)}${crop === null ? "" : `, ventana ${crop}`}`,
    en: `${count.en} of ${formatShape(shape)}${crop === null ? "" : `, window ${crop}`}`,
  };
}

/** `8 fechas de 1024 x 1024, caché caliente`. */
export function wordLevel(key: LevelKey): Text {
  const work = wordWork(key);
  return { es: `${work.es}, ${CACHE_NAMES[key.cache].es}`, en: `${work.en}, ${CACHE_NAMES[key.cache].en}` };
}

/** `2 trabajadores`, `1 trabajador`. */
export function wordWorkers(workers: number): Text {
  return say({
    es: (n) => `${n.count(workers)} ${workers === 1 ? "trabajador" : "trabajadores"}`,
    en: (n) => `${n.count(workers)} ${workers === 1 ? "worker" : "workers"}`,
  });
}

/** `10 bloques`. */
export function wordBlocks(blocks: number): Text {
  return say({
    es: (n) => `${n.count(blocks)} ${blocks === 1 ? "bloque" : "bloques"}`,
    en: (n) => `${n.count(blocks)} ${blocks === 1 ? "block" : "blocks"}`,
  });
}
