import { existsSync } from "node:fs";
import { join } from "node:path";
import { RecordError } from "../core/errors";
import { groupBy } from "../core/groups";
import type { EnvRecord, RunRecord } from "../core/records";
import { readBounded } from "../io/inputFile";
import { writeWholeFile } from "../io/outputFile";
import { quoteFound } from "./runFolder";

/** A row of resultados.csv: a label and its seconds. */
export interface Resultado {
  readonly label: string;
  readonly seconds: number;
}

/**
 * Median wall seconds of the kept runs of each label, `sec` first and the others in order of label; both runs
 * of the A/A pair count as `sec`. A label with no kept run has no row.
 */
export function summarise(runs: readonly RunRecord[]): readonly Resultado[] {
  return [...groupBy(runs.filter(isKept), ({ label }) => label)]
    .sort(([a], [b]) => Number(b === "sec") - Number(a === "sec") || (a < b ? -1 : 1))
    .map(([label, kept]) => ({ label, seconds: median(kept.map(({ wallSeconds }) => wallSeconds!)) }));
}

/** Runs a time may be taken from: ended well, not in the warm-up, without spans. Noisy runs are kept. */
function isKept(run: RunRecord): boolean {
  return run.outcome === "ok" && !run.warmup && !run.traced && run.wallSeconds !== null;
}

/**
 * Writes `resultados.csv` for the dates and crop of env.dataset, and `resultados-<dates>-<crop>.csv` for every
 * other level (crop as rows-cols-row0-col0, or `whole`). Tab separated, seconds with a point and 6 decimals.
 * @returns the paths written, the main one first
 */
export function writeResultados(
  folder: string,
  env: EnvRecord,
  runs: readonly RunRecord[],
): readonly string[] {
  const files = groupBy(runs, (run) => fileOf(run, env));
  const names = new Set(["resultados.csv", ...files.keys()]);
  return [...names].map((name) => {
    const path = join(folder, name);
    const rows = summarise(files.get(name) ?? []).map(
      ({ label, seconds }) => `${plainCell(label)}\t${seconds.toFixed(6)}`,
    );
    writeWholeFile(path, ["backend\ttiempo", ...rows, ""].join("\n"));
    return path;
  });
}

/** A label as spreadsheets show it: none begins a formula, a cell or a line. Numbers are written as they are. */
function plainCell(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").replace(/^\s*[=+@-]/, "'$&");
}

function fileOf(run: RunRecord, env: EnvRecord): string {
  const crop = run.crop ?? null;
  if (run.dates === env.dataset.dates.length && crop === env.dataset.crop) return "resultados.csv";
  return `resultados-${run.dates}-${crop === null ? "whole" : crop.replaceAll(",", "-")}.csv`;
}

/** A table of thousands of rows has some hundred kB. */
const MOST_BYTES = 1 << 24;

/**
 * Rows of any such CSV, the user's own labels untouched. Tab, semicolon or comma separated, as its header is; a
 * decimal comma is understood where the comma does not separate. More columns than the two are passed over.
 * @throws RecordError no such file, no `backend` and `tiempo` header, or a time that is not a number above 0, by file and line
 */
export function readResultados(path: string): readonly Resultado[] {
  if (!existsSync(path)) {
    throw new RecordError(`${path}: found no such file, expected a table of times; name an existing CSV`, {
      path,
    });
  }
  const refuse = (found: string): RecordError =>
    new RecordError(`${path}: found ${found}, expected a table of at most ${MOST_BYTES} bytes; name a CSV`, {
      path,
    });
  const lines = readBounded(path, MOST_BYTES, refuse)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const header = lines[0] ?? "";
  const separator = ["\t", ";", ","].find((candidate) => header.includes(candidate)) ?? "\t";
  const names = header.split(separator).map(unquote);
  const [labelColumn, timeColumn] = [names.indexOf("backend"), names.indexOf("tiempo")];
  const fail = (line: number, message: string): never => {
    throw new RecordError(`${path}:${line}: ${message}`, { path });
  };
  if (labelColumn < 0 || timeColumn < 0) {
    fail(
      1,
      `found header ${quoteFound(header)}, expected the columns backend and tiempo; add the header line`,
    );
  }
  return lines.flatMap((line, index) => {
    if (index === 0 || line.trim() === "") return [];
    const cells = line.split(separator).map(unquote);
    const time = cells[timeColumn] ?? "";
    const decimal = separator === "," ? time : time.replace(",", ".");
    const seconds = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(decimal) ? Number(decimal) : Number.NaN;
    const label = cells[labelColumn] ?? "";
    if (!(seconds > 0) || !Number.isFinite(seconds)) {
      const found = `field tiempo: found ${quoteFound(time)}`;
      fail(index + 1, `${found}, expected seconds above 0; correct the line or remove it`);
    }
    if (label === "") fail(index + 1, "field backend: found nothing, expected a label; name the row");
    if (/\p{Cc}/u.test(label)) {
      const found = JSON.stringify(label.slice(0, 100));
      fail(index + 1, `field backend: found ${found}, expected no control characters; rename the row`);
    }
    return [{ label, seconds }];
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function unquote(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, "$1");
}
