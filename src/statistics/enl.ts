import { LEAST_DATES, type Statistic } from "./statistic";

/**
 * Temporal equivalent number of looks, mean² / variance: the looks of one date where nothing but speckle changes. Of few
 * dates it comes out high, as the variance has ddof 0. NaN below two valid dates, infinite where the dates are equal.
 */
export const enl = {
  id: "enl",
  title: { es: "número equivalente de looks temporal", en: "temporal equivalent number of looks" },
  unit: "",
  map: null,
  derive: (mean, std, count) => (count < LEAST_DATES ? Number.NaN : (mean / std) ** 2),
} as const satisfies Statistic;
