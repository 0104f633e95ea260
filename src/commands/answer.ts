// The answer of a finished session as a terminal shows it: medians, verdicts, headline.
import { alignColumns } from "../report/alignColumns";
import { answerLines, medianRows } from "../report/answer";
import { readReportData } from "../report/reportData";

/**
 * What the first screen of the informe says, in English as the command line is.
 * @throws RecordError the run folder cannot be read
 */
export function terminalAnswer(runFolder: string): readonly string[] {
  const report = readReportData(runFolder);
  const rows = medianRows(report, "en");
  return [...(rows.length === 0 ? [] : ["", ...alignColumns(rows)]), "", ...answerLines(report, "en"), ""];
}
