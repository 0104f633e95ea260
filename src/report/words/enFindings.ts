import type { Diagnosis } from "../findings/causes";
import type { ColdCost, MemoryUse, MovingCost, ReadingRate } from "../findings/costs";
import type { Check, Failure } from "../findings/trust";
import { numbersOf } from "../numbers";
import type { esFindings } from "./esFindings";

type FindingWords = typeof esFindings;

const n = numbersOf("en");

const CAUSES: FindingWords["causes"] = {
  startup: {
    name: "starting and ending workers",
    means: "Each process or thread takes time to come up and to end, whatever the data.",
    advice: "Use larger images or more dates a worker: start-up is paid once.",
  },
  lateStart: {
    name: "workers that come up late",
    means: "One computes alone while the others are still coming up.",
    advice: "With more dates start-up weighs less; with few, fewer workers are enough.",
  },
  ipc: {
    name: "moving data between workers",
    means: "Data are packed, sent and put together again from one process to the other.",
    advice: "Try mp_v2 from about nine dates a worker on, or threads, which share memory.",
  },
  io: {
    name: "reading and writing",
    means: "All read from the same place; where reading is at its limit, sharing it does not speed it up.",
    advice: "Compare the rate of reading with that of the machine: near it, more workers read no faster.",
  },
  decode: {
    name: "decoding files",
    means: "The files are compressed or of another format, and opening them takes computing.",
    advice: "Keep the crops uncompressed, as pila prep leaves them.",
  },
  imbalance: {
    name: "uneven shares",
    means: "One got more work, and the others end earlier and wait for it.",
    advice: "Try another number of workers, which divides the number of dates better.",
  },
  serialCompute: {
    name: "computing that one does alone",
    means: "Part of the computing is not shared: one does it while the others wait.",
    advice: "More workers do not shorten it; compare with threads, which share by rows.",
  },
  pattern: {
    name: "workers that do not compute",
    means: "Of the workers asked for, one coordinates or is left without work.",
    advice: "Ask for one more where cores are free, or use a backend in which all compute.",
  },
  extraProcesses: {
    name: "processes that compute besides",
    means: "More processes compute than workers were asked for.",
    advice: "Count the coordinator when choosing the number of workers.",
  },
  others: {
    name: "waiting for others to compute",
    means: "The one that computes most waits part of the time for what the others compute.",
    advice: "Try another number of workers or smaller blocks of rows.",
  },
  idle: {
    name: "waiting while nobody works",
    means: "At times no worker does anything: they wait for the system.",
    advice: "Repeat with a free machine; if it stays, see what else runs on it.",
  },
  extraWork: {
    name: "computing that the method adds",
    means: "This way of sharing computes things that sec does not.",
    advice: "It belongs to the method: more workers divide it, but do not remove it.",
  },
  contention: {
    name: "slower computing when shared",
    means: "The same computing takes longer when several do it at once: they share memory or cores.",
    advice: "Use one worker a core at most, and repeat with a free machine.",
  },
};

const STANDINGS: FindingWords["standings"] = {
  reference: "reference",
  faster: "faster",
  slower: "slower",
  same: "the same, as far as can be seen",
  belowNoise: "less than the noise",
  missingBlocks: "cannot be told: blocks are missing",
  missingTwins: "cannot be told: the pair of sec is missing",
  missingSec: "cannot be told: sec is missing",
  otherWork: "other work",
  failed: "failed",
  skipped: "not measured",
};

/** From this share on a second cause is named in one line. */
const LEAST_SECOND = 0.25;

/** `2 cores`. */
export function count(value: number, one: string, many: string): string {
  return `${n.count(value)} ${value === 1 ? one : many}`;
}

export function apart(factor: number): string {
  return factor < 2 ? n.percent(factor - 1) : `${n.number(factor)} times`;
}

const workersOf = (workers: number): string => count(workers, "worker", "workers");
export const blocksOf = (blocks: number): string => count(blocks, "block", "blocks");

function shareOf(share: number): string {
  return share > 0 && share < 0.995 ? ` (${n.percent(share)})` : "";
}

function reasonOf({ named: { label }, explanation, causes }: Diagnosis): string {
  const [main] = causes;
  if (explanation === null || main === undefined) return "";
  return `What costs ${label} most is ${CAUSES[main.id].name}`;
}

const DEARNESS = {
  memory: "Processor time covers the computing: this points to memory bandwidth.",
  cores: "Processor time does not cover the computing: this points to cores shared with other processes.",
  unknown: "Without runs at 1 worker it cannot be told from what the method itself computes beyond sec.",
} as const;

function sentenceOf(one: Diagnosis): string {
  const { named, timesSec, explanation, causes, dearness } = one;
  const { run, sec, workers, lossSeconds, serial, primary } = explanation!;
  const first = explanation!.causes[0]!;
  const part = (share: number): string => n.seconds(Math.abs(share * lossSeconds));
  const lost = causes.filter(({ share }) => share >= 0);
  const gained = causes.filter(({ share }) => share < 0);
  return [
    `${named.label} takes ${n.ratio(timesSec!)} times as long as sec.`,
    workers === 1
      ? `The traced run ${run.runId} takes ${n.seconds(run.wallSeconds)}, and ${sec.runId} of sec ${n.seconds(sec.wallSeconds)}: ${n.seconds(lossSeconds)} more.`
      : `The traced run ${run.runId} takes ${n.seconds(run.wallSeconds)}; the time of ${sec.runId} of sec (${n.seconds(sec.wallSeconds)}) divided by ${n.count(workers)} is ${n.seconds(lossSeconds)} less.`,
    `Of this difference: ${n.list(lost.map(({ id, share }) => `${CAUSES[id].name}, ${part(share)}`))}.`,
    ...(gained.length === 0
      ? []
      : [`In favour: ${n.list(gained.map(({ id, share }) => `${CAUSES[id].name}, ${part(share)}`))}.`]),
    ...(first === primary
      ? []
      : [
          `What keeps it farthest from ${workersOf(workers)} at no cost is ${CAUSES[first.id].name}, but that alone would not make it slower than sec.`,
        ]),
    ...(serial === null
      ? []
      : [
          `For ${n.seconds(serial.serialSeconds)} at most one was at work: by Amdahl's law, with ${workersOf(workers)} the speedup does not pass ${n.number(serial.bound)}.`,
        ]),
    ...(dearness === null ? [] : [DEARNESS[dearness]]),
  ].join(" ");
}

const REFUSALS: FindingWords["refusals"] = {
  peer: "programs from outside, without a trace: their times are known, not why",
  noSec: "sec was not measured in the same blocks",
  missingBlocks: "too few blocks to compare with sec",
  missingTwins: "the pair of equal runs of sec is missing",
  nothingDiffers: "no configuration can be told from the others",
  oversubscribed: "more workers than cores: they take turns",
  noLoss: "they make use of their workers, as far as can be seen",
  noSpans: "there are no traced runs",
  unsound: "their traces do not add up",
  untypical: "their traced runs are not like the timed ones",
};

function moving({ cost, standing, bytes, pipeSeconds, computing }: MovingCost): string {
  const { pixels, states, comparison, extraSeconds } = cost;
  if (standing === null) return `${pixels} and ${states}: more workers than cores, not compared.`;
  const lead = {
    slower: `${pixels}, which sends pixels, takes longer than ${states}, which sends sums: ${n.estimate(extraSeconds, "s")}, ratio ${n.ratio(comparison.ratio)}.`,
    faster: `${pixels}, which sends pixels, takes less than ${states}, which sends sums: ratio ${n.ratio(comparison.ratio)}.`,
  };
  const first =
    standing === "slower" || standing === "faster"
      ? lead[standing]
      : `${pixels} against ${states}: ${STANDINGS[standing]}.`;
  return [
    first,
    ...(bytes === null
      ? []
      : [
          `Between processes, ${pixels} moves ${n.bytes(bytes.pixels)} and ${states} ${n.bytes(bytes.states)}.`,
        ]),
    ...(pipeSeconds === null || standing !== "slower"
      ? []
      : [`Through a pipe of this machine the extra bytes would take ${n.shortTime(pipeSeconds)}.`]),
    ...(computing === null
      ? []
      : [
          `Besides, ${n.count(computing.pixels)} ${computing.pixels === 1 ? "computes" : "compute"} in ${pixels} and ${n.count(computing.states)} in ${states}: that part is not of moving data.`,
        ]),
  ].join(" ");
}

const BOUNDS = {
  io: "is bound by reading and writing",
  compute: "is bound by computing",
  start: "is bound by start-up",
} as const;
const CACHES = {
  warm: "files in memory",
  cold: "read from disk",
  uncontrolled: "file memory not controlled",
} as const;

function reading({ label, cache, bound, ioShare, computeShare, rate, roof, runId }: ReadingRate): string {
  return [
    `${label}, ${CACHES[cache]}: ${bound === null ? "nothing binds it alone" : `it ${BOUNDS[bound]}`}; reading and writing are ${n.percent(ioShare)} of the busy time and computing ${n.percent(computeShare)} (run ${runId}).`,
    rate === null
      ? "Its trace does not tell how many bytes it read."
      : `While it reads it goes at ${n.number(rate)} MB/s${roof === null ? "; the most this machine can do was not measured." : `, ${n.percent(rate / roof)} of the ${n.number(roof)} MB/s measured of this machine.`}`,
  ].join(" ");
}

function cold({ effect: { label, comparison }, standing }: ColdCost): string {
  const told = n.ratio(comparison.ratio);
  if (standing === "slower") return `${label} takes ${told} times as long cold as in memory.`;
  return `${label}, cold against in memory: ${STANDINGS[standing]} (ratio ${told}).`;
}

function failure({ labels, level, failed, skipped, reason }: Failure): string {
  const parts = [
    ...(failed > 0 ? [count(failed, "run failed", "runs failed")] : []),
    ...(skipped > 0 ? [count(skipped, "was skipped", "were skipped")] : []),
  ];
  const what = level === null ? "not measured" : n.list(parts);
  const where = level === null ? "" : ` with ${count(level.dates, "date", "dates")}`;
  return `${n.list(labels)}${where}: ${what}. Reason, as the program gave it: “${reason}”.`;
}

function check(one: Check): string {
  switch (one.id) {
    case "noise": {
      const factor = one.floor?.factor ?? null;
      if (factor === null) return "How much two equal runs of sec differ is not known: blocks are missing.";
      if (one.state === "passed") return `Two equal runs of sec differ by less than ${n.percent(0.05)}.`;
      return `Two equal runs of sec differ by up to ${apart(factor)}: less cannot be seen.`;
    }
    case "quiet":
      if (one.busy === 0) return "No run was made on a busy machine.";
      return `${count(one.busy, "run", "runs")} of ${n.count(one.kept)} ${one.busy === 1 ? "was" : "were"} made on a busy machine.`;
    case "drift":
      if (one.state === "unknown") return "Whether times drifted is not known: blocks are missing.";
      if (one.state === "passed") return "Times did not drift over the session.";
      return "Times drifted; ratios compare runs of the same block.";
    case "sameBytes":
      if (one.state === "unknown")
        return "Results were not compared: sec or another configuration is missing.";
      return `All configurations gave the same bytes in ${count(one.runs, "run", "runs")}.`;
    case "peers":
      return `${n.list(one.peers.map(({ label }) => label))} ${one.peers.length === 1 ? "agrees" : "agree"} with sec within the tolerance.`;
    case "runs":
      if (one.total === 0) return "There are no runs.";
      if (one.state === "passed") return `None of the ${n.count(one.total)} runs failed.`;
      return "Some runs failed or were not made.";
    case "tracing":
      if (one.tracedTimes.length > 0)
        return `The times of ${n.list(one.tracedTimes)} are of traced runs: there are no others.`;
      if (one.state === "passed") return `Recording the trace costs less than ${n.percent(0.01)}.`;
      if (one.state === "unknown") return "Recording the trace does not show in the times.";
      return "Recording the trace lengthens runs; times are therefore of runs without it.";
  }
}

function checkDetail(one: Check): string {
  switch (one.id) {
    case "noise":
      return one.floor === null
        ? ""
        : `Ratio of the two runs of sec: ${n.ratio(one.floor.ratio)}, ${blocksOf(one.floor.ratio.blocks)}.`;
    case "drift":
      return one.factor === null ? "" : `From the first block to the last: factor ${n.ratio(one.factor)}.`;
    case "sameBytes":
      return one.labels.length === 0 ? "" : `SHA-256 of the outputs of ${n.list(one.labels)}.`;
    case "peers":
      return one.peers
        .map(({ label, comparedPixels, counts }) =>
          comparedPixels === null
            ? `${label}: ${count(counts.kept, "run", "runs")}.`
            : `${label}: ${n.count(comparedPixels)} pixels valid in all dates.`,
        )
        .join(" ");
    case "tracing":
      return one.cost === null
        ? ""
        : `Time with the trace over time without: ${n.ratio(one.cost.factor)}, ${n.count(one.cost.pairs)} pairs.`;
    default:
      return "";
  }
}

function memory(uses: readonly MemoryUse[]): string {
  const [least] = uses;
  const most = uses.at(-1);
  if (least === undefined || most === undefined) return "Memory was not recorded.";
  if (most.bytes < 1.05 * least.bytes) return `All hold about ${n.mebibytes(most.bytes)}.`;
  return `${most.label} holds most, ${n.mebibytes(most.bytes)}; ${least.label} least, ${n.mebibytes(least.bytes)}.`;
}

export const enFindings: FindingWords = {
  causes: CAUSES,
  standings: STANDINGS,
  reasonOf,
  sentenceOf,
  refusals: REFUSALS,
  moving,
  reading,
  cold,
  memory,
  failure,
  check,
  checkDetail,
  tooMany: ({ named, oversubscription: cost }) =>
    cost === null
      ? `${named.label}: more workers than cores.`
      : `${named.label} takes ${n.ratio(cost.ratio)} times as long as ${cost.base}, which stays within the cores (${blocksOf(cost.blocks)}: ${n.seconds(cost.seconds)} against ${n.seconds(cost.baseSeconds)}).`,
  causeSummary: ({ timesSec, causes: [main, next] }) => {
    const after =
      next !== undefined && next.share >= LEAST_SECOND
        ? `; then ${CAUSES[next.id].name}${shareOf(next.share)}`
        : "";
    return `${n.number(timesSec!.value)} times sec · mostly ${CAUSES[main!.id].name}${shareOf(main!.share)}${after}`;
  },
};
