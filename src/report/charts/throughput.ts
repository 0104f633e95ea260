import type { EnvRecord } from "../../core/records";
import type { Level, Summary } from "../../evidence/summary";
import { draw, FIGURE_WIDTH } from "../draw";
import { missing } from "../drawing";
import { formatNumber } from "../formatNumber";
import type { Lang } from "../language";
import type { LegendItem } from "../legend";
import { comparable } from "./backendStyle";
import {
  cacheName,
  capitalise,
  describeLevel,
  describeMachine,
  describeMedians,
  describeRatios,
  joinCaption,
} from "./caption";
import type { Chart } from "./chart";
import { COLD, type Entry, rates, roofsOf, throughputPanel, WARM } from "./throughputPanel";

/** F9. How fast each configuration takes its input, warm and cold, under what the storage gives. */
export const throughput: Chart = {
  id: "cache_y_disco",
  figure: "F9",
  title: {
    es: "Lectura lograda frente al techo del disco y de la caché",
    en: "Reading reached against the roof of disk and cache",
  },
  reading: {
    es: "Cada marca dice cuántos megabytes de entrada consume por segundo una configuración: llena con los datos en la caché, abierta leyéndolos del disco; a la derecha, su tiempo. Las líneas verticales son los techos medidos en esta máquina: cerca de su techo la lectura limita, lejos limita otra cosa.",
    en: "Each mark tells how many megabytes of input a configuration takes in a second: filled with the data in the cache, open when they come from the disk; its time stands on the right. The vertical lines are the roofs measured on this machine: close to its roof reading is the limit, far from it something else is.",
  },
  draw(report, lang) {
    const { summary, level, env } = report;
    const entries = level === null ? [] : entriesOf(level, summary);
    if (level === null || entries.length === 0) {
      return missing("ninguna corrida registró los bytes que leyó", "no run recorded the bytes it read");
    }
    const hasCold = entries.some((entry) => entry.cold !== null);
    return draw({
      id: throughput.id,
      title: throughput.title[lang],
      subtitle:
        capitalise(describeLevel(level, lang)) +
        (hasCold ? ` ${lang === "es" ? "y" : "and"} ${cacheName("cold", lang)}` : ""),
      alt: entries
        .map(
          (entry) =>
            `${entry.label}: ${rates(entry)
              .map((rate) => `${formatNumber(rate, lang)} MB/s`)
              .join(" / ")}`,
        )
        .join("; "),
      caption: joinCaption(
        lang === "es"
          ? "Megabytes (1e6 bytes) leídos por segundo de proceso completo, de las medianas."
          : "Megabytes (1e6 bytes) read a second of the whole process, of the medians.",
        hasCold ? describeRatios(summary.options, lang) : noCold(level, lang),
        describeMedians(
          entries.map((entry) => entry.own),
          lang,
        ),
        describeRoofs(env, lang),
        describeMachine(env, lang),
      ),
      width: FIGURE_WIDTH,
      legend: legendOf(level, env, hasCold, lang),
      panels: (plot) => [throughputPanel(plot, entries, level, env, lang)],
    });
  },
};

function entriesOf(level: Level, summary: Summary): readonly Entry[] {
  const { key } = level;
  const other = summary.levels.find(
    (one) =>
      one.key.cache === "cold" &&
      key.cache !== "cold" &&
      one.key.dates === key.dates &&
      one.key.crop === key.crop &&
      one.key.shape.azimuth === key.shape.azimuth &&
      one.key.shape.range === key.shape.range,
  );
  return comparable(level.configurations).flatMap((own) => {
    if (own.megabytesPerSecond === null) return [];
    const cold =
      other?.configurations.find((one) => one.label === own.label && one.megabytesPerSecond !== null) ?? null;
    const effect =
      summary.cacheEffects.find(
        (one) =>
          one.label === own.label && one.dates === key.dates && one.shape.azimuth === key.shape.azimuth,
      ) ?? null;
    return [
      {
        label: own.label,
        backend: own.backend,
        own: { ...own, megabytesPerSecond: own.megabytesPerSecond },
        cold,
        effect,
      },
    ];
  });
}

function noCold({ key }: Level, lang: Lang): string {
  if (key.cache === "cold")
    return lang === "es" ? "Solo se midió con caché fría." : "Only the cold cache was measured.";
  return lang === "es"
    ? "No se midió con caché fría (--cache cold)."
    : "The cold cache was not measured (--cache cold).";
}

function describeRoofs(env: EnvRecord, lang: Lang): string {
  const roofs = roofsOf(env).map((roof) => `${roof[lang]} ${formatNumber(roof.rate, lang)} MB/s`);
  if (roofs.length === 0)
    return lang === "es" ? "Los techos no se midieron." : "The roofs were not measured.";
  return `${capitalise(roofs.join("; "))}.`;
}

function legendOf(level: Level, env: EnvRecord, hasCold: boolean, lang: Lang): LegendItem[] {
  const isCold = level.key.cache === "cold";
  return [
    { shape: isCold ? "open" : "dot", color: isCold ? COLD : WARM, label: cacheName(level.key.cache, lang) },
    ...(hasCold
      ? [{ shape: "diamond", color: COLD, strokeWidth: 2, label: cacheName("cold", lang) } as const]
      : []),
    ...roofsOf(env).map(
      (roof): LegendItem => ({
        shape: "line",
        color: roof.color,
        strokeWidth: 2,
        ...(roof.dash === "none" ? {} : { dash: roof.dash }),
        label: roof[lang],
      }),
    ),
  ];
}
