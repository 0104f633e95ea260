import { toPlainError } from "../core/errors";
import { formatShape } from "../core/raster";
import { requireDistinctOutputs, writeWholeFile } from "../io/outputFile";
import { type InspectedDate, inspectStack, type StackCost, type StackInspection } from "../pipeline/inspect";
import { alignColumns } from "../report/alignColumns";
import { type Command, type Context, parseIntensityParameters, SHARED_OPTIONS } from "./command";

export const command: Command = {
  positionals: ["SLC_DIR"],
  options: {
    quicklook: { value: "PNG", help: "also write the mean power of all dates as a small picture in dB" },
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.json,
  },
  notes: "Exit code 0: it can be processed; 1: the first thing in the way is named.",

  async run(args, context) {
    const [folder] = args.positionals as [string];
    const inspection = inspectStack(folder, parseIntensityParameters(args));
    const target = args.text("quicklook");
    const quicklook =
      target === undefined || inspection.problem !== null
        ? null
        : await writeQuicklook(folder, target, inspection, context);
    if (args.flag("json")) {
      context.print(JSON.stringify(toPlain(inspection, quicklook)));
    } else {
      for (const line of describe(inspection)) context.print(line);
      if (quicklook !== null) context.print(`quicklook: ${target}: ${quicklook}`);
    }
    if (inspection.problem !== null) throw inspection.problem;
  },
};

/** @returns what the picture shows */
async function writeQuicklook(
  folder: string,
  target: string,
  { dates }: StackInspection,
  { signal, progress }: Context,
): Promise<string> {
  const inputs = dates.flatMap(({ path, dataPath }) => (dataPath === null ? [path] : [path, dataPath]));
  requireDistinctOutputs([target], inputs);
  const { slcQuicklook } = require("../pipeline/picture") as typeof import("../pipeline/picture");
  const { png, description } = await slcQuicklook(folder, { signal, onProgress: progress });
  writeWholeFile(target, png);
  return description;
}

function toPlain(inspection: StackInspection, quicklook: string | null): object {
  const { folder, dates, bytes, cost, problem, notes } = inspection;
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
    cost,
    notes,
    problem: plain(problem),
    quicklook,
  };
}

function describe({ dates, bytes, cost, problem, notes }: StackInspection): string[] {
  const wrong = dates.filter((date) => date.problem !== null).length;
  const rows = dates.find(({ sample }) => sample !== null)?.sample?.rows ?? 0;
  return [
    ...alignColumns([["date", "lines x samples", "bytes", "kind", "zeros*", "problem"], ...dates.map(cells)]),
    rows === 0
      ? ""
      : `* samples of exactly 0+0i (border) in ${rows} evenly spaced rows of the date: a sample, not a count`,
    `stack: ${dates.length} date${dates.length === 1 ? "" : "s"}${wrong === 0 ? "" : ` (${wrong} cannot be read)`}, ${megabytes(bytes)} of samples`,
    ...(cost === null ? [] : describeCost(cost, dates.length)),
    ...notes.map((note) => `note: ${note}`),
    problem === null ? "can be processed: yes" : `can be processed: no; ${problem.name}: ${problem.message}`,
  ].filter((line) => line !== "");
}

function cells({ date, shape, bytes, kind, sample, problem }: InspectedDate): string[] {
  return [
    date,
    shape === null ? "-" : formatShape(shape),
    bytes === null ? "-" : String(bytes),
    kind ?? "-",
    sample === null ? "-" : `${(100 * sample.zeroShare).toFixed(1)} %`,
    problem === null ? "" : `${problem.name}: ${problem.message}`,
  ];
}

function describeCost(
  { looks, crop, shape, cropBytes, productBytes, predicted }: StackCost,
  dates: number,
): string[] {
  const { prep, stats, fused } = predicted;
  const time = (name: string, { seconds, workers }: typeof prep): string =>
    `${name} ${seconds.toPrecision(2)} s (${workers} worker${workers === 1 ? "" : "s"})`;
  return [
    `intensity: looks ${looks}, crop ${crop}: ${formatShape(shape)} cells a date`,
    `disk: ${dates} crops ${megabytes(cropBytes)}; mean, std and count ${megabytes(productBytes)}`,
    `predicted from a warm page cache, within a factor of two: ${[time("prep", prep), time("stats", stats), time("fused", fused)].join(", ")}`,
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
