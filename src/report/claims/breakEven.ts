import type { BreakEven, Growth, Level, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, missing, onMainLevel, rowsOf } from "./claim";
import { say } from "./text";
import { REFUSALS, wordDates } from "./wording";

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
    onMainLevel(summary, (level) => [
      ...evaluateVariable(summary, level, "dates"),
      ...evaluateVariable(summary, level, "megapixels"),
    ]),
} as const satisfies Claim;

function evaluateVariable(
  summary: Summary,
  level: Level,
  variable: Growth["variable"],
): readonly ClaimVerdict[] {
  const grown = summary.growth.filter((growth) => growth.variable === variable);
  if (grown.length === 0) return [missing(wordOneSize(level, variable))];
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

function wordTwoSizes({ sizes, variable }: Growth): Text {
  return say({
    es: (n) =>
      `sólo 2 tamaños (${n.list(sizes.map((size) => n.number(size)))} ${variable === "dates" ? "fechas" : "millones de píxeles"}): por dos puntos pasa siempre una recta, y no hay punto de cruce n*`,
    en: (n) =>
      `only 2 sizes (${n.list(sizes.map((size) => n.number(size)))} ${variable === "dates" ? "dates" : "million pixels"}): a line always fits two points, so no break-even n*`,
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
  return pairs.map(({ a, b, result }) => {
    if (result.value !== null) {
      const rows = summary.levels.flatMap((level) => (isOf(growth, level) ? rowsOf(level, [a, b]) : []));
      return claimed("F7", wordBreakEven(result.value, growth), rows);
    }
    const reason = REFUSALS[result.reason];
    return missing({ es: `${a} y ${b}: ${reason.es}`, en: `${a} and ${b}: ${reason.en}` });
  });
}

function isOf(growth: Growth, { key }: Level): boolean {
  const { dates, shape, cache } = growth;
  if (key.cache !== cache) return false;
  if (shape !== null) return key.shape.azimuth === shape.azimuth && key.shape.range === shape.range;
  return key.dates === dates;
}

function wordBreakEven(
  { label, than, size, extrapolated }: BreakEven,
  { variable, sizes, lines }: Growth,
): Text {
  const slopeOf = (name: string): number =>
    lines.find((line) => line.label === name)?.slopeSeconds.value ?? Number.NaN;
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  return say({
    es: (n) => {
      const unit = variable === "dates" ? "fechas" : "millones de píxeles";
      const each = variable === "dates" ? "fecha" : "millón de píxeles";
      return `A partir de n* = ${n.estimate(size)} ${unit} ${label} tarda menos que ${than}: crece ${n.shortTime(slopeOf(label))} por ${each} contra ${n.shortTime(slopeOf(than))}${extrapolated ? `; es una extrapolación, se midió entre ${n.number(first)} y ${n.number(last)}` : ""}.`;
    },
    en: (n) => {
      const unit = variable === "dates" ? "dates" : "million pixels";
      const each = variable === "dates" ? "date" : "million pixels";
      return `From n* = ${n.estimate(size)} ${unit} on ${label} takes less than ${than}: it grows by ${n.shortTime(slopeOf(label))} per ${each} against ${n.shortTime(slopeOf(than))}${extrapolated ? `; an extrapolation, measured between ${n.number(first)} and ${n.number(last)}` : ""}.`;
    },
  });
}
