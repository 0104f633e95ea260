import { type Explanation, explainLoss } from "../../evidence/scaling";
import type { Configuration, Decomposition, Level, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import {
  type Claim,
  type ClaimVerdict,
  claimed,
  findConfiguration,
  missing,
  NOTHING_PARALLEL,
  onMainLevel,
  rowsOf,
} from "./claim";
import { wordExplanation } from "./explanationWording";
import { evaluateOversubscribed } from "./oversubscription";
import { isSound, wordUnsound } from "./soundSpans";
import { say } from "./text";
import { REFUSALS, wordVerdictReason, wordWorkers } from "./wording";

/** Why a parallel configuration is slower than `sec`, or gains less than its workers would allow. */
export const whyNotFaster = {
  id: "whyNotFaster",
  title: { es: "Por qué no acelera más", en: "Why it is not faster" },
  figure: "F6",
  evaluate: (summary: Summary): readonly ClaimVerdict[] => onMainLevel(summary, evaluateLevel),
} as const satisfies Claim;

function evaluateLevel(level: Level): readonly ClaimVerdict[] {
  const parallel = level.configurations.filter(
    (one) =>
      one.seconds !== null &&
      one.label !== "sec" &&
      one.kind === "statistics" &&
      (one.workers > 1 || one.versusSec?.verdict.kind === "slower"),
  );
  const peers = level.configurations.filter((one) => one.seconds !== null && one.kind === "peer");
  if (parallel.length + peers.length === 0) return [missing(NOTHING_PARALLEL)];
  return [
    ...parallel.map((one) => evaluateOne(level, one)),
    ...(peers.length === 0 ? [] : [refusePeers(peers.map((peer) => peer.label))]),
  ];
}

function refusePeers(labels: readonly string[]): ClaimVerdict {
  const single = labels.length === 1;
  return missing(
    say({
      es: (n) =>
        `${n.list(labels)}: ${single ? "es un programa ajeno, sin trazas: se afirma su tiempo, no sus causas" : "son programas ajenos, sin trazas: se afirman sus tiempos, no sus causas"}`,
      en: (n) =>
        `${n.list(labels)}: ${single ? "a program from outside, without spans: its time is claimed, not its causes" : "programs from outside, without spans: their times are claimed, not their causes"}`,
    }),
  );
}

function evaluateOne(level: Level, one: Configuration): ClaimVerdict {
  const refuse = (reason: Text): ClaimVerdict =>
    missing({ es: `${one.label}: ${reason.es}`, en: `${one.label}: ${reason.en}` });
  if (one.oversubscribed) return evaluateOversubscribed(level, one);
  const sec = findConfiguration(level, "sec");
  if (sec === null || one.versusSec === null) return refuse(REFUSALS.noSec);
  const reason = one.versusSec.verdict.reason;
  if (reason === "tooFewBlocks" || reason === "noFloor" || reason === "nothingDiffers") {
    return refuse(wordVerdictReason(reason, one.versusSec.verdict));
  }
  if (!losesMeasurably(one)) return refuse(wordNoLoss(one));
  if (one.decomposition === null || sec.decomposition === null) return refuse(REFUSALS.noSpans);
  const broken = [one.decomposition, sec.decomposition].find((run) => !isSound(run));
  if (broken !== undefined) return refuse(wordUnsound(broken));
  const explanation = explainLoss(one, sec, oneWorkerOf(level, one));
  if (explanation === null || !isTypical(one, explanation)) return refuse(wordUntypical(one));
  return claimed("F6", wordExplanation(one, explanation), [
    ...rowsOf(level, [one.label, "sec"]),
    explanation.run.runId,
    explanation.sec.runId,
  ]);
}

/** What is lost against W times the speed of sec clears the interval and the noise floor. */
function losesMeasurably({ absoluteSpeedup, versusSec, workers }: Configuration): boolean {
  const high = absoluteSpeedup?.interval?.high ?? Number.POSITIVE_INFINITY;
  return workers / high > (versusSec?.verdict.thresholdFactor ?? Number.POSITIVE_INFINITY);
}

function wordNoLoss({ absoluteSpeedup, workers }: Configuration): Text {
  return say({
    es: (n) =>
      `aceleración ${n.ratio(absoluteSpeedup!)} con ${wordWorkers(workers).es}; lo que falta para lo ideal no supera el ruido y no se le busca causa`,
    en: (n) =>
      `speedup ${n.ratio(absoluteSpeedup!)} with ${wordWorkers(workers).en}; what is short of the ideal does not clear the noise, and no cause is sought`,
  });
}

function oneWorkerOf(level: Level, own: Configuration): Decomposition | null {
  const one = level.configurations.find((other) => other.program === own.program && other.workers === 1);
  const run = one === undefined || one === own ? null : one.decomposition;
  return run !== null && isSound(run) ? run : null;
}

/**
 * The run with spans speaks for the timed ones: its speedup lies within their interval widened by the noise floor, and
 * the factor that leads in it is a loss in most of the other runs with spans too.
 */
function isTypical(one: Configuration, { run, speedup }: Explanation): boolean {
  const { low, high } = one.absoluteSpeedup!.interval!;
  const slack = one.versusSec!.verdict.thresholdFactor!;
  if (speedup < low / slack || speedup > high * slack) return false;
  const shares = Object.entries(run.identity!.lossShares!) as [keyof LossFactors, number][];
  const [leading] = shares.reduce((most, factor) => (factor[1] > most[1] ? factor : most));
  const agreeing = one.decompositions.filter((other) => (other.identity?.lossShares?.[leading] ?? 0) > 0);
  return agreeing.length * 2 > one.decompositions.length;
}

type LossFactors = NonNullable<NonNullable<Decomposition["identity"]>["lossShares"]>;

function wordUntypical(one: Configuration): Text {
  return say({
    es: (n) =>
      `las corridas con trazas no representan a las cronometradas (aceleración ${n.ratio(one.absoluteSpeedup!)}): no se nombra una causa`,
    en: (n) =>
      `the runs with spans do not stand for the timed ones (speedup ${n.ratio(one.absoluteSpeedup!)}): no cause is named`,
  });
}
