import type { Estimate, Interval } from "../evidence/numbers";

/** What the report is written in. */
export const LANGUAGES = ["es", "en"] as const;
export type Lang = (typeof LANGUAGES)[number];

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

/** Without an interval a number is told with this many significant digits; with one, with at most one more. */
const DIGITS = 3;
/** Of any number: what is smaller is told as 0. */
const MOST_DECIMALS = 6;

/** The name of a processor without marks: `Intel Xeon`. */
export function plainName(cpu: string): string {
  const name = cpu
    .replace(/\([^)]*\)|@.*$|\b(CPU|Processor)\b/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return name === "" ? cpu : name;
}

/**
 * Numbers as a language writes them (es: decimal comma). An estimate is rounded to the first significant digit of half
 * its interval (the second, where the first is 1), to two significant digits of its value at least and four at most; the
 * ends of the interval get as many decimals.
 */
export interface Numbers {
  /** With three significant digits and six decimals at most, or as many decimals as are asked for; nothing is `0`. */
  number(value: number, decimals?: number): string;
  /** A whole number. */
  count(value: number): string;
  /** `1,23 s [1,20; 1,26]`; without its interval where it has none. */
  estimate(estimate: Estimate, unit?: string): string;
  /** As `estimate`; an interval that leaves out 1 gets as many decimals as show it (three more at most). */
  ratio(estimate: Estimate): string;
  /** `[1,20; 1,26]`. */
  interval(interval: Interval): string;
  /** `1,23 s`. */
  seconds(value: number): string;
  /** A short time in the unit that suits it: s, ms or µs. */
  shortTime(seconds: number): string;
  /** `63 %`; below 10 % with one decimal. */
  percent(share: number): string;
  /** `85,2 MB` (1e6 bytes), kB below 1 MB and GB from 1000 MB on. */
  bytes(value: number): string;
  /** `85,2 MiB` (2^20 bytes), as memory is counted. */
  mebibytes(value: number): string;
  /** `a, b y c`. */
  list(items: readonly string[]): string;
}

/** The numbers of a language. */
export function numbersOf(lang: Lang): Numbers {
  const comma = lang === "es";
  const write = (value: number, decimals: number): string => formatFixed(value, Math.max(0, decimals), lang);
  const number = (value: number, decimals?: number): string => {
    if (decimals !== undefined) return write(value, decimals);
    const most = Math.min(MOST_DECIMALS, decimalsOf(value, null));
    return write(value, Number(value.toFixed(most)) === 0 ? 0 : most);
  };
  const ends = ({ low, high }: Interval, decimals: number): string =>
    `[${write(low, decimals)}; ${write(high, decimals)}]`;
  const estimate = ({ value, interval }: Estimate, unit: string | undefined, decimals: number): string => {
    const told = write(value, decimals) + (unit === undefined ? "" : SPACE + unit);
    return interval === null ? told : `${told}${SPACE}${ends(interval, decimals)}`;
  };
  return {
    number,
    count: (value) => write(value, 0),
    estimate: (one, unit) => estimate(one, unit, decimalsOf(one.value, one.interval)),
    ratio: (one) => estimate(one, undefined, decimalsApartFromOne(one)),
    interval: (one) => ends(one, decimalsOf((one.low + one.high) / 2, one)),
    seconds: (value) => `${number(value)}${SPACE}s`,
    shortTime: (seconds) => {
      const size = Math.abs(seconds);
      if (size >= 1) return `${number(seconds)}${SPACE}s`;
      return size >= 1e-3 ? `${number(seconds * 1e3)}${SPACE}ms` : `${number(seconds * 1e6)}${SPACE}µs`;
    },
    percent: (share) => `${write(share * 100, Math.abs(share) < 0.0995 ? 1 : 0)}${comma ? SPACE : ""}%`,
    bytes: (value) => {
      const size = Math.abs(value);
      if (size >= 1e9) return `${number(value / 1e9)}${SPACE}GB`;
      return size >= 1e6 ? `${number(value / 1e6)}${SPACE}MB` : `${number(value / 1e3)}${SPACE}kB`;
    },
    mebibytes: (value) => `${number(value / 2 ** 20)}${SPACE}MiB`,
    list: (items) => joinItems(items, lang),
  };
}

function decimalsOf(value: number, interval: Interval | null): number {
  const magnitude = magnitudeOf(value);
  const half = interval === null ? 0 : (interval.high - interval.low) / 2;
  if (!(half > 0)) return Math.max(0, DIGITS - 1 - magnitude);
  const digit = Math.floor(Math.log10(half));
  // A leading 1 alone would be too coarse: 1.4 told as 1.
  const supported = half < 2 * 10 ** digit ? 1 - digit : -digit;
  return Math.max(0, Math.min(DIGITS - magnitude, Math.max(supported, 1 - magnitude)));
}

/** Of the value as it is told: 9.997 is told as 10.0. */
function magnitudeOf(value: number): number {
  const told = Number(Math.abs(value).toPrecision(DIGITS));
  return told === 0 ? 0 : Math.floor(Math.log10(told));
}

function decimalsApartFromOne({ value, interval }: Estimate): number {
  const least = decimalsOf(value, interval);
  if (interval === null || (interval.low <= 1 && interval.high >= 1)) return least;
  const nearest = interval.low > 1 ? interval.low : interval.high;
  let decimals = least;
  while (decimals < least + DIGITS && Number(nearest.toFixed(decimals)) === 1) decimals++;
  return decimals;
}

function joinItems(items: readonly string[], lang: Lang): string {
  const last = items.at(-1);
  if (last === undefined) return "";
  if (items.length === 1) return last;
  // Spanish "y" becomes "e" before the sound i.
  const and = lang === "en" ? "and" : /^h?i(?!e)/i.test(last) ? "e" : "y";
  return `${items.slice(0, -1).join(", ")} ${and} ${last}`;
}
