import { formatShape } from "../../core/raster";
import type { EnvRecord } from "../../core/records";
import type { Configuration, Level, MedianEstimate, SummaryOptions } from "../../evidence/summary";
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
  const pooled = configurations.some((one) => one.runs.some((run) => run.twin === "b"));
  const twins = { es: " (sec: sus dos mellizas A/A juntas)", en: " (sec: its A/A twins together)" }[lang];
  const counts = lang === "es" ? `n = ${n} corridas por configuración` : `n = ${n} runs a configuration`;
  return `${counts}${pooled ? twins : ""}; ${medianMethod(medians, lang)}.`;
}

/** How the interval of a median was made, with its coverage; or that there is none. */
export function medianMethod(medians: readonly MedianEstimate[], lang: Lang): string {
  const es = lang === "es";
  const covered = medians.flatMap((one) => one.interval?.coverage ?? []);
  if (covered.length === 0)
    return es ? "mediana sin intervalo: hacen falta 6" : "median without interval: that takes 6";
  const coverage = span(covered, (value) => formatPercent(value, lang, 1));
  const few = { es: "; sin intervalo con menos de 6", en: "; no interval below 6" }[lang];
  const told = es
    ? `mediana con intervalo binomial exacto de rangos (cobertura ${coverage})`
    : `median with exact binomial rank interval (coverage ${coverage})`;
  return covered.length < medians.length ? told + few : told;
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
