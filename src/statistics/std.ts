import type { Statistic } from "./statistic";

/** Temporal standard deviation of intensity, ddof 0. */
export const std = {
  id: "std",
  title: { es: "desvío estándar", en: "standard deviation" },
  unit: "|S|²",
  map: { scale: "decibel", colours: "grey" },
  derive: (_mean, std) => std,
} as const satisfies Statistic;
