import type { EnvRecord, Span } from "../../core/records";
import { cutIntoStretches } from "../../evidence/spans";
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
import { isSound, wordUnsound } from "./soundSpans";
import { joinTexts, say } from "./text";
import { CACHE_NAMES, REFUSALS, wordOversubscription, wordWork } from "./wording";

/** Parts of the measured roof, in percent: a read rate from here on is near it, at it, beyond it. */
const ROOF = { near: 50, at: 90, beyond: 111 };

/** Whether reading or computing takes the time, and how near reading is to what the machine can do. */
export const inputOrCompute = {
  id: "inputOrCompute",
  title: { es: "¿Limita la entrada y salida o el cálculo?", en: "Bound by I/O or by computing?" },
  figure: "F9",
  evaluate: (summary: Summary): readonly ClaimVerdict[] =>
    onMainLevel(
      summary,
      (main) => {
        const levels = summary.levels.filter((level) => isSameWork(level, main));
        return levels.flatMap((level) => evaluateLevel(level, levels.length > 1, summary.env));
      },
      wordWork,
    ),
} as const satisfies Claim;

/** The same stack, whatever the state of the cache. */
function isSameWork({ key }: Level, { key: { dates, shape, crop } }: Level): boolean {
  const { azimuth, range } = key.shape;
  return key.dates === dates && key.crop === crop && azimuth === shape.azimuth && range === shape.range;
}

function evaluateLevel(level: Level, named: boolean, env: EnvRecord | null): readonly ClaimVerdict[] {
  const labels = [...new Set(["sec", level.fastest?.label ?? "sec"])];
  const told = labels.flatMap((label) => findConfiguration(level, label) ?? []);
  const own = told.filter((one) => one.kind === "statistics" && one.seconds !== null);
  if (own.length === 0) return [missing(REFUSALS.noSec)];
  return own.map((one) => evaluateOne(level, one, named, env));
}

function evaluateOne(level: Level, one: Configuration, named: boolean, env: EnvRecord | null): ClaimVerdict {
  const { decomposition } = one;
  const cache = CACHE_NAMES[one.cache];
  const label: Text = {
    es: one.label + (named ? `, con ${cache.es},` : ""),
    en: one.label + (named ? `, with ${cache.en},` : ""),
  };
  const refuse = (reason: Text): ClaimVerdict =>
    missing({ es: `${one.label}: ${reason.es}`, en: `${one.label}: ${reason.en}` });
  if (one.oversubscribed) return refuse(wordOversubscription(one));
  if (decomposition === null) return refuse(REFUSALS.noSpans);
  if (!isSound(decomposition)) return refuse(wordUnsound(decomposition));
  const text = joinTexts([wordBound(label, decomposition), wordRoof(one, decomposition, env)]);
  return claimed("F9", text, [...rowsOf(level, [one.label]), decomposition.runId]);
}

/** Over the time its workers are busy: waiting is neither. */
function wordBound(label: Text, { seconds, runId, processes, wallSeconds }: Decomposition): Text {
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
  const startup = seconds.spawn + seconds.init + seconds.teardown;
  const most: Text =
    startup > busy / 2
      ? say({
          es: (n) =>
            ` La mayor parte es arranque y cierre: ${n.number(startup)} (${n.percent(startup / busy)}).`,
          en: (n) =>
            ` Most of it is start-up and ending: ${n.number(startup)} (${n.percent(startup / busy)}).`,
        })
      : { es: "", en: "" };
  return say({
    es: (n) =>
      `A ${label.es} ${lead.es}: de ${n.number(busy)} trabajador·s ocupados, leer y escribir lleva ${n.number(moved)} (${n.percent(moved / busy)}) y calcular ${n.number(seconds.compute)} (${n.percent(seconds.compute / busy)}; corrida ${runId}).${most.es}`,
    en: (n) =>
      `${label.en} ${lead.en}: of ${n.number(busy)} busy worker·s, reading and writing take ${n.number(moved)} (${n.percent(moved / busy)}) and computing ${n.number(seconds.compute)} (${n.percent(seconds.compute / busy)}; run ${runId}).${most.en}`,
  });
}

/** The rate of all readers together while any reads, against the roof of the same cache state. */
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
  const reading = readingSeconds(one.gantt!.spans);
  const rate = bytes / 1e6 / reading;
  if (roof === null) {
    return say({
      es: (n) =>
        `Mientras lee, va a ${n.number(rate)} MB/s; no hay un techo medido para este estado de la caché con que compararlo.`,
      en: (n) =>
        `While it reads it goes at ${n.number(rate)} MB/s; no roof was measured for this cache state to compare with.`,
    });
  }
  const place = placeUnderRoof(Math.round((rate / roof) * 100));
  return say({
    es: (n) =>
      `Mientras lee, va a ${n.number(rate)} MB/s (${n.bytes(bytes)} en ${n.seconds(reading)}), ${n.percent(rate / roof)} del techo medido de ${n.number(roof)} MB/s: la lectura ${place.es}.`,
    en: (n) =>
      `While it reads it goes at ${n.number(rate)} MB/s (${n.bytes(bytes)} in ${n.seconds(reading)}), ${n.percent(rate / roof)} of the measured roof of ${n.number(roof)} MB/s: reading ${place.en}.`,
  });
}

/** Seconds in which at least one worker reads. */
function readingSeconds(spans: readonly Span[]): number {
  const reads = spans.filter((span) => span.phase === "read");
  return cutIntoStretches(reads, Number.POSITIVE_INFINITY).reduce(
    (sum, { from, to, busy }) => sum + (busy.length > 0 ? to - from : 0),
    0,
  );
}

function placeUnderRoof(percent: number): Text {
  if (percent >= ROOF.beyond) return { es: "supera ese techo", en: "goes beyond that roof" };
  if (percent >= ROOF.at) return { es: "está en el techo", en: "is at the roof" };
  if (percent >= ROOF.near) return { es: "está cerca del techo", en: "is near the roof" };
  return { es: "está lejos del techo", en: "is far from the roof" };
}
