import type { Estimate, Interval } from "../evidence/summary";
import type { Lang } from "./language";

/** Between a number and its unit; never broken at a line's end. */
const SPACE = "\u00a0";

/** Always this many decimals; four whole digits stand together, more in threes, by the narrow space both languages know. */
export function formatFixed(value: number, decimals: number, lang: Lang): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole, fraction] = text.split(".") as [string, string | undefined];
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  const sign = value < 0 && Number(text) !== 0 ? "-" : "";
  return sign + grouped + (fraction === undefined ? "" : (lang === "es" ? "," : ".") + fraction);
}

/** Three significant digits, and never fewer than the whole part: `0,0123`, `1,20`, `1234`. */
export function formatNumber(value: number, lang: Lang): string {
  if (value === 0 || !Number.isFinite(value)) return formatFixed(value, 0, lang);
  const magnitude = Math.floor(Math.log10(Number(Math.abs(value).toPrecision(3))));
  return formatFixed(value, Math.min(8, Math.max(0, 2 - magnitude)), lang);
}

/** With four significant digits, and without padding zeros, for ticks: `0,5`, `2`. */
export function formatTick(value: number, lang: Lang): string {
  const rounded = Number(value.toPrecision(4));
  const [mantissa, exponent] = String(rounded).split("e") as [string, string | undefined];
  const decimals = (mantissa.split(".")[1]?.length ?? 0) - Number(exponent ?? 0);
  return formatFixed(rounded, Math.max(0, decimals), lang);
}

export function formatCount(value: number, lang: Lang): string {
  return formatFixed(value, 0, lang);
}

/** `1,20 s`. */
export function formatSeconds(seconds: number, lang: Lang): string {
  return formatNumber(seconds, lang) + SPACE + "s";
}

/** A share of 1 as `12 %` (es) or `12%` (en). */
export function formatPercent(share: number, lang: Lang, decimals = 0): string {
  return formatFixed(100 * share, decimals, lang) + (lang === "es" ? `${SPACE}%` : "%");
}

/** Bytes in MiB (2^20), as memory is counted. */
export function formatMebibytes(bytes: number, lang: Lang): string {
  return `${formatNumber(bytes / 2 ** 20, lang)}${SPACE}MiB`;
}

/** `1,20 [1,18; 1,25]`; the number alone where it has no interval. */
export function formatEstimate({ value, interval }: Estimate, lang: Lang): string {
  const told = formatNumber(value, lang);
  return interval === null ? told : `${told} ${formatInterval(interval, lang)}`;
}

/** `[1,18; 1,25]`; a semicolon where the comma is the decimal sign. A dash where there is no interval. */
export function formatInterval(interval: Interval | null, lang: Lang): string {
  if (interval === null) return "—";
  return `[${formatNumber(interval.low, lang)}${lang === "es" ? "; " : ", "}${formatNumber(interval.high, lang)}]`;
}
