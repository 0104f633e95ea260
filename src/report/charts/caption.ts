import { formatShape } from "../../core/raster";
import type { EnvRecord } from "../../core/records";
import type { Configuration, Level, SummaryOptions } from "../../evidence/summary";
import { formatCount, formatFixed, formatPercent, formatSeconds } from "../formatNumber";
import type { Lang, Text } from "../language";

const CACHES: Readonly<Record<Level["key"]["cache"], Text>> = {
  warm: { es: "caché caliente", en: "warm cache" },
  cold: { es: "caché fría", en: "cold cache" },
  uncontrolled: { es: "caché sin controlar", en: "uncontrolled cache" },
};

/** `8 fechas de 1024 x 1024, caché caliente`. */
export function describeLevel({ key }: Pick<Level, "key">, lang: Lang): string {
  const dates = `${formatCount(key.dates, lang)} ${lang === "es" ? "fechas de" : "dates of"} ${formatShape(key.shape)}`;
  return `${dates}, ${CACHES[key.cache][lang]}`;
}

export function cacheName(cache: Level["key"]["cache"], lang: Lang): string {
  return CACHES[cache][lang];
}

/** Processor, cores, memory and kernel. */
export function describeMachine({ machine }: EnvRecord, lang: Lang): string {
  const cores = {
    es: machine.cores === 1 ? "núcleo" : "núcleos",
    en: machine.cores === 1 ? "core" : "cores",
  }[lang];
  const memory = `${formatFixed(machine.memoryBytes / 2 ** 30, 1, lang)}\u00a0GiB`;
  return `${lang === "es" ? "Máquina" : "Machine"}: ${machine.cpuModel}, ${machine.cores} ${cores}, ${memory} RAM, ${machine.kernel}.`;
}

/** How many runs a configuration, and how their median's interval was made. */
export function describeMedians(configurations: readonly Configuration[], lang: Lang): string {
  const medians = configurations.flatMap((one) => one.seconds ?? []);
  const n = span(
    medians.map((one) => one.n),
    (value) => formatCount(value, lang),
  );
  const covered = medians.flatMap((one) => one.interval?.coverage ?? []);
  const pooled = configurations.some((one) => one.runs.some((run) => run.twin === "b"));
  const counts =
    lang === "es"
      ? `n = ${n} corridas por configuración${pooled ? " (sec: sus dos mellizas A/A juntas)" : ""}`
      : `n = ${n} runs a configuration${pooled ? " (sec: its A/A twins together)" : ""}`;
  if (covered.length === 0) {
    return lang === "es"
      ? `${counts}; sin intervalo: hacen falta 6 corridas.`
      : `${counts}; no interval: that takes 6 runs.`;
  }
  const few =
    covered.length < medians.length
      ? lang === "es"
        ? "; sin intervalo con menos de 6"
        : "; no interval below 6 runs"
      : "";
  const coverage = span(covered, (value) => formatPercent(value, lang, 1));
  return lang === "es"
    ? `${counts}; mediana con intervalo binomial exacto de rangos (cobertura ${coverage})${few}.`
    : `${counts}; median with exact binomial rank interval (coverage ${coverage})${few}.`;
}

/** How intervals of ratios were made. */
export function describeRatios({ draws, seed }: SummaryOptions, lang: Lang): string {
  return lang === "es"
    ? `Cocientes de medianas con bootstrap pareado por bloques (percentiles, 95 %, ${formatCount(draws, lang)} sorteos, semilla ${seed}).`
    : `Ratios of medians by paired block bootstrap (percentile, 95%, ${formatCount(draws, lang)} draws, seed ${seed}).`;
}

/** The seconds speedups are told against. */
export function describeBase(level: Level, lang: Lang): string {
  const seconds = level.configurations.find((one) => one.label === "sec")?.seconds ?? null;
  if (seconds === null)
    return lang === "es" ? "Sin corridas de sec que sirvan de base." : "No run of sec to serve as base.";
  return `Base: sec = ${formatSeconds(seconds.value, lang)}.`;
}

function span(values: readonly number[], format: (value: number) => string): string {
  const [low, high] = [format(Math.min(...values)), format(Math.max(...values))];
  return low === high ? low : `${low}–${high}`;
}

/** Sentences one after the other. */
export function joinCaption(...sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
