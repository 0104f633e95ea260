import type { Session } from "../../../src/core/records";
import { summarise } from "../../../src/evidence/summary";
import { type ClaimId, evaluateClaims } from "../../../src/report/claims/registry";
import type { Lang } from "../../../src/report/language";

/** What the records say to one claim: sentences and refusals, ordinary spaces between words and units. */
export interface Answers {
  readonly claims: readonly string[];
  readonly refusals: readonly string[];
}

/** Answers to a claim in a language. */
export function answersTo(session: Session, id: ClaimId, lang: Lang = "es"): Answers {
  const verdicts = evaluateClaims(summarise(session)).find((one) => one.id === id)!.verdicts;
  const plain = (text: string): string => text.replace(/\u00a0/g, " ");
  return {
    claims: verdicts.flatMap((one) => (one.kind === "claim" ? [plain(one.text[lang])] : [])),
    refusals: verdicts.flatMap((one) => (one.kind === "missing" ? [plain(one.reason[lang])] : [])),
  };
}

/** Everything said and refused, as one text. */
export function everythingSaid(session: Session, lang: Lang): string {
  return evaluateClaims(summarise(session))
    .flatMap(({ verdicts }) => verdicts.map((one) => (one.kind === "claim" ? one.text : one.reason)[lang]))
    .join("\n")
    .replace(/\u00a0/g, " ");
}
