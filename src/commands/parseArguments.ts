import { parseArgs } from "node:util";
import { UsageError } from "../core/errors";
import { type Arguments, COMMON_OPTIONS, type Command } from "./command";

/**
 * Checks the words after a command against what it takes.
 * @throws UsageError an unknown option, a missing value, too few or too many words
 */
export function parseArguments(name: string, command: Command, words: readonly string[]): Arguments {
  const specs = { ...command.options, ...COMMON_OPTIONS };
  const options = Object.fromEntries(
    Object.entries(specs).map(([option, spec]) => [
      option,
      { type: "value" in spec ? ("string" as const) : ("boolean" as const), multiple: true },
    ]),
  );
  const { values, positionals } = parse(name, words, options);
  for (const [option, given] of Object.entries(values)) {
    if (Array.isArray(given) && given.length > 1 && !(command.options[option]?.value ?? "").includes("=")) {
      throw new UsageError(`found --${option} ${given.length} times, expected it once`);
    }
  }
  if (!values.help) requireCount(name, command, positionals);
  return {
    positionals,
    text: (option) => (values[option] as string[] | undefined)?.[0],
    texts: (option) => (values[option] as string[] | undefined) ?? [],
    flag: (option) => values[option] !== undefined,
  };
}

function parse(
  name: string,
  words: readonly string[],
  options: Record<string, { type: "string" | "boolean"; multiple: boolean }>,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    const found = (error as Error).message.split(". ")[0]!;
    throw new UsageError(`${found}; see pila ${name} --help`);
  }
}

function requireCount(name: string, command: Command, positionals: readonly string[]): void {
  const least = command.positionals.filter((word) => !word.startsWith("[")).length;
  const most = command.positionals.length;
  if (positionals.length >= least && positionals.length <= most) return;
  throw new UsageError(
    `found ${positionals.length} words after ${name}, expected ${command.positionals.join(" ")}; see pila ${name} --help`,
  );
}
