import type { Summary } from "../../evidence/summary";
import { type Claim, type ClaimVerdict, claimed, missing } from "./claim";
import { say } from "./text";

/** Recording spans shall cost less than this. */
const MOST_COST = 1.01;

/** Whether recording spans changes the times, and which times were taken with spans. */
export const tracing = {
  id: "tracing",
  title: { es: "Efecto de registrar las trazas", en: "Effect of recording spans" },
  figure: "T1",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => [
    evaluateCost(summary),
    ...evaluateTraced(summary),
  ],
} as const satisfies Claim;

function evaluateCost({ tracingCost }: Summary): ClaimVerdict {
  if (tracingCost === null) {
    return missing({
      es: "ningún bloque tiene la misma configuración con trazas y sin ellas: no se sabe cuánto cuestan",
      en: "no block holds the same configuration with and without spans: what they cost is not known",
    });
  }
  const { factor, pairs, runIds } = tracingCost;
  if (factor.interval === null) {
    return missing(
      say({
        es: (n) => `sólo ${n.count(pairs)} pares con trazas y sin ellas: no hay intervalo`,
        en: (n) => `only ${n.count(pairs)} pairs with and without spans: no interval`,
      }),
    );
  }
  const { low, high } = factor.interval;
  const verdict =
    high < MOST_COST
      ? { es: "cuestan menos de 1 %", en: "they cost less than 1%" }
      : low > 1
        ? {
            es: "registrarlas alarga los tiempos, que por eso se toman de las corridas sin trazas",
            en: "recording them lengthens the times, which are therefore taken from runs without spans",
          }
        : {
            es: "no se ve que cambien los tiempos, aunque el intervalo no descarta 1 % o más",
            en: "they do not show in the times, though the interval does not rule out 1% or more",
          };
  return claimed(
    "T1",
    say({
      es: (n) =>
        `Tiempo con trazas y medición de memoria sobre tiempo sin ellas: ${n.ratio(factor)} (media geométrica de ${n.count(pairs)} pares del mismo bloque): ${verdict.es}.`,
      en: (n) =>
        `Time with spans and memory watched over time without: ${n.ratio(factor)} (geometric mean of ${n.count(pairs)} pairs of the same block): ${verdict.en}.`,
    }),
    runIds,
  );
}

function evaluateTraced({ levels }: Summary): readonly ClaimVerdict[] {
  const traced = levels[0]?.configurations.filter((one) => one.tracedTimes) ?? [];
  const tracedLabels = traced.map((one) => one.label);
  if (tracedLabels.length === 0) return [];
  const text = say({
    es: (n) => `Los tiempos de ${n.list(tracedLabels)} son de corridas con trazas: no hay otras válidas.`,
    en: (n) => `The times of ${n.list(tracedLabels)} are of runs with spans: no others were kept.`,
  });
  return [
    claimed(
      "T1",
      text,
      traced.flatMap((one) => one.runs.map((run) => run.runId)),
    ),
  ];
}
