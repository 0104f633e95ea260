import type { CauseId } from "../../evidence/scaling";
import type { Diagnosis } from "../findings/causes";
import type { ColdCost, MemoryUse, MovingCost, ReadingRate } from "../findings/costs";
import type { Piece } from "../findings/criticalPath";
import type { Standing } from "../findings/standing";
import type { Check, Failure } from "../findings/trust";
import { numbersOf } from "../numbers";

const n = numbersOf("es");

/** A cause: its name after "sobre todo", what it means, and what to try. */
type CauseWords = Readonly<
  Record<CauseId, { readonly name: string; readonly means: string; readonly advice: string }>
>;

const CAUSES: CauseWords = {
  startup: {
    name: "arrancar y cerrar trabajadores",
    means: "Cada proceso o hilo tarda en nacer y en cerrarse, y ese tiempo no depende de los datos.",
    advice: "Use imágenes más grandes o más fechas por trabajador: el arranque se paga una sola vez.",
  },
  lateStart: {
    name: "trabajadores que arrancan tarde",
    means: "Uno calcula solo mientras los demás todavía están arrancando.",
    advice: "Con más fechas el arranque pesa menos; con pocas, alcanza con menos trabajadores.",
  },
  ipc: {
    name: "mover datos entre trabajadores",
    means: "Los datos se empaquetan, se mandan y se vuelven a armar de un proceso al otro.",
    advice: "Pruebe mp_v2 desde unas nueve fechas por trabajador, o threads, que comparte la memoria.",
  },
  io: {
    name: "leer y escribir",
    means: "Todos leen del mismo lugar; si la lectura ya va a su máximo, repartirla no la apura.",
    advice:
      "Compare la velocidad de lectura con la de la máquina: cerca del máximo, más trabajadores no leen más rápido.",
  },
  decode: {
    name: "decodificar archivos",
    means: "Los archivos están comprimidos o en otro formato y abrirlos cuesta cálculo.",
    advice: "Guarde los recortes sin comprimir, como los deja pila prep.",
  },
  imbalance: {
    name: "reparto desparejo",
    means: "A uno le tocó más trabajo, y los demás terminan antes y lo esperan.",
    advice: "Pruebe otra cantidad de trabajadores, que divida mejor la cantidad de fechas.",
  },
  serialCompute: {
    name: "cálculo que hace uno solo",
    means: "Una parte del cálculo no se reparte: la hace uno mientras los demás esperan.",
    advice: "Más trabajadores no la acortan; compare con threads, que reparte por filas.",
  },
  pattern: {
    name: "trabajadores que no calculan",
    means: "De los trabajadores pedidos, alguno no calcula: coordina o se queda sin trabajo.",
    advice: "Pida uno más si hay núcleos libres, o use un backend donde calculen todos.",
  },
  extraProcesses: {
    name: "procesos que calculan de más",
    means: "Calculan más procesos que los trabajadores pedidos.",
    advice: "Cuente al coordinador cuando elija la cantidad de trabajadores.",
  },
  others: {
    name: "esperar a que calculen otros",
    means: "El que más calcula pasa parte del tiempo a la espera de lo que calculan los demás.",
    advice: "Pruebe otra cantidad de trabajadores o bloques de filas más chicos.",
  },
  idle: {
    name: "esperar sin que nadie trabaje",
    means: "Hay momentos en que ningún trabajador hace nada: esperan al sistema.",
    advice: "Repita con la máquina libre; si sigue, mire qué más corre en ella.",
  },
  extraWork: {
    name: "cálculo que el método agrega",
    means: "Esta forma de repartir hace cuentas que sec no hace.",
    advice: "Es propio del método: más trabajadores lo dividen, pero no lo quitan.",
  },
  contention: {
    name: "cálculo más lento al repartirlo",
    means: "Las mismas cuentas tardan más cuando varios las hacen a la vez: comparten memoria o núcleos.",
    advice: "Use a lo sumo un trabajador por núcleo y repita con la máquina libre.",
  },
};

const STANDINGS: Readonly<Record<Standing, string>> = {
  reference: "referencia",
  faster: "más rápida",
  slower: "más lenta",
  same: "igual, hasta donde se ve",
  belowNoise: "menos que el ruido",
  missingBlocks: "no se puede decir: faltan bloques",
  missingTwins: "no se puede decir: falta el par de sec",
  missingSec: "no se puede decir: falta sec",
  otherWork: "otro trabajo",
  failed: "falló",
  skipped: "no se midió",
};

/** What the time goes into, as verbs. */
export const PIECES: Readonly<Record<Piece, string>> = {
  start: "arrancar",
  read: "leer",
  move: "mover datos",
  compute: "calcular",
  wait: "esperar",
  write: "escribir",
};

/** From this share on a second cause is named in one line. */
const LEAST_SECOND = 0.25;

/** `2 núcleos`. */
export function count(value: number, one: string, many: string): string {
  return `${n.count(value)} ${value === 1 ? one : many}`;
}

/** `23 %`, and `2,4 veces` where that says it better. @param factor above 1 */
export function apart(factor: number): string {
  return factor < 2 ? n.percent(factor - 1) : `${n.number(factor)} veces`;
}

const workersOf = (workers: number): string => count(workers, "trabajador", "trabajadores");
export const blocksOf = (blocks: number): string => count(blocks, "bloque", "bloques");

/** ` (56 %)`; nothing where a share is no part of a whole. */
function shareOf(share: number): string {
  return share > 0 && share < 0.995 ? ` (${n.percent(share)})` : "";
}

function reasonOf({ named: { label }, explanation, causes }: Diagnosis): string {
  const [main] = causes;
  if (explanation === null || main === undefined) return "";
  return `A ${label} le cuesta sobre todo ${CAUSES[main.id].name}`;
}

/** One paragraph with the intervals, for those who ask. */
function sentenceOf(one: Diagnosis): string {
  const { named, timesSec, explanation, causes, dearness } = one;
  const { run, sec, workers, lossSeconds, serial, primary } = explanation!;
  const first = explanation!.causes[0]!;
  const part = (share: number): string => n.seconds(Math.abs(share * lossSeconds));
  const lost = causes.filter(({ share }) => share >= 0);
  const gained = causes.filter(({ share }) => share < 0);
  return [
    `${named.label} tarda ${n.ratio(timesSec!)} veces lo que sec.`,
    workers === 1
      ? `La corrida con traza ${run.runId} tarda ${n.seconds(run.wallSeconds)}, y la de sec ${sec.runId} ${n.seconds(sec.wallSeconds)}: son ${n.seconds(lossSeconds)} más.`
      : `La corrida con traza ${run.runId} tarda ${n.seconds(run.wallSeconds)}; el tiempo de la de sec ${sec.runId} (${n.seconds(sec.wallSeconds)}) dividido entre ${n.count(workers)} da ${n.seconds(lossSeconds)} menos.`,
    `De esa diferencia: ${n.list(lost.map(({ id, share }) => `${CAUSES[id].name}, ${part(share)}`))}.`,
    ...(gained.length === 0
      ? []
      : [`A favor: ${n.list(gained.map(({ id, share }) => `${CAUSES[id].name}, ${part(share)}`))}.`]),
    ...(first === primary
      ? []
      : [
          `Lo que más la aleja de ${workersOf(workers)} sin costo es ${CAUSES[first.id].name}, pero eso por sí solo no la haría más lenta que sec.`,
        ]),
    ...(serial === null
      ? []
      : [
          `Durante ${n.seconds(serial.serialSeconds)} trabajó a lo sumo uno: por la ley de Amdahl, con ${workersOf(workers)} la aceleración no pasa de ${n.number(serial.bound)}.`,
        ]),
    ...(dearness === null ? [] : [DEARNESS[dearness]]),
  ].join(" ");
}

const DEARNESS = {
  memory: "El tiempo de procesador cubre el de cálculo: apunta al ancho de banda de la memoria.",
  cores: "El tiempo de procesador no cubre el de cálculo: apunta a núcleos compartidos con otros procesos.",
  unknown: "Sin corridas con 1 trabajador no se separa de lo que el propio método calcula de más.",
} as const;

const REFUSALS: Readonly<Record<NonNullable<Diagnosis["refusal"]>, string>> = {
  peer: "programas ajenos, sin traza: se sabe cuánto tardan, no por qué",
  noSec: "falta medir sec en los mismos bloques",
  missingBlocks: "faltan bloques para comparar con sec",
  missingTwins: "falta el par de corridas iguales de sec",
  nothingDiffers: "ninguna configuración se distingue de las demás",
  oversubscribed: "más trabajadores que núcleos: se los turnan",
  noLoss: "aprovechan sus trabajadores, hasta donde se ve",
  noSpans: "no hay corridas con traza",
  unsound: "sus trazas no cierran",
  untypical: "sus corridas con traza no se parecen a las cronometradas",
};

function moving({ cost, standing, bytes, pipeSeconds, computing }: MovingCost): string {
  const { pixels, states, comparison, extraSeconds } = cost;
  if (standing === null) return `${pixels} y ${states}: más trabajadores que núcleos, no se comparan.`;
  const lead = {
    slower: `${pixels}, que manda píxeles, tarda más que ${states}, que manda sumas: ${n.estimate(extraSeconds, "s")}, razón ${n.ratio(comparison.ratio)}.`,
    faster: `${pixels}, que manda píxeles, tarda menos que ${states}, que manda sumas: razón ${n.ratio(comparison.ratio)}.`,
  };
  const first =
    standing === "slower" || standing === "faster"
      ? lead[standing]
      : `${pixels} contra ${states}: ${STANDINGS[standing]}.`;
  return [
    first,
    ...(bytes === null
      ? []
      : [`Entre procesos, ${pixels} mueve ${n.bytes(bytes.pixels)} y ${states}, ${n.bytes(bytes.states)}.`]),
    ...(pipeSeconds === null || standing !== "slower"
      ? []
      : [`Por una tubería de esta máquina los bytes de más llevarían ${n.shortTime(pipeSeconds)}.`]),
    ...(computing === null
      ? []
      : [
          `Además en ${pixels} ${computing.pixels === 1 ? "calcula" : "calculan"} ${n.count(computing.pixels)} y en ${states}, ${n.count(computing.states)}: esa parte no es de mover datos.`,
        ]),
  ].join(" ");
}

const BOUNDS = {
  io: "la limita leer y escribir",
  compute: "la limita el cálculo",
  start: "la limita el arranque",
} as const;
const CACHES = {
  warm: "con los archivos en memoria",
  cold: "leyendo del disco",
  uncontrolled: "sin controlar la memoria de archivos",
} as const;

function reading({ label, cache, bound, ioShare, computeShare, rate, roof, runId }: ReadingRate): string {
  return [
    `${label}, ${CACHES[cache]}: ${bound === null ? "nada la limita por sí solo" : BOUNDS[bound]}; leer y escribir lleva el ${n.percent(ioShare)} del tiempo ocupado y calcular, el ${n.percent(computeShare)} (corrida ${runId}).`,
    rate === null
      ? "Su traza no dice cuántos bytes leyó."
      : `Mientras lee va a ${n.number(rate)} MB/s${roof === null ? "; no se midió el máximo de la máquina." : `, ${n.percent(rate / roof)} de los ${n.number(roof)} MB/s que se midieron de esta máquina.`}`,
  ].join(" ");
}

function cold({ effect: { label, comparison }, standing }: ColdCost): string {
  const told = n.ratio(comparison.ratio);
  if (standing === "slower") return `${label} en frío tarda ${told} veces lo que tarda en memoria.`;
  return `${label}, en frío contra en memoria: ${STANDINGS[standing]} (razón ${told}).`;
}

function failure({ labels, level, failed, skipped, reason }: Failure): string {
  const parts = [
    ...(failed > 0 ? [count(failed, "corrida falló", "corridas fallaron")] : []),
    ...(skipped > 0 ? [count(skipped, "se omitió", "se omitieron")] : []),
  ];
  const what = level === null ? "no se midió" : n.list(parts);
  const where = level === null ? "" : ` con ${count(level.dates, "fecha", "fechas")}`;
  return `${n.list(labels)}${where}: ${what}. Motivo, como lo dijo el programa: «${reason}».`;
}

/** A check in one sentence; the numbers of its fold follow in `detail`. */
function check(one: Check): string {
  switch (one.id) {
    case "noise": {
      const factor = one.floor?.factor ?? null;
      if (factor === null) return "No se sabe cuánto difieren dos corridas iguales de sec: faltan bloques.";
      if (one.state === "passed") return `Dos corridas iguales de sec difieren menos de ${n.percent(0.05)}.`;
      return `Dos corridas iguales de sec difieren hasta ${apart(factor)}: lo menor no se ve.`;
    }
    case "quiet":
      if (one.busy === 0) return "Ninguna corrida se hizo con la máquina ocupada.";
      return `${count(one.busy, "corrida", "corridas")} de ${n.count(one.kept)} se ${one.busy === 1 ? "hizo" : "hicieron"} con la máquina ocupada.`;
    case "drift":
      if (one.state === "unknown") return "No se sabe si los tiempos derivaron: faltan bloques.";
      if (one.state === "passed") return "Los tiempos no derivaron a lo largo de la sesión.";
      return "Los tiempos derivaron; las razones comparan corridas del mismo bloque.";
    case "sameBytes":
      if (one.state === "unknown") return "No se compararon resultados: falta sec u otra configuración.";
      return `Todas las configuraciones dieron los mismos bytes en ${count(one.runs, "corrida", "corridas")}.`;
    case "peers":
      return `${n.list(one.peers.map(({ label }) => label))} ${one.peers.length === 1 ? "coincide" : "coinciden"} con sec dentro de la tolerancia.`;
    case "runs":
      if (one.total === 0) return "No hay corridas.";
      if (one.state === "passed") return `Ninguna de las ${n.count(one.total)} corridas falló.`;
      return "Hubo corridas que fallaron o no se hicieron.";
    case "tracing":
      if (one.tracedTimes.length > 0)
        return `Los tiempos de ${n.list(one.tracedTimes)} son de corridas con traza: no hay otras.`;
      if (one.state === "passed") return `Registrar la traza cuesta menos de ${n.percent(0.01)}.`;
      if (one.state === "unknown") return "No se ve que registrar la traza cambie los tiempos.";
      return "Registrar la traza alarga las corridas; por eso los tiempos salen de corridas sin ella.";
  }
}

/** The numbers behind a check; empty where the sentence has them all. */
function checkDetail(one: Check): string {
  switch (one.id) {
    case "noise":
      return one.floor === null
        ? ""
        : `Razón entre las dos corridas de sec: ${n.ratio(one.floor.ratio)}, ${blocksOf(one.floor.ratio.blocks)}.`;
    case "drift":
      return one.factor === null ? "" : `Del primer bloque al último: factor ${n.ratio(one.factor)}.`;
    case "sameBytes":
      return one.labels.length === 0 ? "" : `SHA-256 de las salidas de ${n.list(one.labels)}.`;
    case "peers":
      return one.peers
        .map(({ label, comparedPixels, counts }) =>
          comparedPixels === null
            ? `${label}: ${count(counts.kept, "corrida", "corridas")}.`
            : `${label}: ${n.count(comparedPixels)} píxeles válidos en todas las fechas.`,
        )
        .join(" ");
    case "tracing":
      return one.cost === null
        ? ""
        : `Tiempo con traza sobre tiempo sin ella: ${n.ratio(one.cost.factor)}, ${n.count(one.cost.pairs)} pares.`;
    default:
      return "";
  }
}

function memory(uses: readonly MemoryUse[]): string {
  const [least] = uses;
  const most = uses.at(-1);
  if (least === undefined || most === undefined) return "La memoria no se registró.";
  if (most.bytes < 1.05 * least.bytes) return `Todas ocupan cerca de ${n.mebibytes(most.bytes)}.`;
  return `${most.label} es la que más ocupa, ${n.mebibytes(most.bytes)}; ${least.label}, la que menos, ${n.mebibytes(least.bytes)}.`;
}

/** What is found, in words: causes, costs and checks. */
export const esFindings = {
  causes: CAUSES,
  standings: STANDINGS,
  reasonOf,
  sentenceOf,
  refusals: REFUSALS,
  moving,
  reading,
  cold,
  memory,
  failure,
  check,
  checkDetail,
  tooMany: ({ named, oversubscription: cost }: Diagnosis): string =>
    cost === null
      ? `${named.label}: más trabajadores que núcleos.`
      : `${named.label} tarda ${n.ratio(cost.ratio)} veces lo que ${cost.base}, que no excede los núcleos (${blocksOf(cost.blocks)}: ${n.seconds(cost.seconds)} contra ${n.seconds(cost.baseSeconds)}).`,
  /** `1,9 veces sec · sobre todo arrancar (56 %); después, mandar datos (25 %)`. */
  causeSummary: ({ timesSec, causes: [main, next] }: Diagnosis): string => {
    const after =
      next !== undefined && next.share >= LEAST_SECOND
        ? `; después, ${CAUSES[next.id].name}${shareOf(next.share)}`
        : "";
    return `${n.number(timesSec!.value)} veces sec · sobre todo ${CAUSES[main!.id].name}${shareOf(main!.share)}${after}`;
  },
};
