// The answer of a finished session as a terminal shows it: medians, verdicts, headline.
import { LEAST_BLOCKS } from "../evidence/numbers";
import type { Configuration, Level } from "../evidence/summary";
import { alignColumns } from "../report/alignColumns";
import { findHeadline } from "../report/findings/headline";
import { formatNumber } from "../report/formatNumber";
import { readReportData } from "../report/reportData";
import { en } from "../report/words/en";

/**
 * The largest level as a table, sorted by time, its headline, and that of every other level.
 * @throws RecordError the run folder cannot be read
 */
export function answerLines(runFolder: string): readonly string[] {
  const { levels } = readReportData(runFolder).summary;
  const [main, ...others] = levels;
  if (main === undefined) return [en.headline(findHeadline(null))];
  return [
    "",
    ...tableOf(main),
    "",
    `${en.headline(findHeadline(main))}.`,
    ...others.map((level) => `${nameOf(level)}: ${en.headline(findHeadline(level))}.`),
    "",
  ];
}

function nameOf({ key }: Level): string {
  return `${key.dates} dates of ${key.shape.azimuth} x ${key.shape.range}`;
}

function tableOf(level: Level): string[] {
  const timed = level.configurations.filter(({ seconds }) => seconds !== null);
  const rows = timed
    .sort((a, b) => a.seconds!.value - b.seconds!.value)
    .map((one) => [
      `  ${one.label}`,
      formatNumber(one.seconds!.value, "en"),
      timesSec(one),
      wordVerdict(one),
    ]);
  return [
    `${nameOf(level)}, medians of whole runs:`,
    ...alignColumns([["  Configuration", "Seconds", "Times sec", "Verdict"], ...rows]),
  ];
}

function timesSec(one: Configuration): string {
  if (one.label === "sec") return "1.00";
  if (doesOtherWork(one) || one.versusSec === null) return "";
  return one.versusSec.ratio.value.toFixed(2);
}

function doesOtherWork({ kind }: Configuration): boolean {
  return kind === "prepare" || kind === "fused";
}

/** What may be said of a configuration against `sec`: one of a few words. */
export function wordVerdict(one: Configuration): string {
  if (one.label === "sec") return "what the others are held against";
  if (doesOtherWork(one)) return "other work";
  if (one.versusSec === null) return "cannot be told: sec is missing in its blocks";
  const { ratio, verdict } = one.versusSec;
  switch (verdict.reason) {
    case null:
      return verdict.kind;
    case "tooFewBlocks":
      return `cannot be told: ${LEAST_BLOCKS - ratio.blocks} more blocks are missing`;
    case "noFloor":
      return "cannot be told: the two runs of sec a block are missing";
    case "belowFloor":
      return "less than the noise";
    case "belowMargin":
    case "intervalContainsOne":
    case "nothingDiffers":
      return "the same, as far as can be seen";
  }
}
