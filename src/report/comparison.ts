import { groupBy } from "../core/groups";
import type { SessionComparison, SessionRow } from "../evidence/compareSessions";
import type { LevelKey } from "../evidence/summary";
import { alignColumns } from "./alignColumns";
import { standingOfVerdict } from "./findings/standing";
import { numbersOf } from "./numbers";
import { WORDS } from "./words/words";

const REFUSED: Readonly<Record<NonNullable<SessionComparison["refused"]>, string>> = {
  otherMachine:
    "no verdicts: the runs were measured on different machines; measure both on one to say which is faster",
  unknownMachine: "no verdicts: an env.json is missing, so the machines may be different ones",
};

/**
 * Session B against session A as lines of a terminal, in English as the command line is: what differs in env.json, then
 * a row a configuration under the heading of its level (ratio = seconds in B / seconds in A with its 95 % interval).
 */
export function describeComparison(comparison: SessionComparison): readonly string[] {
  const { differences, refused, rows, onlyA, onlyB } = comparison;
  return [
    ...describeDifferences(differences),
    "",
    ...describeRows(rows),
    ...describeLone("only in A", onlyA),
    ...describeLone("only in B", onlyB),
    ...(refused === null ? [] : [REFUSED[refused]]),
  ];
}

function describeDifferences(differences: SessionComparison["differences"]): string[] {
  if (differences.length === 0) return ["environment: no difference recorded"];
  const cells = differences.map(({ field, a, b }) => [`  ${field}`, show(a), show(b)]);
  const changed = differences.some(({ field }) => field === "dataset.sha256");
  return [
    "environment: these fields differ",
    ...alignColumns([["  field", "A", "B"], ...cells]),
    ...(changed ? ["note: the data are not the same files; a ratio may be theirs"] : []),
  ];
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "none");
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function describeRows(rows: readonly SessionRow[]): string[] {
  if (rows.length === 0) return ["no configuration was measured by both"];
  const levels = [...new Set(rows.map((row) => levelName(row.key)))];
  return levels.flatMap((level) => [
    `${level}: seconds (medians), ratio B/A with its 95% interval`,
    ...alignColumns([
      ["  label", "A", "B", "B/A", "verdict"],
      ...rows.filter((row) => levelName(row.key) === level).map(cellsOf),
    ]),
  ]);
}

function levelName(key: LevelKey): string {
  return WORDS.en.data({ ...key, ...key.shape }) + (key.crop === null ? "" : `, crop ${key.crop}`);
}

function cellsOf({ label, ratio, verdict }: SessionRow): string[] {
  const numbers = numbersOf("en");
  return [
    `  ${label}`,
    numbers.seconds(ratio.denominator),
    numbers.seconds(ratio.numerator),
    numbers.ratio(ratio),
    verdict === null ? "refused" : wordVerdict(verdict),
  ];
}

function wordVerdict(verdict: NonNullable<SessionRow["verdict"]>): string {
  if (verdict.reason === null) return `B is ${verdict.kind}`;
  return WORDS.en.page.standings[standingOfVerdict(verdict)];
}

/** One line, however many. */
function describeLone(
  lead: string,
  all: readonly { readonly key: LevelKey; readonly label: string }[],
): string[] {
  if (all.length === 0) return [];
  const levels = groupBy(all, ({ key }) => levelName(key));
  const told = [...levels].map(([level, ones]) => `${ones.map(({ label }) => label).join(", ")} (${level})`);
  return [`${lead}: ${told.join("; ")}`];
}
