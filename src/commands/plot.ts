import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { RecordError } from "../core/errors";
import { requireDistinctOutputs, writeWholeFile } from "../io/outputFile";
import { readResultados } from "../records/resultados";
import { runTimes } from "../report/charts/runTimes";
import { speedup } from "../report/charts/speedup";
import { drawTable } from "../report/charts/tableBars";
import { withCaption } from "../report/draw";
import type { Drawing } from "../report/drawing";
import { LANGUAGES, type Lang } from "../report/language";
import { readReportData } from "../report/reportData";
import { type Command, type Context, parseChoice } from "./command";

export const command: Command = {
  positionals: ["RUN"],
  options: {
    out: {
      value: "DIR",
      help: "where the pictures go (default: the run folder, or the folder of the table)",
    },
    lang: { value: "es|en", help: "language of the pictures (default es)" },
  },
  notes: "RUN: a run folder, or a CSV with the columns backend and tiempo and a row sec",
  examples: ["reports/runs/20261128T040000Z", "resultados.csv --out pictures"],

  async run(args, context) {
    const [source] = args.positionals as [string];
    const lang = parseChoice("lang", args.text("lang"), LANGUAGES);
    const isFolder = statSync(source, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const folder = args.text("out") ?? (isFolder ? source : dirname(source));
    const drawings = isFolder
      ? drawRun(source, lang, context)
      : drawTable(readResultados(source), source, lang);
    for (const path of writeDrawings(drawings, folder, isFolder ? [] : [source])) context.print(path);
  },
};

/**
 * Writes each drawing as `<id>.png` and `<id>.svg`.
 * @param inputs files that must not be overwritten
 */
export function writeDrawings(
  drawings: readonly Drawing[],
  folder: string,
  inputs: readonly string[] = [],
): readonly string[] {
  const { renderPng } = require("../report/png") as typeof import("../report/png");
  const files = drawings.flatMap((drawing): [string, string | Uint8Array][] => {
    const { svg } = withCaption(drawing);
    return [
      [join(folder, `${drawing.id}.png`), renderPng(svg)],
      [join(folder, `${drawing.id}.svg`), svg],
    ];
  });
  const paths = files.map(([path]) => path);
  requireDistinctOutputs(paths, inputs);
  for (const [path, content] of files) writeWholeFile(path, content);
  return paths;
}

/** F1 and F2; what the records do not allow is told. @throws RecordError nothing can be drawn */
export function drawRun(folder: string, lang: Lang, context: Context): readonly Drawing[] {
  const report = readReportData(folder);
  for (const note of report.session.notes) context.tell(`pila: ${note}`);
  const drawn = [runTimes, speedup].map((chart) => ({ chart, result: chart.draw(report, lang) }));
  const drawings = drawn.flatMap(({ chart, result }) => {
    if (result.kind === "drawing") return [result];
    context.tell(`pila: ${chart.id} is not drawn: ${result.reason.en}`);
    return [];
  });
  if (drawings.length === 0) {
    throw new RecordError(
      `${folder}: found no run that ended well, expected one at least; see the reasons in runs.jsonl and run pila bench again`,
      { path: folder },
    );
  }
  return drawings;
}
