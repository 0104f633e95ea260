import { formatShape } from "../../core/raster";
import type { EnvRecord } from "../../core/records";
import type { RunCounts, Summary } from "../../evidence/summary";
import { describeMachine } from "../charts/caption";
import { formatCount, formatFixed, formatInterval, formatNumber, formatPercent } from "../formatNumber";
import type { Lang } from "../language";
import { type Cell, numberCell, type TableMaker, textCell } from "./table";

/** T1. On what, how quietly and how completely the session was measured. */
export const environment: TableMaker = {
  id: "entorno",
  figure: "T1",
  title: { es: "Entorno, piso de ruido y corridas", en: "Environment, noise floor and runs" },
  reading: {
    es: "Dice en qué máquina, con qué programas y con qué datos se midió, y cuántas corridas quedaron. El piso de ruido es lo que difieren dos corridas idénticas de sec: nada menor que eso se llama diferencia.",
    en: "It tells on what machine, with what programs and data the session was measured, and how many runs were kept. The noise floor is what two identical runs of sec differ by: nothing smaller is called a difference.",
  },
  make({ env, summary }, lang) {
    const es = lang === "es";
    return {
      id: environment.id,
      title: environment.title[lang],
      caption:
        (es
          ? "Piso de ruido: cociente a/b del par A/A de sec, bootstrap pareado por bloques (95 %). "
          : "Noise floor: ratio a/b of the A/A pair of sec, paired block bootstrap (95%). ") +
        describeMachine(env, lang),
      columns: [
        { id: "dato", name: es ? "Dato" : "Item", numeric: false },
        { id: "valor", name: es ? "Valor" : "Value", numeric: false },
      ],
      rows: [
        ...machineRows(env, lang),
        ...softwareRows(env, lang),
        ...dataRows(env, lang),
        ...probeRows(env, lang),
        [textCell(es ? "Piso de ruido (A/A)" : "Noise floor (A/A)"), floorCell(summary, lang)],
        ...runRows(summary.counts, lang),
        [
          textCell(es ? "La medición terminó por" : "Measuring ended by"),
          textCell(stopName(env.stopped, lang)),
        ],
        ...missingRows(summary, lang),
      ],
    };
  },
};

type Row = readonly [Cell, Cell];

function row(name: string, value: string | null): Row {
  return [textCell(name), textCell(value ?? "—")];
}

function machineRows({ machine }: EnvRecord, lang: Lang): Row[] {
  const es = lang === "es";
  return [
    row(es ? "Procesador" : "Processor", machine.cpuModel),
    row(es ? "Núcleos disponibles" : "Cores available", String(machine.cores)),
    row(es ? "Memoria" : "Memory", `${formatFixed(machine.memoryBytes / 2 ** 30, 1, lang)} GiB`),
    row(es ? "Sistema" : "System", machine.kernel),
    row(es ? "Sistema de archivos" : "File system", machine.filesystem),
    row(es ? "Virtualización" : "Virtualisation", machine.virtualisation),
  ];
}

function softwareRows({ software }: EnvRecord, lang: Lang): Row[] {
  const commit =
    software.gitCommit === null
      ? null
      : `${software.gitCommit.slice(0, 12)}${software.gitDirty === true ? (lang === "es" ? " (con cambios)" : " (dirty)") : ""}`;
  return [
    row("pila / Node / V8", `${software.pila} / ${software.node} / ${software.v8}`),
    row("GDAL / MPI", `${software.gdal ?? "—"} / ${software.mpi ?? "—"}`),
    row(lang === "es" ? "Versión en git" : "git commit", commit),
  ];
}

function dataRows({ dataset, seed }: EnvRecord, lang: Lang): Row[] {
  const es = lang === "es";
  const kind = { slc: "SLC", intensity: es ? "recortes de intensidad" : "intensity crops" }[dataset.kind];
  const span = dataset.dates.length === 0 ? "" : ` (${dataset.dates[0]} – ${dataset.dates.at(-1)})`;
  return [
    row(
      es ? "Datos" : "Data",
      `${kind}: ${dataset.dates.length} ${es ? "fechas" : "dates"}${span}, ${formatShape(dataset.shape)}`,
    ),
    row(
      "looks / crop / nodata",
      `${dataset.looks} / ${dataset.crop ?? (es ? "entera" : "whole")} / ${dataset.nodata}`,
    ),
    row(es ? "Huella de los datos" : "Hash of the data", dataset.sha256.slice(0, 12)),
    row(es ? "Semilla" : "Seed", String(seed)),
  ];
}

function probeRows({ microbenchmarks: probe }: EnvRecord, lang: Lang): Row[] {
  const es = lang === "es";
  const told = (value: number | null, unit: string): string | null =>
    value === null ? null : `${formatNumber(value, lang)} ${unit}`;
  return [
    row(
      es ? "Lectura con caché caliente" : "Reading, warm cache",
      told(probe.readWarmMegabytesPerSecond, "MB/s"),
    ),
    row(
      es ? "Lectura con caché fría" : "Reading, cold cache",
      told(probe.readColdMegabytesPerSecond, "MB/s"),
    ),
    row(es ? "Tubería entre procesos" : "Pipe between processes", told(probe.pipeMegabytesPerSecond, "MB/s")),
    row(es ? "Un mensaje" : "One message", told(probe.messageMicroseconds, "µs")),
    row(es ? "Lanzar un proceso" : "Starting a process", told(probe.spawnMilliseconds, "ms")),
  ];
}

function floorCell({ noiseFloor }: Summary, lang: Lang): Cell {
  if (noiseFloor === null)
    return { text: lang === "es" ? "no se midió el par A/A" : "the A/A pair was not measured", value: null };
  const { ratio, factor } = noiseFloor;
  const told = `${formatFixed(ratio.value, 3, lang)} ${formatInterval(ratio.interval, lang)}`;
  if (factor === null)
    return { text: `${told}; ${lang === "es" ? "menos de 6 bloques" : "fewer than 6 blocks"}`, value: null };
  return {
    text: `${told}: ${lang === "es" ? "diferencias de hasta" : "differences up to"} ${formatPercent(factor - 1, lang, 1)}`,
    value: factor,
  };
}

function runRows(counts: RunCounts, lang: Lang): Row[] {
  const es = lang === "es";
  const count = (name: string, value: number): Row => [
    textCell(name),
    numberCell(value, (one) => formatCount(one, lang)),
  ];
  return [
    count(es ? "Corridas" : "Runs", counts.total),
    count(es ? "que cuentan" : "kept", counts.kept),
    count(es ? "de ellas, con la máquina ocupada" : "of these, on a busy machine", counts.flagged),
    count(es ? "de ellas, con tramos (spans)" : "of these, with spans", counts.traced),
    count(es ? "de precalentamiento" : "of warm-up", counts.warmup),
    count(es ? "fallidas" : "failed", counts.failed),
    count(es ? "omitidas" : "skipped", counts.skipped),
  ];
}

function stopName(stopped: string | null, lang: Lang): string {
  const names: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
    blocks: { es: "haber completado los bloques pedidos", en: "having done all blocks asked for" },
    precision: {
      es: "haber alcanzado la precisión (todos los intervalos dentro del 5 %)",
      en: "having reached the precision (every interval within 5%)",
    },
    budget: { es: "haber agotado el tiempo previsto", en: "having used up the time allowed" },
    interrupted: { es: "interrupción", en: "interruption" },
  };
  if (stopped === null) return lang === "es" ? "no terminó" : "it has not ended";
  return names[stopped]?.[lang] ?? stopped;
}

function missingRows({ missing }: Summary, lang: Lang): Row[] {
  return missing.map(({ label, reason }) =>
    row(lang === "es" ? `Falta ${label}` : `${label} is missing`, reason),
  );
}
