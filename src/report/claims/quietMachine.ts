import type { Summary } from "../../evidence/summary";
import { LEAST_EFFECT } from "../../evidence/verdict";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, missing, NOTHING_KEPT } from "./claim";
import { say } from "./text";

/** Up to this part of runs flagged the session still counts as quiet. */
const MOST_FLAGGED = 0.1;

/** Whether the machine was quiet enough for what the informe says. */
export const quietMachine = {
  id: "quietMachine",
  title: { es: "¿Estuvo quieta la máquina?", en: "Was the machine quiet?" },
  figure: "T1",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    summary.counts.kept === 0
      ? [NOTHING_KEPT]
      : [evaluateFloor(summary), evaluateFlags(summary), evaluateDrift(summary)],
} as const satisfies Claim;

function evaluateFloor({ noiseFloor, levels, counts, drift }: Summary): ClaimVerdict {
  if (noiseFloor === null || noiseFloor.factor === null) {
    return missing(
      noiseFloor === null
        ? {
            es: "falta el par A/A de sec: no se conoce el piso de ruido y no se afirma ninguna diferencia",
            en: "no A/A pair of sec: the noise floor is not known and no difference is claimed",
          }
        : {
            es: "el par A/A de sec tiene menos de 6 bloques: no se conoce el piso de ruido",
            en: "the A/A pair of sec has fewer than 6 blocks: the noise floor is not known",
          },
    );
  }
  const { ratio, factor } = noiseFloor;
  const isLow = factor <= LEAST_EFFECT;
  const rows = levels
    .filter((level) => level.noiseFloor?.factor === factor)
    .flatMap((level) => level.configurations.filter((one) => one.label === "sec"))
    .flatMap((one) => one.runs.filter((run) => run.twin !== null).map((run) => run.runId));
  const isQuiet = !isBusy(counts) && !drift.drifting;
  const verdict: Text = isLow
    ? isQuiet
      ? {
          es: "La máquina estuvo quieta: rige el margen de 5 %.",
          en: "The machine was quiet: the margin of 5% rules.",
        }
      : {
          es: "El piso no llega al margen de 5 %, que es el que rige.",
          en: "The floor is below the margin of 5%, which rules.",
        }
    : {
        es: "La máquina no estuvo lo bastante quieta para ver diferencias menores.",
        en: "The machine was not quiet enough to see smaller differences.",
      };
  return claimed(
    "T1",
    say({
      es: (n) =>
        `Dos configuraciones idénticas de sec dan una razón de ${n.ratio(ratio)} (${ratio.blocks} bloques); el piso de ruido es un factor ${n.number(factor, 3)}. ${verdict.es}`,
      en: (n) =>
        `Two identical configurations of sec give a ratio of ${n.ratio(ratio)} (${ratio.blocks} blocks); the noise floor is a factor of ${n.number(factor, 3)}. ${verdict.en}`,
    }),
    rows,
  );
}

function isBusy({ flagged, kept }: Summary["counts"]): boolean {
  return flagged > MOST_FLAGGED * kept;
}

function evaluateFlags({ counts, levels }: Summary): ClaimVerdict {
  const { kept, flagged } = counts;
  const rows = levels.flatMap((level) =>
    level.configurations.flatMap((one) => one.runs.filter((run) => run.noisy).map((run) => run.runId)),
  );
  const several = isBusy(counts);
  return claimed(
    "T1",
    say({
      es: (n) =>
        flagged === 0
          ? `Ninguna de las ${n.count(kept)} corridas válidas se hizo con la máquina ocupada.`
          : `${n.count(flagged)} de las ${n.count(kept)} corridas válidas (${n.percent(flagged / kept)}) ${flagged === 1 ? "se hizo" : "se hicieron"} con la máquina ocupada; ${flagged === 1 ? "queda marcada y cuenta" : "quedan marcadas y cuentan"}.${several ? " Son muchas: conviene repetir la sesión con la máquina libre." : ""}`,
      en: (n) =>
        flagged === 0
          ? `None of the ${n.count(kept)} valid runs was made on a busy machine.`
          : `${n.count(flagged)} of the ${n.count(kept)} valid runs (${n.percent(flagged / kept)}) ${flagged === 1 ? "was" : "were"} made on a busy machine; ${flagged === 1 ? "it is flagged and counts" : "they are flagged and count"}.${several ? " They are many: the session is worth repeating on a free machine." : ""}`,
    }),
    rows,
  );
}

function evaluateDrift({ drift }: Summary): ClaimVerdict {
  const { factor, drifting, points } = drift;
  if (factor === null) {
    return missing({
      es: "menos de 6 bloques: no se puede decir si los tiempos derivaron",
      en: "fewer than 6 blocks: whether times drifted cannot be told",
    });
  }
  return claimed(
    "F11",
    say({
      es: (n) =>
        `Del primer bloque al último los tiempos cambiaron en un factor ${n.ratio(factor)}: ${drifting ? "hubo deriva; las razones comparan corridas de los mismos bloques, así que alcanza por igual a ambos lados" : "no hay deriva que supere el ruido y el 5 %"}.`,
      en: (n) =>
        `From the first block to the last times changed by a factor of ${n.ratio(factor)}: ${drifting ? "they drifted; ratios compare runs of the same blocks, so it meets both sides alike" : "no drift beyond noise and 5%"}.`,
    }),
    points.map((point) => point.runId),
  );
}
