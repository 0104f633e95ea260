import type { CacheEffect, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, missing, rowsOf } from "./claim";
import { say } from "./text";
import { wordBlocks, wordDates, wordVerdictReason } from "./wording";

/** What reading from the disk instead of the page cache costs. */
export const coldCache = {
  id: "coldCache",
  title: { es: "Caché fría y caliente", en: "Cold and warm cache" },
  figure: "F9",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    summary.cacheEffects.length === 0
      ? [
          missing({
            es: "no se midió lo mismo con caché fría y caliente",
            en: "nothing was measured with both cold and warm cache",
          }),
        ]
      : summary.cacheEffects.map((effect) => evaluateOne(summary, effect)),
} as const satisfies Claim;

function evaluateOne({ levels }: Summary, effect: CacheEffect): ClaimVerdict {
  const { label, dates, shape, comparison } = effect;
  const { ratio, verdict } = comparison;
  if (verdict.reason === "tooFewBlocks" || verdict.reason === "noFloor") {
    const reason = wordVerdictReason(verdict.reason, verdict);
    return missing({ es: `${label}: ${reason.es}`, en: `${label}: ${reason.en}` });
  }
  const lead: Text = {
    slower: { es: "tarda más con la caché fría", en: "takes longer with a cold cache" },
    faster: { es: "tarda menos con la caché fría", en: "takes less with a cold cache" },
    indistinguishable: {
      es: "no se distingue con la caché fría o caliente",
      en: "is not distinguishable with a cold or warm cache",
    },
  }[verdict.kind];
  const blocks = wordBlocks(ratio.blocks);
  const count = wordDates(dates);
  const rows = levels
    .filter(
      ({ key }) =>
        key.dates === dates && key.shape.azimuth === shape.azimuth && key.shape.range === shape.range,
    )
    .flatMap((level) => rowsOf(level, [label]));
  const text = say({
    es: (n) =>
      `${label} (${count.es}) ${lead.es}: razón ${n.ratio(ratio)} (medianas de ${blocks.es}: ${n.seconds(ratio.numerator)} contra ${n.seconds(ratio.denominator)} en caliente).`,
    en: (n) =>
      `${label} (${count.en}) ${lead.en}: ratio ${n.ratio(ratio)} (medians of ${blocks.en}: ${n.seconds(ratio.numerator)} against ${n.seconds(ratio.denominator)} warm).`,
  });
  return claimed("F9", text, rows);
}
