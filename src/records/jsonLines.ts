import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { RecordError } from "../core/errors";

/** The parsed lines of a file, and the torn last line a crash left, if any. */
export interface JsonLines {
  /** Line numbers count from 1. */
  readonly lines: readonly { readonly line: number; readonly value: unknown }[];
  /** Bytes of whole lines; what follows is torn. */
  readonly wholeBytes: number;
  readonly note: string | null;
}

/**
 * Every whole line of a JSON Lines file; a file that does not exist has none. Blank lines are passed over.
 * A last line without its line feed is torn when it does not parse: it is left out and noted, never an error.
 * @throws RecordError any other line that is not JSON, named by file and line
 */
export function readJsonLines(path: string): JsonLines {
  if (!existsSync(path)) return { lines: [], wholeBytes: 0, note: null };
  const bytes = readFileSync(path);
  const text = bytes.toString("utf8");
  const lines: { line: number; value: unknown }[] = [];
  const texts = text.split("\n");
  let note: string | null = null;
  let wholeBytes = bytes.length;
  texts.forEach((content, index) => {
    if (content.trim() === "") return;
    try {
      lines.push({ line: index + 1, value: JSON.parse(content) });
    } catch (cause) {
      if (index !== texts.length - 1) {
        throw new RecordError(
          `${path}:${index + 1}: found a line that is not JSON, expected one record; correct the line or remove it`,
          { path, cause },
        );
      }
      wholeBytes = bytes.lastIndexOf(0x0a) + 1;
      note = `${path}:${index + 1}: the last line is torn (the writer was stopped in the middle of it) and was left out`;
    }
  });
  return { lines, wholeBytes, note };
}

/** Appends one line a value, in one write. The folder must exist. */
export function appendJsonLines(path: string, values: readonly unknown[]): void {
  if (values.length > 0) appendFileSync(path, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

/**
 * Makes the file ready for appending: a torn last line is cut off, a whole one gets its missing line feed.
 * @returns what was cut off, or null
 */
export function repairJsonLines(path: string): string | null {
  const { wholeBytes, note } = readJsonLines(path);
  if (note !== null) truncateSync(path, wholeBytes);
  else if (existsSync(path)) {
    const text = readFileSync(path, "utf8");
    if (text !== "" && !text.endsWith("\n")) appendFileSync(path, "\n");
  }
  return note;
}
