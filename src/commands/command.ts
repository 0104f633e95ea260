/** An option of a command, as the help shows it and `parseArguments` takes it. */
export interface OptionSpec {
  /** Name of its value in the help; a switch has none. */
  readonly value?: string;
  readonly help: string;
}

/** What a command is run with: words that passed the check of their number and names. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** The text of an option; undefined when left out. */
  text(name: string): string | undefined;
  /** The texts of an option that may be given several times. */
  texts(name: string): readonly string[];
  /** True when a switch is set. */
  flag(name: string): boolean;
}

/** What a command speaks through. Results go to stdout by `print`, everything else to stderr. */
export interface Context {
  readonly signal: AbortSignal;
  readonly quiet: boolean;
  /** Prints a line of the result. */
  print(line: string): void;
  /** Prints a line for people; nothing with --quiet. */
  tell(line: string): void;
  /** Shows how far a long work is, on a terminal only. */
  progress(done: number, total: number): void;
}

/** A word after `pila`. */
export interface Command {
  readonly summary: string;
  /** Names of the positional arguments; one in brackets may be left out. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly notes?: string;
  run(args: Arguments, context: Context): Promise<void>;
}

/** Options that every command takes. */
export const COMMON_OPTIONS = {
  help: { help: "show this text" },
  quiet: { help: "print nothing but errors and results" },
  debug: { help: "show the stack of an error" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Options that several commands share, worded once. */
export const SHARED_OPTIONS = {
  json: { json: { help: "print one JSON object" } },
  workers: {
    workers: { value: "N", help: "1 to 1024; left out: what suits the work, at most the cores available" },
  },
  trace: { trace: { value: "FILE", help: "write what every worker did when, as JSON lines" } },
  intensity: {
    crop: { value: "ROWS,COLS,ROW0,COL0", help: "window in looked pixels; left out: the whole looked image" },
    looks: { value: "N | AxR", help: "pixels a cell, azimuth x range (default 4x4)" },
    nodata: { value: "zero|none", help: "cells of exact zeros are no data (default), or data" },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OptionSpec>>>>;
