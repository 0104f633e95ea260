import type { ColourName, MapScale } from "../core/maps";

/** A number a pixel over its valid dates. */
export type Statistic = Derived | Folded;

interface Shown {
  readonly id: string;
  readonly title: { readonly es: string; readonly en: string };
  /** `|S|²`: linear power, not calibrated; empty: a plain number. */
  readonly unit: string;
  /** How it is drawn; null: not drawn, another statistic shows the same. */
  readonly map: { readonly scale: MapScale; readonly colours: ColourName } | null;
}

/** Follows from mean, std and count. */
export interface Derived extends Shown {
  /** @param std ddof 0; @param count valid dates. NaN where it is not defined. */
  derive(mean: number, std: number, count: number): number;
}

/** Takes in the intensities of a pixel date by date; a pixel without a valid date is NaN whatever `start` is. */
export interface Folded extends Shown {
  readonly start: number;
  /** What is kept once a valid date is taken in. @param kept `start` at first @param value linear power, never NaN */
  add(kept: number, value: number): number;
}

/** Fewer dates than this do not vary, whatever the scene does. */
const LEAST_DATES = 2;

/** Every per-pixel statistic, in the order they are shown. */
export const STATISTICS = [
  {
    id: "mean",
    title: { es: "media", en: "mean" },
    unit: "|S|²",
    map: { scale: "decibel", colours: "grey" },
    derive: (mean) => mean,
  },
  {
    id: "std",
    title: { es: "desvío estándar", en: "standard deviation" },
    unit: "|S|²",
    map: { scale: "decibel", colours: "grey" },
    derive: (_mean, std) => std,
  },
  {
    id: "count",
    title: { es: "fechas válidas", en: "valid dates" },
    unit: "",
    map: { scale: "linear", colours: "cividis" },
    derive: (_mean, _std, count) => count,
  },
  // std / mean is 1/sqrt(looks) where nothing but speckle changes. Of few dates it comes out low: the std has ddof 0,
  // so the expected square is (N-1)/N of the true one.
  {
    id: "cv",
    title: { es: "coeficiente de variación", en: "coefficient of variation" },
    unit: "",
    map: { scale: "linear", colours: "cividis" },
    derive: (mean, std, count) => (count < LEAST_DATES ? Number.NaN : std / mean),
  },
  // mean² / variance is the looks of one date where nothing but speckle changes. Of few dates it comes out high, as the
  // variance has ddof 0; it is infinite where the dates are equal.
  {
    id: "enl",
    title: { es: "número equivalente de looks temporal", en: "temporal equivalent number of looks" },
    unit: "",
    map: null,
    derive: (mean, std, count) => (count < LEAST_DATES ? Number.NaN : (mean / std) ** 2),
  },
] as const satisfies readonly Statistic[];
