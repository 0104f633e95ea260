import type { Configuration, Level } from "../../evidence/summary";
import { type ClaimVerdict, claimed, missing, rowsOf } from "./claim";
import { findPair } from "./notDistinguishable";
import { say } from "./text";
import { wordBlocks, wordOversubscription } from "./wording";

/**
 * More workers than cores: no scaling point, and no cause but this one is sought. What it costs is told where the same
 * backend was measured at most workers within the cores and the two can be told apart.
 */
export function evaluateOversubscribed(level: Level, own: Configuration): ClaimVerdict {
  const words = wordOversubscription(own);
  const within = level.configurations
    .filter((one) => one.backend === own.backend && !one.oversubscribed && one.seconds !== null)
    .sort((a, b) => b.workers - a.workers)[0];
  const pair = within === undefined ? null : findPair(level, own.label, within.label);
  if (pair === null || pair.verdict.kind !== "slower") {
    return missing({
      es: `${own.label}: sobresuscripción, ${words.es}`,
      en: `${own.label}: oversubscription, ${words.en}`,
    });
  }
  const { ratio, base } = pair;
  const blocks = wordBlocks(ratio.blocks);
  const text = say({
    es: (n) =>
      `${own.label} paga la sobresuscripción (${words.es}): tarda ${n.ratio(ratio)} veces lo que ${base}, que no excede los núcleos (medianas de ${blocks.es}: ${n.seconds(ratio.numerator)} contra ${n.seconds(ratio.denominator)}).`,
    en: (n) =>
      `${own.label} pays for oversubscription (${words.en}): it takes ${n.ratio(ratio)} times as long as ${base}, which stays within the cores (medians of ${blocks.en}: ${n.seconds(ratio.numerator)} against ${n.seconds(ratio.denominator)}).`,
  });
  return claimed("F2", text, rowsOf(level, [own.label, base]));
}
