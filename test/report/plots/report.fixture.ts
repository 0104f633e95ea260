import { makeReportData, type ReportData } from "../../../src/report/reportData";
import { synthesise } from "../claims/syntheticSession";

/** The report of invented configurations. */
export function reportOf(...session: Parameters<typeof synthesise>): ReportData {
  return makeReportData({ ...synthesise(...session), notes: [] });
}
