import type { Decomposition, Violation } from "../../evidence/summary";
import type { Text } from "../language";

/** What does not hold of the spans of a run. */
const VIOLATIONS: Readonly<Record<Violation["kind"], Text>> = {
  overlap: { es: "las de un trabajador se superponen", en: "those of a worker overlap" },
  beyondWall: { es: "alguna termina después que la corrida", en: "one ends after the run" },
  sharesDoNotSum: { es: "sus partes no suman 100 %", en: "their shares do not sum to 100%" },
  tooMuchOther: { es: "dejan mucho tiempo sin cubrir", en: "they leave much time uncovered" },
  identity: {
    es: "la identidad de los factores no se cumple",
    en: "the identity of the factors does not hold",
  },
  noCompute: { es: "ninguna es de cálculo", en: "none is of computing" },
  secWorkers: { es: "sec tiene más de un proceso", en: "sec has more than one process" },
};

/** Time that no span covers is no fault here: it is charged to what the others do meanwhile, or told as idle. */
function faultsOf(run: Decomposition): readonly Violation[] {
  return run.violations.filter((one) => one.kind !== "tooMuchOther");
}

/** The spans of the run add up, so that its seconds by phase may be told. */
export function isSound(run: Decomposition): boolean {
  return faultsOf(run).length === 0;
}

/** Why nothing is told of the spans of a run that is not sound. */
export function wordUnsound(run: Decomposition): Text {
  const kinds = [...new Set(faultsOf(run).map((one) => one.kind))];
  const list = (lang: keyof Text): string => kinds.map((kind) => VIOLATIONS[kind][lang]).join("; ");
  return {
    es: `las trazas de ${run.runId} no cierran (${list("es")}): no se descompone`,
    en: `the spans of ${run.runId} do not add up (${list("en")}): not decomposed`,
  };
}
