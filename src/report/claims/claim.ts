import type { Configuration, Level, Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { wordLevel } from "./wording";

/** A table or figure of the informe; `FF` is that of fused. */
export type FigureId =
  | "T1"
  | "T2"
  | "F1"
  | "F2"
  | "F3"
  | "F4"
  | "F5"
  | "F6"
  | "F7"
  | "F8"
  | "F9"
  | "F10"
  | "F11"
  | "F12"
  | "FF";

/** A sentence the records carry. */
interface Claimed {
  readonly kind: "claim";
  readonly text: Text;
  /** Ids of the runs its numbers come from. */
  readonly rows: readonly string[];
  readonly figure: FigureId;
}

/** What cannot be said, and what it would take. */
interface Missing {
  readonly kind: "missing";
  readonly reason: Text;
}

export type ClaimVerdict = Claimed | Missing;

/** A question to the records; its answer is one sentence or several, or the reason there is none. */
export interface Claim {
  readonly id: string;
  readonly title: Text;
  /** The figure that shows it, unless a sentence names another. */
  readonly figure: FigureId;
  /** Pure: equal summaries give equal answers. Never empty. */
  evaluate(summary: Summary): readonly ClaimVerdict[];
}

export function claimed(figure: FigureId, text: Text, rows: readonly string[]): Claimed {
  return { kind: "claim", text, rows: [...new Set(rows)], figure };
}

export function missing(reason: Text): Missing {
  return { kind: "missing", reason };
}

/** What every claim says of records in which no run was kept. */
export const NOTHING_KEPT: Missing = missing({
  es: "ninguna corrida entró en las estadísticas",
  en: "no run entered the statistics",
});

/** What claims on parallel backends say where none has times. */
export const NOTHING_PARALLEL: Text = {
  es: "no hay tiempos válidos de ningún backend en paralelo que haga el trabajo de sec",
  en: "no parallel backend that does the work of sec has valid times",
};

/**
 * The answers on the level to speak of, which is named where others go by another name; a refusal where no run of it was kept.
 * @param wordPlace how the level is named
 */
export function onMainLevel(
  summary: Summary,
  answer: (level: Level) => readonly ClaimVerdict[],
  wordPlace: (key: Level["key"]) => Text = wordLevel,
): readonly ClaimVerdict[] {
  const level = summary.levels[0];
  if (level === undefined || level.counts.kept === 0) return [NOTHING_KEPT];
  const verdicts = answer(level);
  const places = new Set(summary.levels.map(({ key }) => wordPlace(key).es));
  return places.size === 1 ? verdicts : verdicts.map((one) => placed(one, wordPlace(level.key)));
}

/** The verdict with the level it is about before it. */
export function placed(verdict: ClaimVerdict, place: Text): ClaimVerdict {
  const put = ({ es, en }: Text): Text => ({
    es: `Con ${place.es}: ${lowerFirst(es)}`,
    en: `With ${place.en}: ${lowerFirst(en)}`,
  });
  return verdict.kind === "claim"
    ? { ...verdict, text: put(verdict.text) }
    : { ...verdict, reason: put(verdict.reason) };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Configurations whose time may stand beside that of `sec`, `sec` included, with at least one kept run. */
export function comparableOf(level: Level): readonly Configuration[] {
  return level.configurations.filter(
    (one) => one.seconds !== null && (one.kind === "statistics" || one.kind === "peer"),
  );
}

export function findConfiguration(level: Level, label: string): Configuration | null {
  return level.configurations.find((one) => one.label === label) ?? null;
}

/** Ids of the timed runs of some labels. */
export function rowsOf(level: Level, labels: readonly string[]): readonly string[] {
  return labels.flatMap((label) => findConfiguration(level, label)?.runs.map((run) => run.runId) ?? []);
}
