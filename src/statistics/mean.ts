import type { Statistic } from "./statistic";

/** Temporal mean of intensity. */
export const mean = {
  id: "mean",
  title: { es: "media", en: "mean" },
  unit: "|S|²",
  map: { scale: "decibel", colours: "grey" },
  derive: (mean) => mean,
} as const satisfies Statistic;
