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
export const LEAST_DATES = 2;
