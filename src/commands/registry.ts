import { parseArgs } from "node:util";
import { UsageError } from "../core/errors";
import { type Arguments, COMMON_OPTIONS, type Command, type OptionSpec, wrapWords } from "./command";

/** Every word after `pila`; the module of a command, whose `command` it is, is loaded only when it is asked for. */
export const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => { readonly command: Command } }>
> = {
  simulate: {
    summary: "a synthetic stack of SLC images with known backscatter",
    load: () => require("./simulate") as typeof import("./simulate"),
  },
  link: {
    summary: "links every SLC description below a tree into one flat folder",
    load: () => require("./link") as typeof import("./link"),
  },
  inspect: {
    summary: "what a stack holds, what is wrong with it, whether it can be processed, what it will cost",
    load: () => require("./inspect") as typeof import("./inspect"),
  },
  prep: {
    summary: "one intensity crop a date: |S|^2, averaged over looks, cut to the crop",
    load: () => require("./prep") as typeof import("./prep"),
  },
  stats: {
    summary: "mean and std over the dates of a folder of intensity crops, by one backend",
    load: () => require("./stats") as typeof import("./stats"),
  },
  fused: {
    summary: "from SLC images to mean and std in one pass, without crops",
    load: () => require("./fused") as typeof import("./fused"),
  },
  verify: {
    summary: "compares products: largest difference and first pixel that differs",
    load: () => require("./verify") as typeof import("./verify"),
  },
  plan: {
    summary: "what a job of MPI ranks would read, send and take on other machines",
    load: () => require("./plan") as typeof import("./plan"),
  },
  bench: {
    summary: "measures backends fairly and leaves a run folder of records",
    load: () => require("./bench") as typeof import("./bench"),
  },
  compare: {
    summary:
      "two run folders side by side: what differs in their environment, and which configurations changed",
    load: () => require("./compare") as typeof import("./compare"),
  },
  plot: {
    summary: "draws t_barras and speedup of a run folder or of a table of times",
    load: () => require("./plot") as typeof import("./plot"),
  },
  informe: {
    summary: "measures everything and writes the informe as one HTML file",
    load: () => require("./informe") as typeof import("./informe"),
  },
};

/** @throws UsageError there is no such command */
export function findCommand(name: string): Command {
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (known !== undefined) return known.load().command;
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

/** Columns of a terminal, all but the last. */
const COLUMNS = 80;

/** Two columns, the second wrapped by words. */
function listed(rows: readonly (readonly [head: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([head]) => head.length));
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([head, text]) => {
    const [first, ...rest] = wrapWords(text, COLUMNS - indent.length, "");
    return [`  ${head.padEnd(width)}  ${first}`, ...rest.map((line) => indent + line)];
  });
}

/** `pila --help`. */
export function overview(): string {
  const says =
    "pila: temporal mean and std of SAR image stacks, and which way of computing them is fastest here";
  return [
    ...wrapWords(says, COLUMNS, ""),
    "",
    "usage: pila COMMAND …",
    "",
    ...listed(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const)),
    "",
    "pila COMMAND --help tells more; pila --version prints the version.",
  ].join("\n");
}

/** `pila COMMAND --help`. */
export function commandHelp(name: string, { positionals, options, notes, examples }: Command): string {
  const specs = Object.entries<OptionSpec>({ ...options, ...COMMON_OPTIONS });
  const paragraphs = [COMMANDS[name]!.summary, ...(notes?.split("\n") ?? [])];
  return [
    `usage: ${["pila", name, ...positionals, "[options]"].join(" ")}`,
    "",
    ...paragraphs.flatMap((text) => wrapWords(text, COLUMNS, "")),
    "",
    ...listed(
      specs.map(([option, { value, help }]) => [
        `--${option}${value === undefined ? "" : ` ${value}`}`,
        help,
      ]),
    ),
    "",
    examples.length === 1 ? "example:" : "examples:",
    ...examples.map((words) => `  pila ${[name, words].join(" ").trim()}`),
  ].join("\n");
}
