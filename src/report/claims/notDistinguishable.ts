import { invertEstimate } from "../../evidence/numbers";
import type { Comparison, Level, Summary } from "../../evidence/summary";
import { type Claim, type ClaimVerdict, claimed, missing, onMainLevel, rowsOf } from "./claim";
import { say } from "./text";
import { wordBlocks, wordVerdictReason } from "./wording";

/** Which configurations cannot be told from the fastest, and why not. */
export const notDistinguishable = {
  id: "notDistinguishable",
  title: { es: "Las que no se distinguen de la más rápida", en: "Not distinguishable from the fastest" },
  figure: "F1",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => onMainLevel(summary, evaluateLevel),
} as const satisfies Claim;

function evaluateLevel(level: Level): readonly ClaimVerdict[] {
  const first = level.fastest;
  if (first === null || level.pairs.length === 0) {
    return [missing({ es: "no hay dos tiempos que comparar", en: "there are no two times to compare" })];
  }
  if (first.indistinguishable.length === 0) {
    const text = {
      es: `Todas las demás se distinguen de ${first.label}.`,
      en: `All others are distinguishable from ${first.label}.`,
    };
    return [
      claimed(
        "F1",
        text,
        rowsOf(
          level,
          level.pairs.flatMap((pair) => [pair.label, pair.base]),
        ),
      ),
    ];
  }
  return first.indistinguishable.flatMap((label) => {
    const pair = findPair(level, label, first.label);
    return pair === null ? [] : [word(level, pair)];
  });
}

/** `label` over `base`, whichever way round the pair was compared. */
export function findPair(level: Level, label: string, base: string): Comparison | null {
  const pair = level.pairs.find((one) => one.label === label && one.base === base);
  if (pair !== undefined) return pair;
  const reverse = level.pairs.find((one) => one.label === base && one.base === label);
  if (reverse === undefined) return null;
  const { ratio, verdict } = reverse;
  const kind = { faster: "slower", slower: "faster", indistinguishable: "indistinguishable" } as const;
  return {
    label,
    base,
    ratio: {
      ...invertEstimate(ratio),
      numerator: ratio.denominator,
      denominator: ratio.numerator,
      blocks: ratio.blocks,
    },
    verdict: { ...verdict, kind: kind[verdict.kind] },
  };
}

function word(level: Level, { label, base, ratio, verdict }: Comparison): ClaimVerdict {
  if (verdict.reason === "tooFewBlocks" || verdict.reason === "noFloor") {
    const reason = wordVerdictReason(verdict.reason, verdict);
    return missing({ es: `${label} y ${base}: ${reason.es}`, en: `${label} and ${base}: ${reason.en}` });
  }
  const why = verdict.reason === null ? null : wordVerdictReason(verdict.reason, verdict);
  const blocks = wordBlocks(ratio.blocks);
  const text = say({
    es: (n) =>
      `${label} no se distingue de ${base}: tarda ${n.ratio(ratio)} veces lo que tarda esa (medianas de ${blocks.es}: ${n.seconds(ratio.numerator)} contra ${n.seconds(ratio.denominator)})${why === null ? "" : `; ${why.es}`}.`,
    en: (n) =>
      `${label} is not distinguishable from ${base}: it takes ${n.ratio(ratio)} times as long (medians of ${blocks.en}: ${n.seconds(ratio.numerator)} against ${n.seconds(ratio.denominator)})${why === null ? "" : `; ${why.en}`}.`,
  });
  return claimed("F1", text, rowsOf(level, [label, base]));
}
