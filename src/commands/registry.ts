import { UsageError } from "../core/errors";
import type { Command } from "./command";

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
