import { type Cause, type Explanation, LEAST_SHARE } from "../../evidence/scaling";
import type { Configuration } from "../../evidence/summary";
import type { Lang, Text } from "../language";
import { CAUSE_NAMES, SHORT_CAUSE_NAMES, wordCauseSeconds } from "./causeWording";
import type { Numbers } from "./numbers";
import { joinTexts, say } from "./text";
import { wordWorkers } from "./wording";

/** Part of the computing seconds from which on processor time covers them. */
const COVERED = 0.9;
/** With more other work than this part of the computing, processor time may be that of the other work. */
const MOST_OTHER_WORK = 0.25;

/** The main cause, the part of every cause worth naming with its seconds, the two runs, and the serial share. */
export function wordExplanation(one: Configuration, explanation: Explanation): Text {
  const { primary, causes } = explanation;
  const named = causes.filter((cause) => Math.abs(cause.share) >= LEAST_SHARE);
  const all = named.includes(primary) ? named : [primary, ...named];
  return joinTexts([
    wordLead(one, primary),
    ...(causes[0] === primary ? [] : [wordLargest(explanation, causes[0]!)]),
    wordShares(explanation, all),
    ...(explanation.serial === null ? [] : [wordSerial(explanation)]),
    ...(primary.id === "contention" ? wordProcessorTime(one, explanation) : []),
  ]);
}

function wordLead({ label, absoluteSpeedup, versusSec, workers }: Configuration, primary: Cause): Text {
  const name = CAUSE_NAMES[primary.id];
  const count = wordWorkers(workers);
  const lead: Text = {
    slower: { es: "es más lenta que sec", en: "is slower than sec" },
    faster: {
      es: "gana menos de lo que permitirían sus trabajadores",
      en: "gains less than its workers allow",
    },
    indistinguishable: { es: "no se distingue de sec", en: "is not distinguishable from sec" },
  }[versusSec!.verdict.kind];
  return say({
    es: (n) =>
      `${label} ${lead.es} (aceleración ${n.ratio(absoluteSpeedup!)} con ${count.es}). La causa principal es ${name.es}.`,
    en: (n) =>
      `${label} ${lead.en} (speedup ${n.ratio(absoluteSpeedup!)} with ${count.en}). The main cause is ${name.en}.`,
  });
}

/** The largest cause of a configuration slower than `sec`, where it can gain nothing but cannot make it slower either. */
function wordLargest({ workers }: Explanation, { id }: Cause): Text {
  const name = CAUSE_NAMES[id];
  return say({
    es: (n) =>
      `Lo que más la aleja de ${n.count(workers)} es ${name.es}, pero eso por sí solo no la haría más lenta que sec.`,
    en: (n) =>
      `What keeps it farthest from ${n.count(workers)} is ${name.en}, but that alone would not make it slower than sec.`,
  });
}

/** The part of the loss of every cause worth naming, then the factors and the two runs they come from. */
function wordShares({ run, sec, workers, lossSeconds }: Explanation, causes: readonly Cause[]): Text {
  const { loadBalance, communication, computation, processes } = run.identity!;
  const list = (n: Numbers, lang: Lang, chosen: readonly Cause[]): string =>
    chosen
      .map((cause) => {
        const name = SHORT_CAUSE_NAMES[cause.id][lang];
        return `${name} ${n.percent(Math.abs(cause.share))} (${wordCauseSeconds(cause, workers)[lang]})`;
      })
      .join("; ");
  const against = causes.filter((cause) => cause.share >= 0);
  const inFavour = causes.filter((cause) => cause.share < 0).reverse();
  return say({
    es: (n) =>
      `De los ${n.seconds(lossSeconds)} por encima de ${workers === 1 ? "sec" : `T_sec/${n.count(workers)}`} (100 %): ${list(n, "es", against)}${inFavour.length === 0 ? "" : `; a favor: ${list(n, "es", inFavour)}`}. Corrida ${run.runId} (${n.seconds(run.wallSeconds)}) contra ${sec.runId} de sec (${n.seconds(sec.wallSeconds)}): S = P·LB·(CommE/CommE_sec)·CompS = ${n.count(processes)} × ${n.number(loadBalance)} × ${n.number(communication)} × ${n.number(computation)}.`,
    en: (n) =>
      `Of the ${n.seconds(lossSeconds)} above ${workers === 1 ? "sec" : `T_sec/${n.count(workers)}`} (100%): ${list(n, "en", against)}${inFavour.length === 0 ? "" : `; in favour: ${list(n, "en", inFavour)}`}. Run ${run.runId} (${n.seconds(run.wallSeconds)}) against ${sec.runId} of sec (${n.seconds(sec.wallSeconds)}): S = P·LB·(CommE/CommE_sec)·CompS = ${n.count(processes)} × ${n.number(loadBalance)} × ${n.number(communication)} × ${n.number(computation)}.`,
  });
}

function wordSerial({ serial, workers }: Explanation): Text {
  const { serialSeconds, share, bound } = serial!;
  return say({
    es: (n) =>
      `Durante ${n.seconds(serialSeconds)} trabajó a lo sumo uno: fracción serie medida ${n.number(share)}, que por sí sola limita la aceleración a ${n.number(bound)} con ${n.count(workers)} trabajadores (Amdahl).`,
    en: (n) =>
      `For ${n.seconds(serialSeconds)} at most one was at work: measured serial fraction ${n.number(share)}, which alone limits the speedup to ${n.number(bound)} with ${n.count(workers)} workers (Amdahl).`,
  });
}

/**
 * Processor time grows with memory stalls and does not grow while a process waits for a core; beside much other work it
 * shows neither. Without the program's own run at 1 worker its extra work cannot be told apart.
 */
function wordProcessorTime(
  { cpuSeconds, backend }: Configuration,
  { run, knowsAlone }: Explanation,
): readonly Text[] {
  if (!knowsAlone) {
    return [
      {
        es: `Sin corridas válidas de ${backend} con 1 trabajador no se separa de lo que calcula de más el propio patrón.`,
        en: `Without valid runs of ${backend} at 1 worker it cannot be told from what the pattern itself computes beyond sec.`,
      },
    ];
  }
  const { seconds, usefulSeconds: computing } = run;
  const otherWork = run.processes * run.wallSeconds - seconds.wait - seconds.other - computing;
  const stalls = cpuSeconds !== null && cpuSeconds >= COVERED * computing;
  if (cpuSeconds === null || (stalls && otherWork > MOST_OTHER_WORK * computing)) return [];
  return [
    say({
      es: (n) =>
        `Los ${n.seconds(cpuSeconds)} de procesador (mediana) ${stalls ? "cubren" : "no cubren"} los ${n.seconds(computing)} de cálculo: ${stalls ? "apunta al ancho de banda de memoria" : "apunta a núcleos compartidos con otros procesos"}.`,
      en: (n) =>
        `The ${n.seconds(cpuSeconds)} of processor time (median) ${stalls ? "cover" : "do not cover"} the ${n.seconds(computing)} of computing: this points to ${stalls ? "memory bandwidth" : "cores shared with other processes"}.`,
    }),
  ];
}
