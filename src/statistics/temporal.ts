import type { ColourName, MapScale } from "../core/maps";

/** A number a pixel that follows from mean, std and count over the dates. */
export interface Statistic {
  readonly id: string;
  readonly title: { readonly es: string; readonly en: string };
  /** `|S|²`: linear power, not calibrated; empty: a plain number. */
  readonly unit: string;
  /** How it is drawn; null: not drawn, another statistic shows the same. */
  readonly map: { readonly scale: MapScale; readonly colours: ColourName } | null;
  /** @param std ddof 0; @param count valid dates. NaN where it is not defined. */
  derive(mean: number, std: number, count: number): number;
}

/** Fewer dates than this do not vary, whatever the scene does. */
const LEAST_DATES = 2;

/** Temporal mean of intensity. */
const mean = {
  id: "mean",
  title: { es: "media", en: "mean" },
  unit: "|S|²",
  map: { scale: "decibel", colours: "grey" },
  derive: (mean) => mean,
} as const satisfies Statistic;

/** Temporal standard deviation of intensity, ddof 0. */
const std = {
  id: "std",
  title: { es: "desvío estándar", en: "standard deviation" },
  unit: "|S|²",
  map: { scale: "decibel", colours: "grey" },
  derive: (_mean, std) => std,
} as const satisfies Statistic;

/** Dates that are valid at a pixel. */
const count = {
  id: "count",
  title: { es: "fechas válidas", en: "valid dates" },
  unit: "",
  map: { scale: "linear", colours: "cividis" },
  derive: (_mean, _std, count) => count,
} as const satisfies Statistic;

/**
 * Coefficient of variation of intensity, std / mean: 1/sqrt(looks) where nothing but speckle changes. Of few dates it
 * comes out low: the std has ddof 0, so the expected square is (N-1)/N of the true one. NaN below two valid dates.
 */
const variation = {
  id: "cv",
  title: { es: "coeficiente de variación", en: "coefficient of variation" },
  unit: "",
  map: { scale: "linear", colours: "cividis" },
  derive: (mean, std, count) => (count < LEAST_DATES ? Number.NaN : std / mean),
} as const satisfies Statistic;

/**
 * Temporal equivalent number of looks, mean² / variance: the looks of one date where nothing but speckle changes. Of few
 * dates it comes out high, as the variance has ddof 0. NaN below two valid dates, infinite where the dates are equal.
 */
const enl = {
  id: "enl",
  title: { es: "número equivalente de looks temporal", en: "temporal equivalent number of looks" },
  unit: "",
  map: null,
  derive: (mean, std, count) => (count < LEAST_DATES ? Number.NaN : (mean / std) ** 2),
} as const satisfies Statistic;

/** Every per-pixel statistic, in the order they are shown. */
export const STATISTICS = [mean, std, count, variation, enl] as const satisfies readonly Statistic[];
export type StatisticId = (typeof STATISTICS)[number]["id"];
