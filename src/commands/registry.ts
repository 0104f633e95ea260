import { parseArgs } from "node:util";
import { UsageError } from "../core/errors";
import { type Arguments, COMMON_OPTIONS, type Command, type OptionSpec } from "./command";

/** Every word after `pila`; a command's module is loaded only when it is asked for. */
export const COMMANDS: Readonly<Record<string, () => Command>> = {
  simulate: () => (require("./simulate") as typeof import("./simulate")).command,
  link: () => (require("./link") as typeof import("./link")).command,
  inspect: () => (require("./inspect") as typeof import("./inspect")).command,
  prep: () => (require("./prep") as typeof import("./prep")).command,
  stats: () => (require("./stats") as typeof import("./stats")).command,
  fused: () => (require("./fused") as typeof import("./fused")).command,
  verify: () => (require("./verify") as typeof import("./verify")).command,
  bench: () => (require("./bench") as typeof import("./bench")).command,
  compare: () => (require("./compare") as typeof import("./compare")).command,
  plot: () => (require("./plot") as typeof import("./plot")).command,
  informe: () => (require("./informe") as typeof import("./informe")).command,
};

/** @throws UsageError there is no such command */
export function findCommand(name: string): Command {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return load();
  throw new UsageError(`found ${name}, expected one of ${Object.keys(COMMANDS).join(", ")}; see pila --help`);
}

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

/** `pila --help`. */
export function overview(): string {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  return [
    "pila: temporal mean and std of SAR image stacks, and which way of computing them is fastest here",
    "",
    "usage: pila COMMAND …",
    "",
    ...names.map((name) => `  ${name.padEnd(width)}  ${findCommand(name).summary}`),
    "",
    "pila COMMAND --help tells more; pila --version prints the version.",
  ].join("\n");
}

/** `pila COMMAND --help`. */
export function commandHelp(name: string, command: Command): string {
  const options = Object.entries<OptionSpec>({ ...command.options, ...COMMON_OPTIONS });
  const heads = options.map(
    ([option, spec]) => `--${option}${spec.value === undefined ? "" : ` ${spec.value}`}`,
  );
  const width = Math.max(...heads.map((head) => head.length));
  return [
    `usage: pila ${name} ${command.positionals.join(" ")} [options]`,
    "",
    command.summary,
    ...(command.notes === undefined ? [] : [command.notes]),
    "",
    ...options.map(([, spec], i) => `  ${heads[i]!.padEnd(width)}  ${spec.help}`),
  ].join("\n");
}
