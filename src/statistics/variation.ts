import { LEAST_DATES, type Statistic } from "./statistic";

/**
 * Coefficient of variation of intensity, std / mean: 1/sqrt(looks) where nothing but speckle changes. Of few dates it
 * comes out low: the std has ddof 0, so the expected square is (N-1)/N of the true one. NaN below two valid dates.
 */
export const variation = {
  id: "cv",
  title: { es: "coeficiente de variación", en: "coefficient of variation" },
  unit: "",
  map: { scale: "linear", colours: "cividis" },
  derive: (mean, std, count) => (count < LEAST_DATES ? Number.NaN : std / mean),
} as const satisfies Statistic;
