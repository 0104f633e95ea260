import { COMMON_OPTIONS, type Command, type OptionSpec } from "./command";
import { COMMANDS, findCommand } from "./registry";

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
