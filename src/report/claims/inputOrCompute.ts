import type { EnvRecord } from "../../core/records";
import type { Configuration, Decomposition, Level, Summary } from "../../evidence/summary";
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
import { joinTexts, say } from "./text";
import { REFUSALS, wordOversubscription } from "./wording";

/** A read rate from this part of the measured roof on is at the roof. */
const AT_ROOF = 0.7;

/** Whether reading or computing takes the time, and how near reading is to what the machine can do. */
export const inputOrCompute = {
  id: "inputOrCompute",
  title: { es: "¿Limita la entrada y salida o el cálculo?", en: "Bound by I/O or by computing?" },
  figure: "F9",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    onMainLevel(summary, (level) => {
      const labels = [...new Set(["sec", level.fastest?.label ?? "sec"])];
      const told = labels.flatMap((label) => findConfiguration(level, label) ?? []);
      const own = told.filter((one) => one.kind === "statistics" && one.seconds !== null);
      if (own.length === 0) return [missing(REFUSALS.noSec)];
      return own.map((one) => evaluateOne(level, one, summary.env));
    }),
} as const satisfies Claim;

function evaluateOne(level: Level, one: Configuration, env: EnvRecord | null): ClaimVerdict {
  const { label, decomposition } = one;
  const refuse = (reason: Text): ClaimVerdict =>
    missing({ es: `${label}: ${reason.es}`, en: `${label}: ${reason.en}` });
  if (one.oversubscribed) return refuse(wordOversubscription(one));
  if (decomposition === null) return refuse(REFUSALS.noSpans);
  const text = joinTexts([wordBound(label, decomposition), wordRoof(one, decomposition, env)]);
  return claimed("F9", text, [...rowsOf(level, [label]), decomposition.runId]);
}

/** Over the time its workers are busy: waiting is neither. */
function wordBound(label: string, { seconds, runId, processes, wallSeconds }: Decomposition): Text {
  const moved = seconds.read + seconds.write;
  const busy = processes * wallSeconds - seconds.wait - seconds.other;
  const lead: Text =
    moved > busy / 2
      ? { es: "la limita la entrada y salida", en: "is bound by I/O" }
      : seconds.compute > busy / 2
        ? { es: "la limita el cálculo", en: "is bound by computing" }
        : {
            es: "no la limitan por sí solos ni la entrada y salida ni el cálculo",
            en: "is bound neither by I/O nor by computing alone",
          };
  return say({
    es: (n) =>
      `A ${label} ${lead.es}: de ${n.number(busy)} trabajador·s ocupados, leer y escribir lleva ${n.number(moved)} (${n.percent(moved / busy)}) y calcular ${n.number(seconds.compute)} (${n.percent(seconds.compute / busy)}; corrida ${runId}).`,
    en: (n) =>
      `${label} ${lead.en}: of ${n.number(busy)} busy worker·s, reading and writing take ${n.number(moved)} (${n.percent(moved / busy)}) and computing ${n.number(seconds.compute)} (${n.percent(seconds.compute / busy)}; run ${runId}).`,
  });
}

/** The rate within read spans of one worker, against the roof of the same cache state. */
function wordRoof(one: Configuration, run: Decomposition, env: EnvRecord | null): Text {
  const bytes = run.workers.reduce((sum, worker) => sum + worker.bytesRead, 0);
  const benches = env?.microbenchmarks;
  const roof =
    one.cache === "warm"
      ? (benches?.readWarmMegabytesPerSecond ?? null)
      : one.cache === "cold"
        ? (benches?.readColdMegabytesPerSecond ?? null)
        : null;
  if (bytes === 0 || run.seconds.read === 0) {
    return {
      es: "Sus trazas no dicen cuántos bytes leyó.",
      en: "Its spans do not tell how many bytes it read.",
    };
  }
  const rate = bytes / 1e6 / run.seconds.read;
  if (roof === null) {
    return say({
      es: (n) =>
        `Mientras lee, va a ${n.number(rate)} MB/s; no hay un techo medido para este estado de la caché con que compararlo.`,
      en: (n) =>
        `While it reads it goes at ${n.number(rate)} MB/s; no roof was measured for this cache state to compare with.`,
    });
  }
  const isAtRoof = rate / roof >= AT_ROOF;
  return say({
    es: (n) =>
      `Mientras lee, cada lector va a ${n.number(rate)} MB/s (${n.bytes(bytes)} en ${n.seconds(run.seconds.read)}), ${n.percent(rate / roof)} del techo medido de ${n.number(roof)} MB/s: ${isAtRoof ? "la lectura está en el techo" : "la lectura está lejos del techo"}.`,
    en: (n) =>
      `While it reads, each reader goes at ${n.number(rate)} MB/s (${n.bytes(bytes)} in ${n.seconds(run.seconds.read)}), ${n.percent(rate / roof)} of the measured roof of ${n.number(roof)} MB/s: reading is ${isAtRoof ? "at the roof" : "far from the roof"}.`,
  });
}
