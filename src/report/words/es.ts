import type { CacheState } from "../../core/records";
import type { LevelKey } from "../../evidence/summary";
import type { Piece } from "../findings/criticalPath";
import type { Headline, Named } from "../findings/headline";
import {
  formatCount,
  formatFixed,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatTick,
} from "../formatNumber";
import type { Lang } from "../language";

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
interface DataOf extends Pick<LevelKey, "dates" | "cache"> {
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
  }
}

export const es = {
  lang: LANG as Lang,
  list,
  configuration,
  /** `8 fechas de 256 × 256 píxeles, con los archivos ya en memoria`. */
  data: ({ dates, azimuth, range, cache }: DataOf): string =>
    `${formatCount(dates, LANG)} fechas de ${azimuth} × ${range} píxeles, ${CACHES[cache]}`,
  less,
  headline,
  /** `0,5 s` on an axis. */
  tick: (value: number, unit: string): string => `${formatTick(value, LANG)}\u00a0${unit}`,
  howToRead: "¿Cómo se lee?",
  /** What the time goes into, as verbs. */
  pieces: {
    start: "arrancar",
    read: "leer",
    move: "mover datos",
    compute: "calcular",
    wait: "esperar",
    write: "escribir",
  } satisfies Record<Piece, string> as Readonly<Record<Piece, string>>,
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
      "Cada barra es el tiempo mediano de una configuración, de la que menos tarda a la que más. Sus partes siguen al trabajador que más calcula: lo que hace, o lo que espera de los demás. El reparto sale de la corrida con traza de tiempo mediano, llevado a la mediana de las corridas cronometradas; donde no hay traza, la barra queda sin detalle. Un intervalo sin tope sigue fuera del dibujo.",
  },
};
