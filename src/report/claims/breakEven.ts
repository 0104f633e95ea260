import { formatShape } from "../../core/raster";
import { groupBy } from "../../evidence/numbers";
import type { BreakEven, Growth, Level, Refusal, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, missing, NOTHING_KEPT, rowsOf } from "./claim";
import type { Numbers } from "./numbers";
import { say } from "./text";
import { CACHE_NAMES, REFUSALS, wordDates } from "./wording";

/** A line through two sizes fits always; a third one shows whether time grows along a line. */
const LEAST_SIZES = 3;

/** Whether more dates or larger images would change which is faster. */
export const breakEven = {
  id: "breakEven",
  title: {
    es: "¿Cambiaría con más fechas o con imágenes más grandes?",
    en: "Would more dates or larger images change it?",
  },
  figure: "F7",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    summary.counts.kept === 0
      ? [NOTHING_KEPT]
      : [...evaluateVariable(summary, "dates"), ...evaluateVariable(summary, "megapixels")],
} as const satisfies Claim;

function evaluateVariable(summary: Summary, variable: Growth["variable"]): readonly ClaimVerdict[] {
  const grown = summary.growth.filter((growth) => growth.variable === variable);
  if (grown.length === 0) return [missing(wordOneSize(summary.levels[0]!, variable))];
  return grown.flatMap((growth) =>
    growth.sizes.length < LEAST_SIZES ? [missing(wordTwoSizes(growth))] : evaluateGrowth(summary, growth),
  );
}

function wordOneSize({ key }: Level, variable: Growth["variable"]): Text {
  if (variable === "megapixels") {
    return {
      es: "un solo tamaño de imagen: no hay punto de cruce n* en píxeles",
      en: "a single image size: no break-even n* in pixels",
    };
  }
  const count = wordDates(key.dates);
  return {
    es: `todas las corridas usan ${count.es}: no hay punto de cruce n*`,
    en: `all runs are of ${count.en}: no break-even n*`,
  };
}

/** What a series of sizes has in common: `con imágenes de 1024 x 1024, caché caliente`, `con 8 fechas, caché caliente`. */
function wordSeries({ dates, shape, cache }: Growth): Text {
  const held: Text =
    shape === null
      ? wordDates(dates!)
      : { es: `imágenes de ${formatShape(shape)}`, en: `images of ${formatShape(shape)}` };
  return {
    es: `con ${held.es}, ${CACHE_NAMES[cache].es}`,
    en: `with ${held.en}, ${CACHE_NAMES[cache].en}`,
  };
}

function wordSize(n: Numbers, size: number, variable: Growth["variable"]): string {
  return variable === "dates" ? n.count(size) : n.number(size);
}

function wordTwoSizes(growth: Growth): Text {
  const { sizes, variable } = growth;
  const series = wordSeries(growth);
  const list = (n: Numbers): string => n.list(sizes.map((size) => wordSize(n, size, variable)));
  return say({
    es: (n) =>
      `${series.es}, sólo 2 tamaños (${list(n)} ${variable === "dates" ? "fechas" : "millones de píxeles"}): por dos puntos pasa siempre una recta, y no hay punto de cruce n*`,
    en: (n) =>
      `${series.en}, only 2 sizes (${list(n)} ${variable === "dates" ? "dates" : "million pixels"}): a line always fits two points, so no break-even n*`,
  });
}

/** Every configuration within the cores against `sec`. */
function evaluateGrowth(summary: Summary, growth: Growth): readonly ClaimVerdict[] {
  const within = (label: string): boolean =>
    summary.levels.some((level) =>
      level.configurations.some((one) => one.label === label && !one.oversubscribed),
    );
  const pairs = growth.breakEven.filter(({ a, b }) => (a === "sec" || b === "sec") && within(a) && within(b));
  if (pairs.length === 0) {
    return [
      missing({
        es: "ninguna configuración se midió en los mismos tamaños que sec",
        en: "no configuration was measured at the same sizes as sec",
      }),
    ];
  }
  const told = pairs.flatMap(({ a, b, result }) => {
    if (result.value === null) return [];
    const rows = summary.levels.flatMap((level) => (isOf(growth, level) ? rowsOf(level, [a, b]) : []));
    return [claimed("F7", wordBreakEven(result.value, growth), rows)];
  });
  const refused = pairs.flatMap(({ a, b, result }) =>
    result.value === null ? [{ label: a === "sec" ? b : a, reason: result.reason }] : [],
  );
  return [...told, ...[...groupBy(refused, (one) => one.reason)].map((group) => refuse(growth, ...group))];
}

/** One refusal for all that share its reason. */
function refuse(growth: Growth, reason: Refusal, group: readonly { readonly label: string }[]): ClaimVerdict {
  const series = wordSeries(growth);
  const labels = group.map(({ label }) => label);
  return missing(
    say({
      es: (n) => `${series.es}, sec contra ${n.list(labels)}: ${REFUSALS[reason].es}`,
      en: (n) => `${series.en}, sec against ${n.list(labels)}: ${REFUSALS[reason].en}`,
    }),
  );
}

function isOf(growth: Growth, { key }: Level): boolean {
  const { dates, shape, cache } = growth;
  if (key.cache !== cache) return false;
  if (shape !== null) return key.shape.azimuth === shape.azimuth && key.shape.range === shape.range;
  return key.dates === dates;
}

function wordBreakEven({ label, than, size, extrapolated }: BreakEven, growth: Growth): Text {
  const { variable, sizes, lines } = growth;
  const series = wordSeries(growth);
  const slopeOf = (name: string): number =>
    lines.find((line) => line.label === name)?.slopeSeconds.value ?? Number.NaN;
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  return say({
    es: (n) => {
      const unit = variable === "dates" ? "fechas" : "millones de píxeles";
      const each = variable === "dates" ? "fecha" : "millón de píxeles";
      return `A partir de n* = ${n.estimate(size)} ${unit} ${label} tarda menos que ${than}, ${series.es}: crece ${n.shortTime(slopeOf(label))} por ${each} contra ${n.shortTime(slopeOf(than))}${extrapolated ? `; es una extrapolación, se midió entre ${wordSize(n, first, variable)} y ${wordSize(n, last, variable)}` : ""}.`;
    },
    en: (n) => {
      const unit = variable === "dates" ? "dates" : "million pixels";
      const each = variable === "dates" ? "date" : "million pixels";
      return `From n* = ${n.estimate(size)} ${unit} on ${label} takes less than ${than}, ${series.en}: it grows by ${n.shortTime(slopeOf(label))} per ${each} against ${n.shortTime(slopeOf(than))}${extrapolated ? `; an extrapolation, measured between ${wordSize(n, first, variable)} and ${wordSize(n, last, variable)}` : ""}.`;
    },
  });
}
