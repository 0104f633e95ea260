import type { Estimate, FusedComparison, Level, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import {
  type Claim,
  type ClaimVerdict,
  claimed,
  findConfiguration,
  missing,
  onMainLevel,
  rowsOf,
} from "./claim";
import { say } from "./text";
import { wordBlocks, wordOversubscription, wordVerdictReason } from "./wording";

/** What going from SLC to mean and std in one pass saves against prep and then sec. */
export const fusedSaving = {
  id: "fusedSaving",
  title: { es: "Lo que ahorra fused", en: "What fused saves" },
  figure: "FF",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    onMainLevel(summary, (level) =>
      level.fused.length === 0
        ? [
            missing({
              es: "fused sólo se compara con prep + sec de los mismos bloques, y no se midieron los tres",
              en: "fused is compared only with prep + sec of the same blocks, and not all three were measured",
            }),
          ]
        : level.fused.map((one) => evaluateOne(level, one)),
    ),
} as const satisfies Claim;

function evaluateOne(level: Level, one: FusedComparison): ClaimVerdict {
  const { fused, prepare, verdict, ratio } = one;
  const sides = { es: `${fused} y ${prepare} + sec`, en: `${fused} and ${prepare} + sec` };
  const refuse = (reason: Text): ClaimVerdict =>
    missing({ es: `${sides.es}: ${reason.es}`, en: `${sides.en}: ${reason.en}` });
  const configuration = findConfiguration(level, fused)!;
  if (configuration.oversubscribed) return refuse(wordOversubscription(configuration));
  if (verdict.reason === "tooFewBlocks" || verdict.reason === "noFloor") {
    return refuse(wordVerdictReason(verdict.reason, verdict));
  }
  const rows = rowsOf(level, [fused, prepare, "sec"]);
  const times = wordTimes(one);
  if (verdict.kind === "indistinguishable") {
    const why = wordVerdictReason(verdict.reason!, verdict);
    const text = {
      es: `${fused} no se distingue de ${prepare} + sec (${why.es}): ${times.es}.`,
      en: `${fused} is not distinguishable from ${prepare} + sec (${why.en}): ${times.en}.`,
    };
    return claimed("FF", text, rows);
  }
  const saves = verdict.kind === "faster";
  const apart = saves ? one.savedSeconds : negate(one.savedSeconds);
  const blocks = wordBlocks(ratio.blocks);
  const text = say({
    es: (n) =>
      `${fused} ${saves ? "ahorra tiempo" : "pierde tiempo"} contra ${prepare} + sec: ${times.es}; diferencia ${n.estimate(apart, "s")} (mediana de ${blocks.es}).`,
    en: (n) =>
      `${fused} ${saves ? "saves time" : "loses time"} against ${prepare} + sec: ${times.en}; difference ${n.estimate(apart, "s")} (median of ${blocks.en}).`,
  });
  return claimed("FF", text, rows);
}

/** What is lost, where less than nothing is saved. */
function negate({ value, interval }: Estimate): Estimate {
  return {
    value: -value,
    interval: interval === null ? null : { ...interval, low: -interval.high, high: -interval.low },
  };
}

function wordTimes({ seconds, separateSeconds, ratio }: FusedComparison): Text {
  return say({
    es: (n) =>
      `${n.estimate(seconds, "s")} contra ${n.estimate(separateSeconds, "s")} sumados bloque a bloque, razón ${n.ratio(ratio)}`,
    en: (n) =>
      `${n.estimate(seconds, "s")} against ${n.estimate(separateSeconds, "s")} added block by block, ratio ${n.ratio(ratio)}`,
  });
}
