import type { Configuration } from "../../evidence/summary";
import { wordVerdictReason } from "../claims/wording";
import type { Lang } from "../language";

/** What may be said of a configuration against `sec`, in a cell. */
export function describeVerdict(one: Configuration, lang: Lang): string {
  const es = lang === "es";
  if (one.seconds === null) {
    const failed = one.counts.failed > 0;
    const word = failed ? (es ? "falló" : "failed") : es ? "omitido" : "skipped";
    return one.reasons.length === 0 ? word : `${word}: ${one.reasons.join("; ")}`;
  }
  if (one.label === "sec") return "base";
  if (one.kind === "prepare" || one.kind === "fused") return es ? "hace otro trabajo" : "does other work";
  if (one.versusSec === null) return es ? "sin sec en los mismos bloques" : "no sec in the same blocks";
  const { verdict } = one.versusSec;
  const { kind, reason } = verdict;
  if (kind === "faster") return es ? "más rápido" : "faster";
  if (kind === "slower") return es ? "más lento" : "slower";
  const why = reason === null ? "" : ` (${wordVerdictReason(reason, verdict)[lang]})`;
  return (es ? "no se distingue" : "not distinguishable") + why;
}
