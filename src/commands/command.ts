import type { ProtocolOptions } from "../bench/plan";
import { UsageError } from "../core/errors";
import { type Finding, wordFinding } from "../core/findings";
import type { Looks, NoData, Shape, Window } from "../core/raster";
import type { SlcChoice } from "../io/choose";
import type { IntensityParameters } from "../pipeline/stackRows";

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
  /** Shows how far a long work is, on a terminal only. @param remainingSeconds left out: judged from the pace */
  progress(done: number, total: number, remainingSeconds?: number): void;
}

/** What a word after `pila` takes and does. */
export interface Command {
  /** Names of the positional arguments; one in brackets may be left out. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly notes?: string;
  /** Words after its name, as one may type them. */
  readonly examples: readonly string[];
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
    nodata: { value: "zero|none", help: "samples of exactly 0+0i are no data (default), or data" },
  },
  choice: {
    pol: { value: "HH", help: "polarisation, where a date has several" },
    subdataset: { value: "NAME", help: "image inside each file, such as /data/VV, where it holds several" },
    band: { value: "N", help: "band of each file, from 1, where it holds several" },
    "allow-surplus": { help: "raw files may be longer than described" },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OptionSpec>>>>;

const POLARISATIONS = ["HH", "HV", "VH", "VV"] as const;
/** Most workers anyone may ask for. */
const MOST_WORKERS = 1024;
/** Lines or samples of an image to simulate; whole frames have a third of it. */
const LONGEST_SIDE = 100_000;

/** What a parser makes of an option's text; undefined when it is left out. */
export function parseGiven<T>(args: Arguments, option: string, parse: (text: string) => T): T | undefined {
  const text = args.text(option);
  return text === undefined ? undefined : parse(text);
}

/** A whole number within bounds. @throws UsageError */
export function parseWhole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`found --${option} ${text}, expected a whole number from ${least} to ${most}`);
}

/** --workers; null when left out. */
export function parseWorkers(args: Arguments): number | null {
  return parseGiven(args, "workers", (text) => parseWhole("workers", text, 1, MOST_WORKERS)) ?? null;
}

/** A list of whole numbers such as `1,2,4`, without repeats. */
export function parseWholeList(option: string, text: string, least: number, most: number): number[] {
  return [...new Set(text.split(",").map((part) => parseWhole(option, part.trim(), least, most)))];
}

/** `rows,cols,row0,col0` in looked pixels. An empty window is left to the check against the image. */
export function parseCrop(text: string): Window {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part))) {
    throw new UsageError(
      `found --crop ${text}, expected ROWS,COLS,ROW0,COL0 as four whole numbers in looked pixels`,
    );
  }
  const [azimuth, range, azimuthOffset, rangeOffset] = parts.map(Number) as [number, number, number, number];
  return { azimuth, range, azimuthOffset, rangeOffset };
}

/** `4` or `4x4`, azimuth x range. */
export function parseLooks(text: string): Looks {
  const match = /^(\d+)(?:x(\d+))?$/i.exec(text);
  const azimuth = Number(match?.[1] ?? 0);
  const range = Number(match?.[2] ?? azimuth);
  if (azimuth >= 1 && range >= 1 && azimuth <= 1024 && range <= 1024) return { azimuth, range };
  throw new UsageError(`found --looks ${text}, expected N or AxR (azimuth x range) from 1 to 1024`);
}

/** `4096x4096`, azimuth x range. */
export function parseSize(option: string, text: string): Shape {
  const [, azimuth = 0, range = 0] = (/^(\d+)x(\d+)$/i.exec(text) ?? []).map(Number);
  if (Math.min(azimuth, range) >= 1 && Math.max(azimuth, range) <= LONGEST_SIDE) return { azimuth, range };
  throw new UsageError(
    `found --${option} ${text}, expected LINESxSAMPLES such as 4096x4096, each from 1 to ${LONGEST_SIDE}`,
  );
}

/** One of a few words. */
export function parseChoice<T extends string>(
  option: string,
  text: string | undefined,
  choices: readonly T[],
): T {
  const chosen = text === undefined ? choices[0] : choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new UsageError(`found --${option} ${text}, expected ${choices.join(" or ")}`);
}

/** --crop, --looks and --nodata. */
export function parseIntensityParameters(args: Arguments): IntensityParameters {
  return {
    crop: parseGiven(args, "crop", parseCrop) ?? null,
    looks: parseLooks(args.text("looks") ?? "4"),
    nodata: parseNoData(args.text("nodata")),
    choice: parseImageChoice(args),
  };
}

/** --pol, --subdataset, --band and --allow-surplus. */
export function parseImageChoice(args: Arguments): SlcChoice {
  return {
    polarisation:
      parseGiven(args, "pol", (text) => parseChoice("pol", text.toUpperCase(), POLARISATIONS)) ?? null,
    subdataset: args.text("subdataset") ?? null,
    band: parseGiven(args, "band", (text) => parseWhole("band", text, 1, 65535)) ?? null,
    allowSurplus: args.flag("allow-surplus"),
  };
}

/** Says once what was found of the images and touches the numbers. */
export function tellFindings(findings: readonly Finding[], context: Context): void {
  for (const finding of findings) {
    if (finding.severity === "warning") context.tell(`pila: warning: ${wordFinding(finding)}`);
  }
}

/** --crop, --looks and --nodata as they were written, after the same checks; undefined where left out. */
export function checkIntensityOptions(args: Arguments): Pick<ProtocolOptions, "crop" | "looks" | "nodata"> {
  parseGiven(args, "crop", parseCrop);
  parseGiven(args, "looks", parseLooks);
  const nodata = parseGiven(args, "nodata", parseNoData);
  return { crop: args.text("crop"), looks: args.text("looks"), nodata };
}

function parseNoData(text: string | undefined): NoData {
  return parseChoice("nodata", text, ["zero", "none"]);
}

/** Prints a result: one JSON object on stdout with --json, else words for people on stderr. */
export function tellResult(args: Arguments, context: Context, json: object, words: string): void {
  if (args.flag("json")) context.print(JSON.stringify(json));
  else context.tell(words);
}

/** A line in lines of less than `columns` characters, the later ones indented; a word that is longer stays whole. */
export function wrapWords(line: string, columns: number, indent = "  "): string[] {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    if (last.trim() !== "" && last.length + word.length >= columns) lines.push(indent + word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
