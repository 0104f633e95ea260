import type { Configuration, Level, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, comparableOf, missing, onMainLevel, rowsOf } from "./claim";
import { joinTexts, say } from "./text";
import { wordBlocks, wordOversubscription, wordVerdictReason } from "./wording";

/** What each other configuration gains or loses against `sec`, in times and seconds. */
export const speedup = {
  id: "speedup",
  title: { es: "Aceleración respecto de sec", en: "Speedup over sec" },
  figure: "F2",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => onMainLevel(summary, evaluateLevel),
} as const satisfies Claim;

function evaluateLevel(level: Level): readonly ClaimVerdict[] {
  const others = comparableOf(level).filter((one) => one.label !== "sec");
  if (others.length === 0) {
    return [
      missing({
        es: "no hay tiempos válidos de otra configuración que haga el trabajo de sec",
        en: "no other configuration that does the work of sec has valid times",
      }),
    ];
  }
  return others.map((one) => evaluateOne(level, one));
}

function evaluateOne(level: Level, one: Configuration): ClaimVerdict {
  const { label, absoluteSpeedup, versusSec } = one;
  if (one.oversubscribed) {
    const reason = wordOversubscription(one);
    return missing({ es: `${label}: ${reason.es}`, en: `${label}: ${reason.en}` });
  }
  if (absoluteSpeedup === null || versusSec === null) {
    return missing({
      es: `${label}: no hay corridas de sec en los mismos bloques`,
      en: `${label}: there are no runs of sec in the same blocks`,
    });
  }
  if (absoluteSpeedup.interval === null) {
    const blocks = wordBlocks(absoluteSpeedup.blocks);
    return missing({
      es: `${label}: con ${blocks.es} no hay intervalo, y sin intervalo no se afirma una aceleración`,
      en: `${label}: with ${blocks.en} there is no interval, and no speedup is claimed without one`,
    });
  }
  const rows = rowsOf(level, [label, "sec", one.relativeSpeedup?.baseLabel ?? label]);
  return claimed("F2", joinTexts([wordAbsolute(one), ...wordRelative(one)]), rows);
}

function wordAbsolute({ label, absoluteSpeedup, versusSec, efficiency, workers }: Configuration): Text {
  const gain = absoluteSpeedup!;
  const { verdict } = versusSec!;
  const blocks = wordBlocks(gain.blocks);
  const why = verdict.reason === null ? null : wordVerdictReason(verdict.reason, verdict);
  const lead: Text = {
    faster: { es: "es más rápida que sec", en: "is faster than sec" },
    slower: { es: "es más lenta que sec", en: "is slower than sec" },
    indistinguishable: {
      es: `no se distingue de sec (${why?.es})`,
      en: `is not distinguishable from sec (${why?.en})`,
    },
  }[verdict.kind];
  const share = workers > 1 ? efficiency : null;
  return say({
    es: (n) =>
      `${label} ${lead.es}: aceleración ${n.ratio(gain)} (medianas de ${blocks.es}: ${n.seconds(gain.baseSeconds)} de sec, ${n.seconds(gain.seconds)} de ${label})${share === null ? "" : `, eficiencia ${n.estimate(share)} con ${workers} trabajadores`}.`,
    en: (n) =>
      `${label} ${lead.en}: speedup ${n.ratio(gain)} (medians of ${blocks.en}: ${n.seconds(gain.baseSeconds)} of sec, ${n.seconds(gain.seconds)} of ${label})${share === null ? "" : `, efficiency ${n.estimate(share)} with ${workers} workers`}.`,
  });
}

function wordRelative({ label, relativeSpeedup }: Configuration): readonly Text[] {
  if (relativeSpeedup === null || relativeSpeedup.baseLabel === label) return [];
  const { baseLabel, baseSeconds } = relativeSpeedup;
  return [
    say({
      es: (n) =>
        `Respecto de ${baseLabel} (${n.seconds(baseSeconds)}), el mismo programa con 1 trabajador: ${n.ratio(relativeSpeedup)}.`,
      en: (n) =>
        `Over ${baseLabel} (${n.seconds(baseSeconds)}), the same program at 1 worker: ${n.ratio(relativeSpeedup)}.`,
    }),
  ];
}
