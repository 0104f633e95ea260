import type { Level, Scaling, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { type Claim, type ClaimVerdict, claimed, missing, NOTHING_PARALLEL, onMainLevel } from "./claim";
import { isSound, wordUnsound } from "./soundSpans";
import { joinTexts, say } from "./text";
import { REFUSALS } from "./wording";

/** From this limit on Amdahl's law sets none worth telling. */
const GREATEST_LIMIT = 1000;

/** How much of the work of each parallel backend cannot be shared out, as its spans show it. */
export const serialFraction = {
  id: "serialFraction",
  title: { es: "Fracción serie (Amdahl)", en: "Serial fraction (Amdahl)" },
  figure: "F2",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => onMainLevel(summary, evaluateLevel),
} as const satisfies Claim;

function evaluateLevel(level: Level): readonly ClaimVerdict[] {
  const own = level.scaling.filter((scaling) => isStatistics(level, scaling));
  if (own.length === 0) {
    return [missing(NOTHING_PARALLEL)];
  }
  return own.map((scaling) => evaluateOne(level, scaling));
}

function isStatistics(level: Level, scaling: Scaling): boolean {
  return scaling.points.some(
    ({ label }) => level.configurations.find((one) => one.label === label)?.kind === "statistics",
  );
}

function evaluateOne(level: Level, scaling: Scaling): ClaimVerdict {
  const { backend, serialShare } = scaling;
  if (serialShare.value === null) {
    const reason = REFUSALS[serialShare.reason];
    return missing({ es: `${backend}: ${reason.es}`, en: `${backend}: ${reason.en}` });
  }
  const { share, serialSeconds, parallelSeconds, runId, workers, limit } = serialShare.value;
  const run = level.configurations.find((one) => one.decomposition?.runId === runId)?.decomposition;
  if (run != null && !isSound(run)) {
    const reason = wordUnsound(run);
    return missing({ es: `${backend}: ${reason.es}`, en: `${backend}: ${reason.en}` });
  }
  const point = scaling.points.find((one) => one.workers === workers)!;
  const bound = point.amdahlBound!;
  const measured = say({
    es: (n) =>
      `${backend}: en la corrida ${runId} (${point.label}) a lo sumo un trabajador estuvo ocupado durante ${n.seconds(serialSeconds)}, contra ${n.number(parallelSeconds)} trabajador·s con dos o más: fracción serie medida ${n.number(share)}.`,
    en: (n) =>
      `${backend}: in run ${runId} (${point.label}) at most one worker was busy for ${n.seconds(serialSeconds)}, against ${n.number(parallelSeconds)} worker·s with two or more: measured serial fraction ${n.number(share)}.`,
  });
  const amdahl = say({
    es: (n) =>
      `Cota de Amdahl: ${n.number(bound)} con ${n.count(workers)} trabajadores${limit < GREATEST_LIMIT ? `, ${n.number(limit)} con cualquier cantidad` : ""}.`,
    en: (n) =>
      `Amdahl bound: ${n.number(bound)} with ${n.count(workers)} workers${limit < GREATEST_LIMIT ? `, ${n.number(limit)} with any number` : ""}.`,
  });
  return claimed("F2", joinTexts([measured, amdahl, wordKarpFlatt(scaling)]), [runId]);
}

function wordKarpFlatt({ points, karpFlattRefused }: Scaling): Text {
  const last = points.findLast((point) => point.karpFlatt !== null);
  if (last === undefined) {
    const reason = karpFlattRefused === null ? REFUSALS.singular : REFUSALS[karpFlattRefused];
    return { es: `Sin valor de Karp-Flatt: ${reason.es}.`, en: `No Karp-Flatt value: ${reason.en}.` };
  }
  return say({
    es: (n) =>
      `Karp-Flatt, de los tiempos de ${last.label}: ${n.number(last.karpFlatt!)}, que junta con lo serie todo lo demás que no acelera.`,
    en: (n) =>
      `Karp-Flatt, from the times of ${last.label}: ${n.number(last.karpFlatt!)}, which holds all else that does not scale too.`,
  });
}
