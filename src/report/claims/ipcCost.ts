import type { EnvRecord } from "../../core/records";
import type { Decomposition, IpcCost, Level, Summary } from "../../evidence/summary";
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
import { isSound } from "./soundSpans";
import { joinTexts, say } from "./text";
import { wordBlocks, wordOversubscription, wordVerdictReason } from "./wording";

/** What moving pixels between processes costs: mp against mp_v2 at the same workers. */
export const ipcCost = {
  id: "ipcCost",
  title: {
    es: "Lo que cuesta la comunicación entre procesos",
    en: "What communication between processes costs",
  },
  figure: "F8",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    onMainLevel(summary, (level) =>
      level.ipc.length === 0
        ? [
            missing({
              es: "hace falta mp y mp_v2 con los mismos trabajadores en los mismos bloques",
              en: "it takes mp and mp_v2 at the same workers in the same blocks",
            }),
          ]
        : level.ipc.map((cost) => evaluateOne(level, cost, summary.env)),
    ),
} as const satisfies Claim;

function evaluateOne(level: Level, cost: IpcCost, env: EnvRecord | null): ClaimVerdict {
  const { pixels, states, comparison } = cost;
  const { verdict } = comparison;
  const refuse = (reason: Text): ClaimVerdict =>
    missing({ es: `${pixels} y ${states}: ${reason.es}`, en: `${pixels} and ${states}: ${reason.en}` });
  if (cost.oversubscribed) return refuse(wordOversubscription(findConfiguration(level, pixels)!));
  if (verdict.reason === "tooFewBlocks" || verdict.reason === "noFloor") {
    return refuse(wordVerdictReason(verdict.reason, verdict));
  }
  const sides = [pixels, states].map((label) => {
    const run = findConfiguration(level, label)?.decomposition ?? null;
    return run !== null && isSound(run) ? run : null;
  });
  const told =
    verdict.kind === "slower"
      ? [wordUnitCosts(cost), ...wordRoofs(cost, env), wordSpans(cost, sides[0] ?? null, sides[1] ?? null)]
      : [];
  const text = joinTexts([
    wordDifference(cost),
    ...wordAmounts(level, cost),
    ...told.filter((one) => one !== null),
  ]);
  const traced = sides.flatMap((run) => (run === null ? [] : [run.runId]));
  return claimed("F8", text, [...rowsOf(level, [pixels, states]), ...traced]);
}

function wordDifference({ pixels, states, comparison, extraSeconds }: IpcCost): Text {
  const { ratio, verdict } = comparison;
  const blocks = wordBlocks(ratio.blocks);
  const why = verdict.reason === null ? null : wordVerdictReason(verdict.reason, verdict);
  const lead: Text = {
    slower: {
      es: `Mover los píxeles (${pixels}) en lugar de sumas parciales (${states}) cuesta tiempo`,
      en: `Moving pixels (${pixels}) instead of partial sums (${states}) costs time`,
    },
    faster: {
      es: `${pixels}, que mueve los píxeles, es más rápida que ${states}, que mueve sumas parciales: no son los píxeles lo que cuesta`,
      en: `${pixels}, which moves pixels, is faster than ${states}, which moves partial sums: pixels are not what costs`,
    },
    indistinguishable: {
      es: `${pixels} y ${states} no se distinguen (${why?.es}): hasta donde se ve, mover los píxeles no cuesta más que mover sumas parciales`,
      en: `${pixels} and ${states} are not distinguishable (${why?.en}): as far as can be seen, moving pixels costs no more than moving partial sums`,
    },
  }[verdict.kind];
  return say({
    es: (n) =>
      `${lead.es}: ${n.estimate(extraSeconds, "s")} de diferencia (mediana de ${blocks.es}), razón ${n.ratio(ratio)} sobre ${n.seconds(ratio.denominator)}.`,
    en: (n) =>
      `${lead.en}: a difference of ${n.estimate(extraSeconds, "s")} (median of ${blocks.en}), ratio ${n.ratio(ratio)} over ${n.seconds(ratio.denominator)}.`,
  });
}

/** What either side moved, where it was counted. */
function wordAmounts(level: Level, { pixels, states }: IpcCost): readonly Text[] {
  const sides = [pixels, states].map((label) => findConfiguration(level, label)!);
  if (sides.some((one) => one.ipcBytes === null || one.ipcMessages === null)) return [];
  return [
    say({
      es: (n) =>
        `Entre procesos, ${sides.map((one) => `${one.label} mueve ${n.bytes(one.ipcBytes!)} en ${n.number(one.ipcMessages!, 0)} mensajes`).join(" y ")}.`,
      en: (n) =>
        `Between processes, ${sides.map((one) => `${one.label} moves ${n.bytes(one.ipcBytes!)} in ${n.number(one.ipcMessages!, 0)} messages`).join(" and ")}.`,
    }),
  ];
}

function wordUnitCosts(cost: IpcCost): Text | null {
  const { extraBytes, extraMessages, secondsPerMegabyte, secondsPerMessage } = cost;
  if (extraBytes === null || extraMessages === null) {
    return { es: "Los mensajes no se contaron.", en: "Messages were not counted." };
  }
  const perMegabyte = secondsPerMegabyte === null ? null : { extraBytes, seconds: secondsPerMegabyte };
  const perMessage = secondsPerMessage === null ? null : { extraMessages, seconds: secondsPerMessage };
  if (perMegabyte === null && perMessage === null) {
    return {
      es: "No mueve más bytes ni más mensajes: el costo no es por cantidad.",
      en: "It moves neither more bytes nor more messages: the cost is not one of amount.",
    };
  }
  return say({
    es: (n) => {
      const parts = [
        ...(perMegabyte === null
          ? []
          : [`${n.shortTime(perMegabyte.seconds)} por MB (mueve ${n.bytes(perMegabyte.extraBytes)} más)`]),
        ...(perMessage === null
          ? []
          : [
              `${n.shortTime(perMessage.seconds)} por mensaje (manda ${n.number(perMessage.extraMessages, 0)} más)`,
            ]),
      ];
      return `Si toda la diferencia se carga a lo que mueve de más: ${parts.join(", o bien ")}.`;
    },
    en: (n) => {
      const parts = [
        ...(perMegabyte === null
          ? []
          : [
              `${n.shortTime(perMegabyte.seconds)} per MB (it moves ${n.bytes(perMegabyte.extraBytes)} more)`,
            ]),
        ...(perMessage === null
          ? []
          : [
              `${n.shortTime(perMessage.seconds)} per message (it sends ${n.number(perMessage.extraMessages, 0)} more)`,
            ]),
      ];
      return `If all of the difference is charged to what it moves beyond: ${parts.join(", or ")}.`;
    },
  });
}

/** What the measured pipe would need for the bytes alone, and for the messages alone. */
function wordRoofs({ extraBytes, extraMessages }: IpcCost, env: EnvRecord | null): readonly Text[] {
  const rate = env?.microbenchmarks.pipeMegabytesPerSecond ?? null;
  const each = env?.microbenchmarks.messageMicroseconds ?? null;
  return [
    ...(rate === null || extraBytes === null || extraBytes <= 0 ? [] : [wordBytesRoof(extraBytes, rate)]),
    ...(each === null || extraMessages === null || extraMessages <= 0
      ? []
      : [wordMessagesRoof(extraMessages, each)]),
  ];
}

function wordMessagesRoof(messages: number, microseconds: number): Text {
  const least = (messages * microseconds) / 1e6;
  return say({
    es: (n) =>
      `A ${n.number(microseconds)} µs medidos por mensaje en esta máquina, esos mensajes tardan ${n.shortTime(least)}.`,
    en: (n) =>
      `At ${n.number(microseconds)} µs a message measured on this machine, those messages take ${n.shortTime(least)}.`,
  });
}

function wordBytesRoof(bytes: number, rate: number): Text {
  const least = bytes / 1e6 / rate;
  return say({
    es: (n) =>
      `Por una tubería de esta máquina (${n.number(rate)} MB/s medidos) esos bytes tardarían ${n.shortTime(least)}; pasan por memoria compartida.`,
    en: (n) =>
      `Through a pipe of this machine (${n.number(rate)} MB/s measured) those bytes would take ${n.shortTime(least)}; they go through shared memory.`,
  });
}

/** What the spans of both sides say of it; the difference is not all IPC where fewer workers compute. */
function wordSpans(
  { pixels, states }: IpcCost,
  own: Decomposition | null,
  base: Decomposition | null,
): Text | null {
  if (own === null || base === null) return null;
  const moving = ({ seconds }: Decomposition): number =>
    seconds.serialize + seconds.send + seconds.receive + seconds.merge;
  const computing = ({ workers }: Decomposition): number =>
    workers.filter((one) => one.phases.compute > 0).length;
  const [few, many] = [computing(own), computing(base)];
  return say({
    es: (n) =>
      `En las trazas, serializar, enviar, recibir y fusionar suma ${n.number(moving(own))} trabajador·s en ${pixels} (${own.runId}) y ${n.number(moving(base))} en ${states} (${base.runId}).${few < many ? ` Además, en ${pixels} ${few === 1 ? "calcula" : "calculan"} ${n.count(few)} y en ${states} ${n.count(many)}: esa parte de la diferencia no es IPC.` : ""}`,
    en: (n) =>
      `In the spans, serializing, sending, receiving and merging add up to ${n.number(moving(own))} worker·s in ${pixels} (${own.runId}) and ${n.number(moving(base))} in ${states} (${base.runId}).${few < many ? ` Besides, ${n.count(few)} ${few === 1 ? "computes" : "compute"} in ${pixels} and ${n.count(many)} in ${states}: that part of the difference is not IPC.` : ""}`,
  });
}
