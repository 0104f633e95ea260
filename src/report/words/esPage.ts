import type { Piece } from "../findings/criticalPath";
import type { Named } from "../findings/headline";
import type { Standing } from "../findings/standing";
import { numbersOf, plainName } from "../numbers";
import { apart, blocksOf, count, esFindings, PIECES } from "./esFindings";

const n = numbersOf("es");
const STANDINGS = esFindings.standings;

/** The page around the figures: headings, cards, points, tables. */
export const esPage = {
  ...esFindings,
  numbers: n,
  headings: {
    times: "¿Cuánto tarda cada una?",
    causes: "¿Por qué?",
    sizes: "¿Desde cuándo conviene?",
    speedup: "Aceleración",
    slc: "Desde los SLC",
    costs: "Qué más cuesta",
    image: "La imagen",
    trust: "¿Se puede confiar?",
    numbers: "Los números",
    method: "Cómo se midió",
  },
  cards: {
    fastest: "La más rápida",
    gain: "Lo que se gana repartiendo",
    largest: "En qué se va el tiempo",
    differences: "Diferencias que se ven",
    nothing: "sin mediciones",
    perRun: (seconds: number, tied: number): string =>
      tied === 0
        ? `${n.seconds(seconds)} por corrida`
        : `${n.seconds(seconds)}; empata con ${n.count(tied)} más`,
    /** @param ratio T / T_sec of the best that shares */
    gained: (ratio: number, standing: Standing): string =>
      standing === "faster"
        ? `${n.percent(1 - ratio)} menos`
        : standing === "slower"
          ? "nada: pierde"
          : standing === "same" || standing === "belowNoise"
            ? "nada que se vea"
            : "no se puede decir",
    gainedBy: ({ label }: Named, ratio: number, standing: Standing): string =>
      standing === "faster"
        ? `${label} contra sec, un proceso`
        : standing === "slower"
          ? `${label}, la mejor, tarda ${n.number(ratio)} veces sec`
          : standing === "same" || standing === "belowNoise"
            ? `${label} contra sec: ${STANDINGS[standing]}`
            : STANDINGS[standing].replace("no se puede decir: ", ""),
    notShared: "no se midió ninguna que reparta",
    ofTime: (label: string, share: number): string => `${n.percent(share)} del tiempo de ${label}`,
    noTrace: "no hay corridas con traza",
    from: (factor: number): string => `desde ${apart(factor)}`,
    noise: "lo menor es ruido",
    noThreshold: "hacen falta más bloques y el par de sec",
    unknown: "no se sabe",
    piece: (piece: Piece): string => PIECES[piece],
  },
  points: {
    use: ({ label }: Named): string => `Para una pila como ésta, use ${label}.`,
    useSec: "Para una pila como ésta, use sec: es la más simple y no se ve ninguna mejor.",
    useTied: ({ label }: Named): string => `Use ${label}: entre las que empatan da lo mismo.`,
    moreBlocks: (blocks: number): string => `Mida de nuevo con ${n.count(blocks)} bloques o más.`,
    measureSec: "Mida también sec, que es la referencia.",
    doubt: (factor: number): string =>
      `Diferencias menores que ${apart(factor)} no se distinguen del ruido de esta máquina.`,
  },
  warnings: {
    interrupted: "La medición se interrumpió: valen los bloques completos. Sígala con --resume.",
    fewBlocks: (missing: number): string =>
      `${missing === 1 ? "Falta" : "Faltan"} ${blocksOf(missing)} para poder comparar. Mida de nuevo con más bloques.`,
    busy: (busy: number, kept: number): string =>
      `${n.count(busy)} de ${n.count(kept)} corridas se ${busy === 1 ? "hizo" : "hicieron"} con la máquina ocupada. Repita con la máquina libre.`,
    failed: (failed: number, total: number): string =>
      `${count(failed, "corrida falló", "corridas fallaron")}, de un total de ${n.count(total)}; los motivos están en «¿Se puede confiar?».`,
    findings: (findings: number): string =>
      `${count(findings, "aviso", "avisos")} sobre los datos, en «La imagen».`,
    small: "La pila es chica: gran parte del tiempo es arrancar. Con otra mayor el orden puede cambiar.",
  },
  facts: {
    data: (dates: number, azimuth: number, range: number, looks: string): string =>
      `${count(dates, "fecha", "fechas")} de ${azimuth} × ${range} píxeles, looks ${looks}`,
    simulated: "datos simulados",
    machine: (cpu: string, cores: number): string =>
      `${plainName(cpu)}, ${count(cores, "núcleo", "núcleos")}`,
    date: (iso: string): string =>
      new Date(iso).toLocaleDateString("es-AR", { dateStyle: "long", timeZone: "UTC" }),
    runs: (runs: number): string => count(runs, "corrida", "corridas"),
  },
  times: { command: "Para usarla:", copy: "Copiar", copied: "Copiado" },
  why: {
    lead: "Cada línea compara una configuración con sec repartido sin costo entre sus trabajadores; la peor pérdida va primero.",
    none: "Ninguna configuración pierde de modo que se le pueda buscar una causa.",
    means: "Qué significa",
    advice: "Qué probar",
    factors: "Factores de la eficiencia",
    factorNames: {
      loadBalance: "reparto parejo del cálculo (LB)",
      communication: "tiempo del más cargado que es cálculo, frente a sec (CommE)",
      computation: "cálculo de sec sobre el de todos (CompS)",
      processes: "procesos (P)",
    },
    product: "Multiplicados dan la aceleración de la corrida con traza.",
    untold: (groups: number): string => `Sin causa (${n.count(groups)})`,
  },
  sizes: { notMeasured: "Se midió un solo tamaño. Para saberlo:" },
  costs: {
    moving: "Mover datos",
    memory: "Memoria",
    reading: "Leer, mientras se lee",
    cold: "Leer del disco",
    movingLead: (pixels: string, states: string, standing: Standing | null): string =>
      standing === "slower"
        ? `Mandar píxeles cuesta más que mandar sumas: ${pixels} contra ${states}.`
        : standing === "faster"
          ? `Mandar píxeles no es lo que cuesta: ${pixels} tarda menos que ${states}.`
          : standing === null
            ? "Mandar píxeles o sumas: sólo se midió con más trabajadores que núcleos."
            : `Mandar píxeles o sumas: ${STANDINGS[standing]}.`,
    movingMissing: "Para saber cuánto cuesta mover datos hay que medir mp y mp_v2.",
    readingLead: (rate: number, label: string): string =>
      `${label} lee a ${n.number(rate)} MB/s mientras lee.`,
    readingMissing: "Ninguna traza dice a qué velocidad se lee.",
    all: "Todas",
  },
  image: {
    missing: "La corrida no tiene mapas.",
    findings: (findings: number): string =>
      `Qué se encontró en los datos, como lo dijo el programa (${n.count(findings)})`,
    caption: (azimuth: number, range: number, dates: number, box: string): string =>
      `${azimuth} × ${range} celdas, ${count(dates, "fecha", "fechas")}; un píxel del mapa promedia ${box}.`,
    noData: (share: number): string =>
      `sin datos: ${share < 0.0005 ? `menos de ${n.percent(0.001)}` : n.percent(share)}`,
    units: { decibel: "dB, sin calibrar", linear: "sin unidad", count: "fechas" },
    series: "Toque una celda de un mapa, o muévase con las flechas, para ver su serie.",
    seriesLabel: "Serie de una celda: intensidad por fecha, en dB",
    enl: (text: string): string => `Número equivalente de looks de una fecha: ${text}.`,
    enlMissing: "No hay ventanas sin huecos para estimar los looks.",
    texture: "Por debajo de 1 no es speckle puro: hay textura o blancos.",
  },
  speckle: {
    claim: (date: string): string => `Una región homogénea de ${date} frente a la distribución Gamma`,
    missing: "Ninguna región está libre de huecos: no hay histograma",
    subtitle: (samples: number, window: string): string =>
      `Celdas por intensidad, lineal y sin calibrar · ${n.count(samples)} celdas, ventana ${window}`,
    note: (outside: number): string =>
      `línea: Gamma de igual media y varianza; fuera de las barras: ${n.count(outside)}`,
    x: "intensidad",
    y: "celdas",
    reading:
      "Las barras cuentan celdas de una región homogénea y la línea es la distribución Gamma de igual media y varianza: si coinciden, lo que varía es speckle.",
  },
  trust: {
    passed: (checks: number): string => `Comprobaciones superadas (${n.count(checks)})`,
    reservation: "Con reservas",
    unknown: "No se pudo decir",
  },
  table: {
    configuration: "Configuración",
    seconds: "Segundos",
    timesSec: "Veces sec",
    standing: "Veredicto",
    all: "Todas las columnas",
    workers: "trab.",
    runs: "n",
    cpu: "CPU",
    memory: "MiB",
    allCaption:
      "T y CPU en segundos de la corrida entera; S: tiempo de sec sobre el propio; E: S por trabajador; MiB: suma de los picos de memoria de los procesos; MB/s: sobre la corrida entera. * más trabajadores que núcleos.",
    level: "Tiempos por configuración",
  },
  method: {
    text: (blocks: number, seed: number): string =>
      `Cada corrida es un proceso entero, cronometrado desde antes de arrancar hasta que sus salidas están en su lugar. Las configuraciones se mezclan al azar en cada bloque, ${n.count(blocks)} en total después de uno de precalentamiento. El tiempo es la mediana; su intervalo, el exacto de rangos. Las razones comparan corridas del mismo bloque, con intervalo de 95 % por remuestreo con semilla ${seed}. Hay diferencia sólo si el intervalo excluye el 1 y el efecto supera el ruido y el 5 %. Las causas salen de corridas aparte, con traza.`,
    glossary: "Glosario",
    terms: [
      ["backend", "una manera de calcular la media y el desvío de la pila"],
      ["sec", "la secuencial: un proceso, sin repartir; es la referencia"],
      ["bloque", "una vuelta en la que corre una vez cada configuración, en orden al azar"],
      ["traza", "registro de qué hace cada trabajador en cada momento"],
      ["ruido", "lo que difieren dos configuraciones iguales de sec"],
      ["intervalo", "dónde está el valor con 95 % de confianza"],
      ["aceleración", "tiempo de sec sobre tiempo de la configuración"],
      ["SLC", "imagen compleja; su intensidad es el módulo al cuadrado"],
    ],
    sheet: "Máquina, programas y datos",
    repeat: "Para repetir la medición:",
    session: (run: string, date: string): string => `Corrida ${run}, ${date}.`,
  },
  sheet: {
    processor: "Procesador",
    cores: "Núcleos disponibles",
    memory: "Memoria",
    system: "Sistema",
    filesystem: "Sistema de archivos",
    virtualisation: "Virtualización",
    software: "pila / Node / V8",
    libraries: "GDAL / MPI",
    commit: "Versión en git",
    dirty: "con cambios",
    data: "Datos",
    reduction: "looks / recorte / sin dato",
    whole: "entera",
    hash: "Huella de los datos",
    seed: "Semilla",
    readWarm: "Lectura con los archivos en memoria",
    readCold: "Lectura del disco",
    pipe: "Tubería entre procesos",
    message: "Un mensaje",
    spawn: "Lanzar un proceso",
    runs: "Corridas: que cuentan / con traza / de precalentamiento / fallidas / omitidas",
    stopped: "La medición terminó por",
    stops: {
      blocks: "completar los bloques pedidos",
      precision: "alcanzar la precisión",
      budget: "agotar el tiempo previsto",
      interrupted: "interrupción",
    },
    notStopped: "no terminó",
  },
};
