import type { Configuration, Verdict } from "../../evidence/summary";

/**
 * What may be said of a configuration against `sec`: the one vocabulary of headline, figures, tables and terminal.
 * `same`: the data show no difference; `belowNoise`: there is one, within what two equal runs differ by or within 5 %.
 */
export type Standing =
  | "reference"
  | "faster"
  | "slower"
  | "same"
  | "belowNoise"
  | "missingBlocks"
  | "missingTwins"
  | "missingSec"
  | "otherWork"
  | "failed"
  | "skipped";

export function standingOf(one: Configuration): Standing {
  if (one.seconds === null) return one.counts.failed > 0 ? "failed" : "skipped";
  if (one.label === "sec") return "reference";
  if (one.kind === "prepare" || one.kind === "fused") return "otherWork";
  return one.versusSec === null ? "missingSec" : standingOfVerdict(one.versusSec.verdict);
}

export function standingOfVerdict({ kind, reason }: Verdict): Standing {
  if (kind !== "indistinguishable") return kind;
  if (reason === "tooFewBlocks") return "missingBlocks";
  if (reason === "noFloor") return "missingTwins";
  return reason === "belowFloor" || reason === "belowMargin" ? "belowNoise" : "same";
}
