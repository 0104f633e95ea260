import type { CacheState } from "../../core/records";
import type { Growth, LevelKey } from "../../evidence/summary";
import type { FusedAnswer } from "../findings/fused";
import type { GrowthAnswer } from "../findings/growth";
import type { Headline, Named } from "../findings/headline";
import type { SpeedupAnswer } from "../findings/speedup";
import type { Lang } from "../numbers";
import { formatCount, formatFixed, formatNumber, formatPercent, formatSeconds, formatTick } from "../numbers";
import { count, PIECES } from "./esFindings";
import { esPage } from "./esPage";

const LANG = "es";
const CACHES: Readonly<Record<CacheState, string>> = {
  warm: "con los archivos ya en memoria",
  cold: "leyendo del disco",
  uncontrolled: "sin controlar la memoria de archivos",
};
/** Of the whole, where a word says it better than a share. */
const PARTS: readonly (readonly [number, string])[] = [
  [1 / 2, "la mitad que sec"],
  [1 / 3, "un tercio del tiempo de sec"],
  [1 / 4, "un cuarto del tiempo de sec"],
];

const WORKERS: Readonly<Record<NonNullable<Named["worker"]>, readonly [one: string, many: string]>> = {
  process: ["proceso", "procesos"],
  thread: ["hilo", "hilos"],
  worker: ["trabajador", "trabajadores"],
};

/** Data and condition of a level as subtitles name them. */
export interface DataOf extends Pick<LevelKey, "dates" | "cache"> {
  readonly azimuth: number;
  readonly range: number;
}

/** `a, b y c`. */
function list(items: readonly string[]): string {
  return new Intl.ListFormat(LANG, { type: "conjunction" }).format(items);
}

/** `mp_v2 con 2 procesos`. */
function configuration({ label, program, workers, worker }: Named): string {
  if (worker === null) return label;
  const [one, many] = WORKERS[worker];
  return `${program} con ${formatCount(workers, LANG)} ${workers === 1 ? one : many}`;
}

/** `1,70` and `0,55`: two decimals, and no more digits than three. */
function ratio(value: number): string {
  return value < 1 ? formatFixed(value, 2, LANG) : formatNumber(value, LANG);
}

/** `unas 40 fechas`, `1,2 millones de píxeles`. */
function sizeOf(size: number, variable: Growth["variable"]): string {
  if (variable === "megapixels") return `${formatNumber(size, LANG)} millones de píxeles`;
  return size < 1.5 ? "la primera fecha" : `unas ${formatCount(size, LANG)} fechas`;
}

/** `8 y 32 fechas`. */
function sizesOf(low: number, high: number, variable: Growth["variable"]): string {
  const [a, b] = [low, high].map((size) =>
    variable === "dates" ? formatCount(size, LANG) : formatNumber(size, LANG),
  );
  return `${a} y ${b} ${es.growth.sizes[variable]}`;
}

/** `n = 6 a 12`. */
function spanOf(runs: readonly number[]): string {
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  return `n = ${least === most ? least : `${least} a ${most}`}`;
}

/** `tarda un 12 % menos que sec`. @param ratio below 1 @param several of the subject */
function less(ratio: number, several: boolean): string {
  const verb = several ? "tardan" : "tarda";
  const part = PARTS.find(([share]) => Math.abs(ratio / share - 1) < 0.04);
  if (part !== undefined) return `${verb} ${part[1]}`;
  return `${verb} un ${formatPercent(1 - ratio, LANG)} menos que sec`;
}

function headline(found: Headline): string {
  switch (found.kind) {
    case "nothingKept":
      return "No hay mediciones que valgan";
    case "nothingToCompare":
      return `Sólo se midió ${configuration(found.only)}: no hay con qué comparar`;
    case "noReference":
      return "No se puede decir cuál es la más rápida: falta medir sec";
    case "tooFewBlocks":
      return `Todavía no se puede decir: ${found.missing === 1 ? "falta 1 bloque" : `faltan ${found.missing} bloques`}`;
    case "oneProcessIsEnough":
      return "Con esta pila, repartir el trabajo no ayuda: alcanza un proceso";
    case "winner":
      return `${configuration(found.fastest)} es la más rápida: ${less(found.ratio, false)}`;
    case "tie": {
      const [first, second, ...rest] = found.tied as readonly [Named, ...Named[]];
      const names =
        rest.length === 0 ? [first.label, second!.label] : [first.label, `otras ${rest.length + 1}`];
      return `${list(names)} empatan: ${less(found.ratio, true)}`;
    }
    case "leader": {
      const { fastest, others } = found;
      const rest = others.length === 1 ? others[0]!.label : `otras ${others.length}`;
      return `${fastest.label} ${less(found.ratio, false)} y no se distingue de ${rest}`;
    }
  }
}

/** `2 núcleos`. */
function coresOf(cores: number): string {
  return `${formatCount(cores, LANG)} ${cores === 1 ? "núcleo" : "núcleos"}`;
}

/** `27 %`; what rounds to nothing is told as `menos del 1 %`. */
function partOf(share: number): string {
  return share > 0 && share < 0.005 ? `menos del ${formatPercent(0.01, LANG)}` : formatPercent(share, LANG);
}

export const es = {
  lang: LANG as Lang,
  page: esPage,
  list,
  configuration,
  /** `8 fechas de 256 × 256 píxeles, con los archivos ya en memoria`. */
  data: ({ dates, azimuth, range, cache }: DataOf): string =>
    `${count(dates, "fecha", "fechas")} de ${azimuth} × ${range} píxeles, ${CACHES[cache]}`,
  less,
  headline,
  /** `0,5 s` on an axis; 0 needs no unit. */
  tick: (value: number, unit = ""): string =>
    formatTick(value, LANG) + (value === 0 || unit === "" ? "" : `\u00a0${unit}`),
  howToRead: "¿Cómo se lee?",
  /** What the time goes into, as verbs. */
  pieces: PIECES,
  /** A time whose pieces are not known. */
  noDetail: "sin detalle",
  times: {
    subtitle: (data: DataOf): string =>
      `Tiempo mediano de la corrida entera, y veces lo que tarda sec · ${es.data(data)}`,
    /** @param runs timed runs of each configuration @param hasBand some are not told apart from the fastest */
    note: (runs: readonly number[], hasBand: boolean): string =>
      [
        spanOf(runs),
        "trazo: intervalo de la mediana",
        ...(hasBand ? ["gris: igual que la más rápida, hasta donde se ve"] : []),
      ].join("; "),
    /** `0,127 s · 1,7 ×`. @param timesSec null for `sec` itself */
    value: (seconds: number, timesSec: number | null): string =>
      formatSeconds(seconds, LANG) + (timesSec === null ? "" : ` · ${ratio(timesSec)} ×`),
    /** The tooltip of a piece. */
    piece: (label: string, piece: string, seconds: number, ofSeconds: number): string =>
      `${label}: ${piece}, ${formatSeconds(seconds, LANG)} de ${formatSeconds(ofSeconds, LANG)}`,
    reading:
      "Cada barra es el tiempo mediano de una configuración, de la que menos tarda a la que más. Sus partes siguen al trabajador que más calcula: lo que hace, o lo que espera de los demás. El reparto sale de la corrida con traza de tiempo mediano, llevado a la mediana de las corridas cronometradas; donde no hay traza, la barra queda sin detalle. Leer es traer los bytes de los archivos, estén en memoria o en el disco. Un intervalo sin tope sigue fuera del dibujo.",
  },
  table: {
    note: "n = 1 por etiqueta, sin intervalo: la tabla no dice qué diferencias superan el ruido",
    t_barras: {
      title: "Tiempo de cada configuración",
      subtitle: "Segundos, tal como figuran en la tabla · a rayas: sec",
    },
    speedup: {
      title: "Aceleración de cada configuración",
      subtitle: "Tiempo de sec sobre el tiempo de cada una; por encima de 1 tarda menos",
      value: (speedup: number): string => ratio(speedup),
    },
  },
  growth: {
    answer: (found: GrowthAnswer): string => {
      switch (found.kind) {
        case "oneSize":
          return "Se midió un solo tamaño: no se sabe desde cuándo conviene repartir";
        case "noReference":
          return "No se puede decir desde cuándo conviene: falta medir sec";
        case "always":
          return `${configuration(found.named)} conviene con todos los tamaños medidos`;
        case "between":
          return `${configuration(found.named)} empieza a convenir entre ${sizesOf(found.low, found.high, found.variable)}`;
        case "never":
          return "En esta máquina repartir el trabajo no conviene con ningún tamaño medido";
        case "cannotTell":
          return "Con los tamaños medidos no se ve desde cuándo conviene repartir";
        case "from":
          return `${configuration(found.named)} conviene desde ${sizeOf(found.size, found.variable)}${found.extrapolated ? ", fuera de lo medido" : ""}`;
      }
    },
    subtitle: ({
      variable,
      dates,
      azimuth,
      range,
      cache,
    }: DataOf & { readonly variable: Growth["variable"] }): string => {
      const held =
        variable === "dates" ? `imágenes de ${azimuth} × ${range} píxeles` : count(dates, "fecha", "fechas");
      return `Tiempo mediano de la corrida entera según el tamaño · ${held}, ${CACHES[cache]}`;
    },
    note: (runs: readonly number[], hasBand: boolean): string =>
      [
        spanOf(runs),
        "puntos: medianas; rectas: media de las de cada bloque",
        ...(hasBand ? ["banda gris: intervalo del cruce"] : []),
      ].join("; "),
    sizes: { dates: "fechas", megapixels: "millones de píxeles" },
    seconds: "segundos",
    /** Beside the crossing. */
    crossing: (size: number, variable: Growth["variable"]): string => `desde ${sizeOf(size, variable)}`,
    /** The tooltip of a point. */
    point: (label: string, size: number, variable: Growth["variable"], seconds: number): string =>
      `${label}: ${formatSeconds(seconds, LANG)} con ${formatTick(size, LANG)} ${es.growth.sizes[variable]}`,
    reading:
      "Cada punto es la mediana de una configuración en un tamaño, con su intervalo como trazo vertical; la recta se ajusta en cada bloque y se promedia. Donde la recta de color cae debajo de la de sec, repartir empieza a convenir. Se muestran sec y la configuración más rápida de cada programa en el tamaño mayor.",
  },
  speedup: {
    answer: (found: SpeedupAnswer): string => {
      switch (found.kind) {
        case "notMeasured":
          return "No se midió ninguna configuración que reparta el trabajo";
        case "none":
          return `Nada de lo que se midió en ${coresOf(found.cores)} acelera frente a sec`;
        case "best":
          return `${configuration(found.named)} acelera ${ratio(found.speedup)} veces, en ${coresOf(found.cores)}`;
      }
    },
    subtitle: (data: DataOf): string =>
      `Tiempo de sec sobre el tiempo de cada configuración · ${es.data(data)}`,
    note: (runs: readonly number[], hasBound: boolean): string =>
      [
        spanOf(runs),
        "a rayas: ideal",
        ...(hasBound ? ["a puntos: ley de Amdahl con la parte serial medida"] : []),
      ].join("; "),
    ideal: "ideal",
    workers: "trabajadores (hilos o procesos)",
    axis: "aceleración",
    /** Where there are more workers than cores. */
    oversubscribed: "no alcanzan los núcleos",
    /** The tooltip of a point. */
    point: (program: string, workers: number, speedup: number): string =>
      `${program} con ${formatCount(workers, LANG)}: aceleración ${ratio(speedup)}`,
    reading:
      "Cada línea es un programa; arriba de 1 tarda menos que sec, abajo tarda más. Los dos ejes van por duplicaciones, así que la aceleración ideal es una recta. En la zona gris hay más trabajadores que núcleos: se los turnan, y esos puntos no dicen cómo escala el programa. El programa más rápido lleva el intervalo de cada punto y, si hubo traza, la cota de Amdahl.",
  },
  fused: {
    answer: (found: FusedAnswer): string => {
      switch (found.kind) {
        case "notMeasured":
          return "No se midió el camino desde los SLC: fused, prep y sec";
        case "cannotTell":
          return "Todavía no se puede decir si conviene fused: faltan bloques";
        case "same":
          return "fused tarda igual que prep y sec seguidos, hasta donde se ve";
        case "differs": {
          const share = formatPercent(Math.abs(1 - found.ratio), LANG);
          return `${found.label} tarda un ${share} ${found.ratio < 1 ? "menos" : "más"} que prep y sec seguidos`;
        }
      }
    },
    subtitle: (data: DataOf): string =>
      `Tiempo mediano desde los SLC hasta media y desvío, y veces prep + sec · ${es.data(data)}`,
    note: (runs: readonly number[]): string =>
      `${spanOf(runs)}; trazo: intervalo de la mediana; raya vertical: termina prep y empieza sec`,
    reading:
      "Cada barra va de los SLC a la media y el desvío: prep escribe los recortes y sec los vuelve a leer, fused hace todo en una pasada. Los tiempos de prep y sec se suman bloque por bloque. Las partes salen de las corridas con traza, llevadas a la mediana.",
  },
  timeline: {
    noTrace: (label: string): string => `De ${label} no hay corridas con traza`,
    /** @param computing the largest part of the time that a worker computes, 0..1 */
    claim: (label: string, computing: number): string =>
      `En ${label}, quien más calcula dedica a eso ${partOf(computing)} del tiempo`,
    worker: ({ worker, kind }: { readonly worker: number; readonly kind: Named["worker"] }): string =>
      worker === 0 ? "coordinador" : `${WORKERS[kind ?? "process"][0]} ${worker}`,
    computing: (share: number): string => `calcula ${partOf(share)}`,
    subtitle: (seconds: number): string =>
      `Qué hace cada uno a lo largo de la corrida con traza de tiempo mediano, ${formatSeconds(seconds, LANG)}`,
    note: "Huecos: sin registro de qué hacía",
    reading:
      "Cada fila es un proceso o un hilo, de izquierda a derecha en el tiempo. Donde las tareas son demasiadas para verse, cada intervalo de tiempo muestra cuánto llevó cada una, en el orden de la leyenda.",
  },
};
