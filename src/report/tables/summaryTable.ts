import type { Configuration } from "../../evidence/summary";
import { sortByBackend } from "../charts/backendStyle";
import {
  describeBase,
  describeLevel,
  describeMachine,
  describeMedians,
  describeRatios,
  joinCaption,
} from "../charts/caption";
import { missing } from "../drawing";
import { formatFixed, formatInterval, formatNumber } from "../formatNumber";
import type { Lang } from "../language";
import { type Cell, type Column, numberCell, type TableMaker, textCell } from "./table";
import { describeVerdict } from "./verdictText";

/** T2. One row a configuration, failed and skipped ones too. */
export const summaryTable: TableMaker = {
  id: "resumen",
  figure: "T2",
  title: { es: "Resumen por configuración", en: "Summary by configuration" },
  reading: {
    es: "Cada fila es un backend con un número de trabajadores: mediana del tiempo con su intervalo, aceleración S sobre sec, eficiencia E = S / trabajadores, segundos de CPU, memoria y lectura. El veredicto solo dice «más rápido» o «más lento» cuando el intervalo excluye 1 y la diferencia supera el piso de ruido y el 5 %.",
    en: 'Each row is a backend at a number of workers: median time with its interval, speedup S over sec, efficiency E = S / workers, CPU seconds, memory and reading. The verdict says "faster" or "slower" only where the interval excludes 1 and the difference clears the noise floor and 5%.',
  },
  make({ level, summary, env }, lang) {
    if (level === null) return missing("no hay corridas", "there are no runs");
    const rows = sortByBackend(level.configurations);
    return {
      id: summaryTable.id,
      title: `${summaryTable.title[lang]} (${describeLevel(level, lang)})`,
      caption: joinCaption(
        lang === "es"
          ? "T y CPU en segundos (s) de proceso completo; memoria: pico de la suma de los procesos (MiB); MB = 1e6 bytes. * más trabajadores que núcleos."
          : "T and CPU in seconds (s) of the whole process; memory: peak of the sum over processes (MiB); MB = 1e6 bytes. * more workers than cores.",
        describeMedians(rows, lang),
        describeRatios(summary.options, lang),
        describeBase(level, lang),
        describeMachine(env, lang),
      ),
      columns: columnsOf(lang),
      rows: rows.map((one) => cellsOf(one, lang)),
    };
  },
};

function columnsOf(lang: Lang): readonly Column[] {
  const es = lang === "es";
  const names: readonly (readonly [string, string, boolean])[] = [
    ["configuracion", es ? "Configuración" : "Configuration", false],
    ["trabajadores", es ? "Trabajadores" : "Workers", true],
    ["n", "n", true],
    ["segundos", "T (s)", true],
    ["intervalo", es ? "intervalo de T (s)" : "interval of T (s)", true],
    ["aceleracion", "S", true],
    ["intervalo_s", es ? "intervalo de S" : "interval of S", true],
    ["eficiencia", "E", true],
    ["cpu_segundos", "CPU (s)", true],
    ["memoria_mib", es ? "memoria (MiB)" : "memory (MiB)", true],
    ["mb_por_segundo", "MB/s", true],
    ["veredicto", es ? "veredicto frente a sec" : "verdict against sec", false],
  ];
  return names.map(([id, name, numeric]) => ({ id, name, numeric }));
}

function cellsOf(one: Configuration, lang: Lang): readonly Cell[] {
  const number = (value: number): string => formatNumber(value, lang);
  const ratio = (value: number): string => formatFixed(value, 2, lang);
  const { seconds, absoluteSpeedup } = one;
  const interval = seconds?.interval ?? null;
  const spread = absoluteSpeedup?.interval ?? null;
  return [
    { text: `${one.label}${one.oversubscribed ? " *" : ""}`, value: one.label },
    numberCell(one.knowsWorkers ? one.workers : null, String),
    numberCell(seconds?.n ?? 0, String),
    numberCell(seconds?.value ?? null, number),
    { text: formatInterval(interval, lang), value: interval === null ? null : interval.high - interval.low },
    numberCell(absoluteSpeedup?.value ?? null, ratio),
    { text: formatInterval(spread, lang), value: spread === null ? null : spread.high - spread.low },
    numberCell(one.efficiency?.value ?? null, ratio),
    numberCell(one.cpuSeconds, number),
    numberCell(one.sumRssBytes === null ? null : one.sumRssBytes / 2 ** 20, number),
    numberCell(one.megabytesPerSecond, number),
    textCell(describeVerdict(one, lang)),
  ];
}
