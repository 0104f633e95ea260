import type { Configuration, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, missing } from "./claim";
import { say } from "./text";
import { wordLevel } from "./wording";

/** What failed or was skipped, and why. */
export const failures = {
  id: "failures",
  title: { es: "Corridas fallidas y omitidas", en: "Failed and skipped runs" },
  figure: "T1",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => {
    const { total } = summary.counts;
    if (total === 0) return [missing({ es: "no hay corridas", en: "there are no runs" })];
    const several = summary.levels.length > 1;
    const troubled = summary.levels.flatMap((level) =>
      level.configurations
        .filter((one) => one.counts.failed + one.counts.skipped > 0)
        .map((one) => word(one, several ? wordLevel(level.key) : null)),
    );
    const absent = listAbsent(summary);
    if (troubled.length + absent.length > 0) return [...troubled, ...absent];
    const text = say({
      es: (n) =>
        total === 1
          ? "La única corrida no falló ni se omitió."
          : `Ninguna de las ${n.count(total)} corridas falló ni se omitió.`,
      en: (n) =>
        total === 1
          ? "The only run neither failed nor was skipped."
          : `None of the ${n.count(total)} runs failed or was skipped.`,
    });
    return [claimed("T1", text, [])];
  },
} as const satisfies Claim;

function word(one: Configuration, level: Text | null): ClaimVerdict {
  const { label, counts, reasons } = one;
  const { failed, skipped, kept, total } = counts;
  const why = reasons.map((reason) => `«${reason}»`).join("; ");
  const text = say({
    es: (n) => {
      const parts = [
        ...(failed > 0 ? [`${n.count(failed)} ${failed === 1 ? "falló" : "fallaron"}`] : []),
        ...(skipped > 0 ? [`${n.count(skipped)} ${skipped === 1 ? "se omitió" : "se omitieron"}`] : []),
      ];
      const rest = kept === 0 ? "no entra en ninguna afirmación sobre tiempos" : "el resto cuenta";
      return `${label}${level === null ? "" : `, ${level.es}`}: de ${n.count(total)} ${total === 1 ? "corrida" : "corridas"} ${parts.join(" y ")}, ${why}; ${rest}.`;
    },
    en: (n) => {
      const parts = [
        ...(failed > 0 ? [`${n.count(failed)} failed`] : []),
        ...(skipped > 0 ? [`${n.count(skipped)} ${skipped === 1 ? "was" : "were"} skipped`] : []),
      ];
      const rest = kept === 0 ? "it is in no statement of times" : "the rest counts";
      return `${label}${level === null ? "" : `, ${level.en}`}: of ${n.count(total)} ${total === 1 ? "run" : "runs"} ${parts.join(" and ")}, ${why}; ${rest}.`;
    },
  });
  return claimed("T1", text, one.troubledRunIds);
}

/** Labels that the session left out before any run. */
function listAbsent(summary: Summary): readonly ClaimVerdict[] {
  const known = new Set(summary.levels.flatMap((level) => level.configurations.map((one) => one.label)));
  return summary.missing
    .filter((one) => !known.has(one.label))
    .map(({ label, reason }) =>
      claimed(
        "T1",
        { es: `${label} no se midió: «${reason}».`, en: `${label} was not measured: «${reason}».` },
        [],
      ),
    );
}
