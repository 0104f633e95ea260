import type { EnvRecord } from "../core/records";
import { type Level, type Summary, summarise } from "../evidence/summary";
import { readSession, type StoredSession } from "../records/runFolder";

/** What tables, charts and sentences are made from: the records of one run folder and what follows from them. */
export interface ReportData {
  /** The run folder; null for records that were never written. */
  readonly folder: string | null;
  readonly session: StoredSession;
  readonly env: EnvRecord;
  readonly summary: Summary;
  /** The level to speak of: summary.levels[0]; null when nothing was run. */
  readonly level: Level | null;
}

/** The report's data from records in memory. Equal records give equal data. */
export function makeReportData(session: StoredSession, folder: string | null = null): ReportData {
  const summary = summarise(session);
  return { folder, session, env: session.env, summary, level: summary.levels[0] ?? null };
}

/**
 * The report's data of a run folder.
 * @param folder the run folder
 * @returns its records, their summary, and the maps where it has any
 * @throws RecordError names file, line and field
 */
export function readReportData(folder: string): ReportData {
  return makeReportData(readSession(folder), folder);
}
