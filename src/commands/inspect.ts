import { toPlainError } from "../core/errors";
import type { Finding } from "../core/findings";
import { formatShape } from "../core/raster";
import type { SlcChoice } from "../io/choose";
import { requireDistinctOutputs, writeWholeFile } from "../io/outputFile";
import { type InspectedDate, inspectStack, type StackCost, type StackInspection } from "../pipeline/inspect";
import {
  type Arguments,
  type Command,
  type Context,
  parseIntensityParameters,
  SHARED_OPTIONS,
  wrapWords,
} from "./command";

export const command: Command = {
  positionals: ["SLC_DIR"],
  options: {
    quicklook: { value: "PNG", help: "also write the mean power of all dates as a small picture in dB" },
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.json,
  },
  notes:
    "SLC_DIR: SLC images, or crops. Exit code 0: it can be processed; 1: the first thing in the way is named.",
  examples: ["data/slc", "data/slc --crop 512,512,0,0 --quicklook first.png"],
  run,
};

async function run(args: Arguments, context: Context): Promise<void> {
  const [folder] = args.positionals as [string];
  const parameters = parseIntensityParameters(args);
  const inspection = await inspectStack(folder, parameters);
  const target = args.text("quicklook");
  const quicklook =
    target === undefined || inspection.problem !== null
      ? null
      : await writeQuicklook(target, inspection, parameters.choice, context);
  if (args.flag("json")) {
    context.print(JSON.stringify(toPlain(inspection, quicklook)));
  } else {
    const { isTTY, columns } = process.stdout;
    for (const line of describe(inspection, isTTY ? columns : null)) context.print(line);
    if (quicklook !== null) context.print(`quicklook: ${target}: ${quicklook}`);
  }
  if (inspection.problem !== null) throw inspection.problem;
}

/** @returns what the picture shows */
async function writeQuicklook(
  target: string,
  { folder, dates }: StackInspection,
  choice: SlcChoice | undefined,
  context: Context,
): Promise<string> {
  requireDistinctOutputs(
    [target],
    dates.flatMap(({ path, dataPath }) => (dataPath === null ? [path] : [path, dataPath])),
  );
  const { slcQuicklook } = require("../pipeline/picture") as typeof import("../pipeline/picture");
  const { png, description } = await slcQuicklook(folder, {
    ...(choice === undefined ? {} : { choice }),
    signal: context.signal,
    onProgress: context.progress,
  });
  writeWholeFile(target, png);
  return description;
}

function toPlain(inspection: StackInspection, quicklook: string | null): object {
  const { folder, dates, bytes, findings, cost, problem } = inspection;
  const plain = (error: InspectedDate["problem"]): object | null => {
    if (error === null) return null;
    const { name, message, path } = toPlainError(error);
    return { name, message, path };
  };
  return {
    command: "inspect",
    folder,
    processable: problem === null,
    dates: dates.map((date) => ({ ...date, problem: plain(date.problem) })),
    bytes,
    findings,
    cost,
    problem: plain(problem),
    quicklook,
  };
}

/** Columns that the table takes at most. */
const WIDTH = 100;

/** @param columns of the terminal; null where there is none, and lines are not wrapped */
function describe(
  { dates, bytes, findings, cost, problem }: StackInspection,
  columns: number | null,
): string[] {
  const unread = dates.filter(({ shape }) => shape === null).length;
  const isTold = problem === null || dates.some((date) => date.problem !== null);
  const rows = dates.find(({ sample }) => sample !== null)?.sample?.rows ?? 0;
  const stack = `stack: ${dates.length} date${dates.length === 1 ? "" : "s"}${unread === 0 ? "" : ` (${unread} cannot be read)`}, ${megabytes(bytes)} MB of samples`;
  return [
    ...drawTable(dates, findings, Math.min(WIDTH, columns ?? WIDTH)),
    ...[
      rows === 0 ? "" : `* zeros and NaN in ${rows} evenly spaced rows: a sample, not a count`,
      stack,
      ...findings.map(describeFinding),
      ...(cost === null ? [] : describeCost(cost, dates.length)),
      `can be processed: ${problem === null ? "yes" : "no"}${isTold ? countGrave(findings) : `; ${problem.name}: ${problem.message}`}`,
    ]
      .filter((line) => line !== "")
      .flatMap((line) => (columns === null ? [line] : wrapWords(line, columns))),
  ];
}

function countGrave(findings: readonly Finding[]): string {
  const counts = (["error", "warning"] as const).flatMap((severity) => {
    const { length } = findings.filter((finding) => finding.severity === severity);
    return length === 0 ? [] : `${length} ${severity}${length === 1 ? "" : "s"}`;
  });
  return counts.length === 0 ? "" : `; see ${counts.join(" and ")} above`;
}

const HEADS = ["date", "MB", "shape", "type", "missing*", "dB", "ENL", "finding", "format"];
/** Heads of numbers, which are aligned at their last digit. */
const NUMBERS: ReadonlySet<string> = new Set(["MB", "missing*", "dB", "ENL"]);
const LONGEST_DATE = 24;

function drawTable(dates: readonly InspectedDate[], findings: readonly Finding[], width: number): string[] {
  const rows = dates.map(({ date, shape, bytes, type, format, sample }) => [
    date.length > LONGEST_DATE ? `${date.slice(0, LONGEST_DATE - 1)}…` : date,
    bytes === null ? "-" : megabytes(bytes),
    shape === null ? "-" : formatShape(shape),
    type ?? "-",
    sample === null ? "-" : `${(100 * (sample.zeroShare + sample.nanShare)).toFixed(1)} %`,
    sample?.meanDecibels?.toFixed(1) ?? "-",
    sample?.enl?.enl.toFixed(2) ?? "-",
    findings.find((finding) => finding.dates.includes(date))?.severity ?? "-",
    format ?? "-",
  ]);
  const widths = HEADS.map((_, column) => Math.max(...[HEADS, ...rows].map((row) => row[column]!.length)));
  const cells = [HEADS, ...rows].map((row) =>
    row.map((cell, column) =>
      NUMBERS.has(HEADS[column]!) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    ),
  );
  return cells.map((row) => {
    const line = row.join("  ").trimEnd();
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
  });
}

/** `warning: DATES: found; effect; next step`. */
function describeFinding({
  severity,
  dates,
  path,
  kind,
  found,
  expected,
  effect,
  nextStep,
}: Finding): string {
  const [first, ...others] = dates;
  const named = dates.length <= 4 ? dates.join(", ") : `${first}, … ${others.at(-1)} (${dates.length} dates)`;
  const file = kind === "unreadable" || kind === "truncated" || kind === "sheared" ? `${path}: ` : "";
  const sentence = `${file}found ${found}${expected === null ? "" : `, expected ${expected}`}`;
  return `${severity}: ${dates.length === 0 ? "stack" : named}: ${sentence}; ${effect}; ${nextStep}`;
}

function describeCost(
  { looks, crop, shape, cropBytes, productBytes, predicted }: StackCost,
  dates: number,
): string[] {
  const times = Object.entries(predicted).map(
    ([name, { seconds, workers }]) =>
      `${name} ${seconds.toPrecision(2)} s (${workers} worker${workers === 1 ? "" : "s"})`,
  );
  const crops = looks === null ? "" : `${dates} crops ${megabytes(cropBytes)} MB; `;
  return [
    `intensity: ${looks === null ? "" : `looks ${looks}, `}crop ${crop}: ${formatShape(shape)} cells a date`,
    `disk: ${crops}mean, std and count ${megabytes(productBytes)} MB`,
    `predicted from a warm page cache, within a factor of two: ${times.join(", ")}`,
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
