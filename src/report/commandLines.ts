// Lines of pila that a reader may copy.
import type { EnvRecord } from "../core/records";
import type { Configuration } from "../evidence/summary";

/** `pila stats mp crops mean.tif std.tif --workers 2`. */
export function statsCommand({ backend, workers }: Configuration): string {
  const share = backend === "sec" ? "" : ` --workers ${workers}`;
  return `pila stats ${backend} INTENS MEAN.tif STD.tif${share}`;
}

/** What measures sessions; a notebook does so without a line that could be typed. */
const COMMANDS: readonly string[] = ["bench", "informe"];
/** How a session is shown, and where it goes: options with a value, and without. */
const LEFT_OUT: readonly string[] = ["--out", "--resume", "--lang"];
const LEFT_OUT_FLAGS: readonly string[] = ["--quiet", "--pdf"];

/** The line that measures again what a session measured, with other options. @param options `blocks` and so on */
export function repeatCommand(env: EnvRecord, options: Readonly<Record<string, string>> = {}): string {
  const [program, ...rest] = COMMANDS.includes(env.commandLine[0]!)
    ? (env.commandLine as [string, ...string[]])
    : ["bench", env.dataset.path];
  const replaced = [...LEFT_OUT, ...Object.keys(options).map((name) => `--${name}`)];
  const kept: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const [name, ...value] = rest[i]!.split("=");
    if (replaced.includes(name!)) i += value.length === 0 ? 1 : 0;
    else if (!LEFT_OUT_FLAGS.includes(name!)) kept.push(quote(rest[i]!));
  }
  const added = Object.entries(options).flatMap(([name, value]) => [`--${name}`, quote(value)]);
  return ["pila", program, ...kept, ...added].join(" ");
}

/** A word that a shell, and the split of a peer's command, take as one. */
export function quote(text: string): string {
  return /^[\w./:,=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
