import type { Comparison, Configuration, Fastest, Level, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import {
  type Claim,
  type ClaimVerdict,
  claimed,
  comparableOf,
  findConfiguration,
  missing,
  NOTHING_KEPT,
  placed,
  rowsOf,
} from "./claim";
import { joinTexts, say } from "./text";
import { wordBlocks, wordLevel, wordOversubscription, wordVerdictReason } from "./wording";

/** Which configuration takes least time, and by how much; on every level that was measured. */
export const fastest = {
  id: "fastest",
  title: { es: "La más rápida", en: "The fastest" },
  figure: "T2",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => {
    const told = summary.levels.filter((level) => level.fastest !== null);
    if (told.length === 0) return [NOTHING_KEPT];
    const verdicts = told.map((level) => evaluateLevel(level, level.fastest!));
    return told.length === 1 ? verdicts : verdicts.map((one, i) => placed(one, wordLevel(told[i]!.key)));
  },
} as const satisfies Claim;

function evaluateLevel(level: Level, first: Fastest): ClaimVerdict {
  const labels = comparableOf(level).map((one) => one.label);
  if (labels.length < 2) {
    return missing({
      es: `sólo hay tiempos de ${first.label}: no hay con qué comparar`,
      en: `there are only times of ${first.label}: nothing to compare with`,
    });
  }
  const unjudged = findUnjudged(level, first);
  if (unjudged.length === labels.length - 1) {
    const { verdict } = unjudged[0]!;
    const why = wordVerdictReason(verdict.reason!, verdict);
    return missing({
      es: `no se nombra la más rápida (la menor mediana es la de ${first.label}): ${why.es}`,
      en: `no fastest is named (${first.label} has the least median): ${why.en}`,
    });
  }
  const without = unjudged.map((pair) => (pair.label === first.label ? pair.base : pair.label));
  const alike = first.indistinguishable.filter((label) => !without.includes(label));
  const text = joinTexts([
    wordFirst(first, alike),
    ...wordTooMany(findConfiguration(level, first.label)!),
    ...(first.runnerUp === null ? [] : [wordRunnerUp(first.runnerUp)]),
    ...(without.length === 0 ? [] : [wordWithout(without)]),
  ]);
  const used = [first.label, ...alike, ...(first.runnerUp === null ? [] : [first.runnerUp.label])];
  return claimed("T2", text, rowsOf(level, used));
}

/** Pairs with the fastest that carry no verdict for want of blocks or of a floor. */
function findUnjudged(level: Level, first: Fastest): readonly Comparison[] {
  const own = level.pairs.filter((pair) => pair.label === first.label || pair.base === first.label);
  return own.filter(({ verdict: { reason } }) => reason === "tooFewBlocks" || reason === "noFloor");
}

function wordWithout(labels: readonly string[]): Text {
  return say({
    es: (n) => `Sin juzgar por falta de bloques: ${n.list(labels)}.`,
    en: (n) => `Not judged for want of blocks: ${n.list(labels)}.`,
  });
}

function wordFirst({ label, seconds }: Fastest, alike: readonly string[]): Text {
  if (alike.length === 0) {
    return say({
      es: (n) => `La más rápida es ${label}: ${n.estimate(seconds, "s")} (mediana, n = ${seconds.n}).`,
      en: (n) => `The fastest is ${label}: ${n.estimate(seconds, "s")} (median, n = ${seconds.n}).`,
    });
  }
  return say({
    es: (n) =>
      `No hay una única más rápida: la menor mediana es la de ${label}, ${n.estimate(seconds, "s")} (n\u00a0=\u00a0${seconds.n}), que no se distingue de ${n.list(alike)}.`,
    en: (n) =>
      `There is no single fastest: ${label} has the least median, ${n.estimate(seconds, "s")} (n\u00a0=\u00a0${seconds.n}), not distinguishable from ${n.list(alike)}.`,
  });
}

/** The fastest with more workers than cores says nothing of how the work scales. */
function wordTooMany(first: Configuration): readonly Text[] {
  if (!first.oversubscribed) return [];
  const words = wordOversubscription(first);
  return [{ es: `Son ${words.es}.`, en: `It has ${words.en}.` }];
}

function wordRunnerUp({ label, base, ratio }: Comparison): Text {
  const blocks = wordBlocks(ratio.blocks);
  return say({
    es: (n) =>
      `La siguiente que sí se distingue, ${label}, tarda ${n.ratio(ratio)} veces lo que ${base} (medianas de ${blocks.es}: ${n.seconds(ratio.numerator)} contra ${n.seconds(ratio.denominator)}).`,
    en: (n) =>
      `The next one that is distinguishable, ${label}, takes ${n.ratio(ratio)} times as long as ${base} (medians of ${blocks.en}: ${n.seconds(ratio.numerator)} against ${n.seconds(ratio.denominator)}).`,
  });
}
