import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { RecordError } from "../core/errors";
import { requireDistinctOutputs, writeWholeFile } from "../io/outputFile";
import { readResultados } from "../records/resultados";
import { chartFiles } from "../report/figure";
import { LANGUAGES, type Lang } from "../report/numbers";
import { speedup } from "../report/plots/speedup";
import { requireSec, TABLE_CHARTS } from "../report/plots/table";
import { times } from "../report/plots/times";
import { readReportData } from "../report/reportData";
import { WORDS } from "../report/words/words";
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
    const drawings = isFolder ? drawRun(source, lang, context) : drawTable(source, lang);
    for (const path of writeDrawings(drawings, folder, isFolder ? [] : [source])) context.print(path);
  },
};

/** A chart as files. */
export interface Drawing {
  readonly id: string;
  readonly svg: string;
  readonly png: Uint8Array;
}

/**
 * Writes each drawing as `<id>.png` and `<id>.svg`.
 * @param inputs files that must not be overwritten
 */
export function writeDrawings(
  drawings: readonly Drawing[],
  folder: string,
  inputs: readonly string[] = [],
): readonly string[] {
  const files = drawings.flatMap(({ id, svg, png }): [string, string | Uint8Array][] => [
    [join(folder, `${id}.png`), png],
    [join(folder, `${id}.svg`), svg],
  ]);
  const paths = files.map(([path]) => path);
  requireDistinctOutputs(paths, inputs);
  for (const [path, content] of files) writeWholeFile(path, content);
  return paths;
}

/** Times and speedup of a run; what the records do not allow is told. @throws RecordError nothing can be drawn */
export function drawRun(folder: string, lang: Lang, context: Context): readonly Drawing[] {
  const report = readReportData(folder);
  for (const note of report.session.notes) context.tell(`pila: ${note}`);
  const drawings = [times, speedup].flatMap((chart) => {
    const files = chartFiles(chart, report, WORDS[lang]);
    if (files === null) context.tell(`pila: ${chart.id} is not drawn: ${chart.claim(report, WORDS.en)}`);
    return files === null ? [] : [{ id: chart.id, ...files }];
  });
  if (drawings.length > 0) return drawings;
  throw new RecordError(
    `${folder}: found no run that ended well, expected one at least; see the reasons in runs.jsonl and run pila bench again`,
    { path: folder },
  );
}

function drawTable(path: string, lang: Lang): readonly Drawing[] {
  const rows = readResultados(path);
  requireSec(rows, path);
  return TABLE_CHARTS.map((chart) => ({ id: chart.id, ...chartFiles(chart, rows, WORDS[lang])! }));
}
