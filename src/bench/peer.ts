import { UsageError } from "../core/errors";
import { type Peer, WORKERS_PLACE } from "./configuration";

/** What the placeholders of a peer's command stand for in one run. */
export interface PeerPlaces {
  readonly intens: string;
  readonly mean: string;
  readonly std: string;
  readonly workers: number;
}

/**
 * `NAME=COMMAND` of --peer. The command is split into arguments here, before any placeholder is filled, so that a
 * path with blanks stays one argument; no shell ever sees it.
 * @throws UsageError no name, no command, an open quote, or no place for the outputs
 */
export function parsePeer(text: string): Peer {
  const match = /^([A-Za-z][\w.-]*(?:\{workers\}[\w.-]*)?)=(.*)$/s.exec(text);
  if (match === null) {
    throw new UsageError(
      `--peer: found ${JSON.stringify(text)}, expected 'NAME=COMMAND' with a name of letters, digits and _, {workers} where labels have the number`,
    );
  }
  const command = splitArguments(match[2]!);
  const whole = command.join(" ");
  for (const placeholder of ["{intens}", "{mean}", "{std}"]) {
    if (!whole.includes(placeholder)) {
      throw new UsageError(
        `--peer ${match[1]}: found no ${placeholder} in its command, expected {intens}, {mean} and {std}; write where the program takes its input folder and its two outputs`,
      );
    }
  }
  if (match[1]!.includes(WORKERS_PLACE) && !whole.includes(WORKERS_PLACE)) {
    throw new UsageError(
      `--peer ${match[1]}: found ${WORKERS_PLACE} in the name only, expected it in the command too; write where the program takes it`,
    );
  }
  return { name: match[1]!, command };
}

/**
 * Arguments of a command line: blanks separate, single and double quotes hold together, a backslash takes the next
 * character as it is (not within single quotes). Nothing else has a meaning.
 * @throws UsageError a quote is left open, or there is no argument
 */
export function splitArguments(command: string): readonly string[] {
  const found: string[] = [];
  let current: string | null = null;
  let quote: string | null = null;
  for (let i = 0; i < command.length; i++) {
    const character = command[i]!;
    if (character === "\\" && quote !== "'" && i + 1 < command.length) {
      current = (current ?? "") + command[++i];
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else current += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      current ??= "";
    } else if (/\s/.test(character)) {
      if (current !== null) found.push(current);
      current = null;
    } else {
      current = (current ?? "") + character;
    }
  }
  if (quote !== null)
    throw new UsageError(`--peer: found an open ${quote} in ${JSON.stringify(command)}, expected it closed`);
  if (current !== null) found.push(current);
  if (found.length === 0)
    throw new UsageError("--peer: found an empty command, expected a program and its arguments");
  return found;
}

/** The arguments with every placeholder replaced; an argument stays one whatever it is filled with. */
export function fillArguments(command: readonly string[], places: PeerPlaces): readonly string[] {
  const values: Record<string, string> = { ...places, workers: String(places.workers) };
  return command.map((argument) =>
    argument.replace(/\{(intens|mean|std|workers)\}/g, (_, name) => values[name]!),
  );
}
