import type { Statistic } from "./statistic";

/** Dates that are valid at a pixel. */
export const count = {
  id: "count",
  title: { es: "fechas válidas", en: "valid dates" },
  unit: "",
  map: { scale: "linear", colours: "cividis" },
  derive: (_mean, _std, count) => count,
} as const satisfies Statistic;
