import { makeReportData, type ReportData } from "../../../src/report/reportData";
import { synthesise } from "../../records/session.fixture";

/** The report of invented configurations. */
export function reportOf(...session: Parameters<typeof synthesise>): ReportData {
  return makeReportData({ ...synthesise(...session), notes: [] });
}
