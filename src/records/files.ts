// The files of a run folder, which may come from somebody else: none is read or written through a link that leaves it.
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { RecordError } from "../core/errors";
import { type InputFile, openRegular } from "../io/inputFile";

/** A file read whole: an env.json has some kB, a picture of maps/ less than a MB. */
const MOST_BYTES = 1 << 24;

/**
 * A file of a run folder, whole; null where there is none.
 * @param name plain names, such as `maps/maps.json`
 * @throws RecordError it is no regular file, lies outside the folder by a link, or has more than 16 MiB
 */
export function readRunFile(folder: string, name: string): Buffer | null {
  const opened = openInside(folder, name);
  if (opened === null) return null;
  try {
    if (opened.size > MOST_BYTES) throw refusal(folder, name)(`${opened.size} bytes`);
    return readFileSync(opened.file);
  } finally {
    closeSync(opened.file);
  }
}

function refusal(folder: string, name: string): (found: string) => RecordError {
  const path = join(folder, name);
  return (found) =>
    new RecordError(
      `${path}: found ${found}, expected a file of the run folder itself, read up to ${MOST_BYTES} bytes; remove it or name another run`,
      { path },
    );
}

/** Opens a file of a run folder, which may come from somebody else. */
function openInside(folder: string, name: string): InputFile | null {
  const refuse = refusal(folder, name);
  let path: string;
  try {
    path = realpathSync(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (!path.startsWith(realpathSync(folder) + sep)) throw refuse(`a link to ${path}`);
  return openRegular(path, refuse);
}

/** Changes a record file, made where it is missing; a link could lead anywhere. @throws RecordError it is no file of its own */
export function changeInPlace(path: string, change: (file: number) => void): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const refused = (cause?: unknown): RecordError =>
    new RecordError(`${path}: found a link or no file, expected a file of its own; remove it`, {
      path,
      cause,
    });
  let file: number;
  try {
    file = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ELOOP" ? refused(error) : error;
  }
  try {
    if (!fstatSync(file).isFile()) throw refused();
    change(file);
  } finally {
    closeSync(file);
  }
}

/** What a JSON Lines file ends with. */
interface JsonLinesEnd {
  /** Bytes of whole lines; what follows is torn. */
  readonly wholeBytes: number;
  /** The last line is whole but for its line feed. */
  readonly lacksLineFeed: boolean;
  readonly note: string | null;
}

const CHUNK_BYTES = 1 << 20;
/** A record has a kB or two; a line may have these and what a read brings too many. */
const LONGEST_LINE = 1 << 20;

/**
 * Every whole line of a JSON Lines file, one after the other; a file that does not exist has none. Blank lines are passed
 * over. A last line without its line feed is torn when it does not parse: it is left out and noted, never an error.
 * @param take is given each value and its line, counted from 1
 * @throws RecordError any other line that is not JSON, or longer than a record, named by file and line
 */
export function readJsonLines(
  folder: string,
  name: string,
  take: (value: unknown, line: number) => void,
): JsonLinesEnd {
  const path = join(folder, name);
  const opened = openInside(folder, name);
  if (opened === null) return { wholeBytes: 0, lacksLineFeed: false, note: null };
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest = Buffer.alloc(0);
  let [line, wholeBytes] = [0, 0];
  const fail = (found: string, cause?: unknown): never => {
    throw new RecordError(
      `${path}:${line}: found a line ${found}, expected one record; correct the line or remove it`,
      { path, cause },
    );
  };
  const parse = (bytes: Buffer, isLast: boolean): boolean => {
    line += 1;
    if (bytes.length > LONGEST_LINE) fail(`of more than ${LONGEST_LINE} bytes`);
    const text = bytes.toString("utf8");
    if (text.trim() === "") return true;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      if (isLast) return false;
      fail("that is not JSON", cause);
    }
    take(value, line);
    return true;
  };
  try {
    for (let read = 1; read > 0; ) {
      read = readSync(opened.file, chunk, 0, chunk.length, null);
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      let start = 0;
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
        parse(bytes.subarray(start, end), false);
        start = end + 1;
      }
      wholeBytes += start;
      rest = bytes.subarray(start);
      if (rest.length > LONGEST_LINE) parse(rest, false);
    }
    if (rest.length === 0 || parse(rest, true)) {
      return { wholeBytes: wholeBytes + rest.length, lacksLineFeed: rest.length > 0, note: null };
    }
    const note = `${path}:${line}: the last line is torn (the writer was stopped in the middle of it) and was left out`;
    return { wholeBytes, lacksLineFeed: false, note };
  } finally {
    closeSync(opened.file);
  }
}
