// What `bench` and `informe` share: the options of a session, its progress, its end, and the line that goes on with it.
import { relative } from "node:path";
import { keepMaps } from "../bench/maps";
import type { Progress } from "../bench/protocol";
import { type BenchOptions, type BenchResult, runBench } from "../bench/session";
import { quote } from "../report/commandLines";
import { terminalAnswer } from "./answer";
import {
  type Arguments,
  type Context,
  checkIntensityOptions,
  type OptionSpec,
  parseChoice,
  parseCrop,
  parseGiven,
  parseImageChoice,
  parseWhole,
  parseWholeList,
  SHARED_OPTIONS,
  tellFindings,
} from "./command";
import { drawRun, writeDrawings } from "./plot";

/** Options of everything that measures a session. */
export const SESSION_OPTIONS = {
  ...SHARED_OPTIONS.intensity,
  ...SHARED_OPTIONS.choice,
  workers: {
    value: "LIST",
    help: "numbers of workers, such as 1,2,4 (default: powers of two up to the cores)",
  },
  blocks: { value: "N", help: "repetitions after the warm-up (default 10, at least 6 for a verdict)" },
  dates: { value: "LIST", help: "measure the first N dates, such as 2,4,8" },
  crops: { value: "LIST", help: "windows to measure, apart by a semicolon; the largest is the main one" },
  cache: { value: "warm|cold", help: "page cache before each run (default warm)" },
  budget: { value: "SECONDS", help: "begin no run after this time" },
  seed: { value: "N", help: "order of the runs (default: drawn and stored)" },
  resume: { value: "RUN", help: "go on with an interrupted run folder" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What is measured and how; options left out are undefined, so that defaults apply. @throws UsageError */
export function parseSessionOptions(args: Arguments): Omit<BenchOptions, "data" | "commandLine"> {
  const crops = args.text("crops")?.split(";");
  for (const crop of crops ?? []) parseCrop(crop);
  const list = (name: string, most: number): number[] | undefined =>
    parseGiven(args, name, (text) => parseWholeList(name, text, 1, most));
  const number = (name: string, least: number): number | undefined =>
    parseGiven(args, name, (text) => parseWhole(name, text, least, 2 ** 32 - 1));
  return {
    ...checkIntensityOptions(args),
    choice: parseImageChoice(args),
    crops,
    workers: list("workers", 1024),
    blocks: number("blocks", 1),
    dates: list("dates", 1_000_000),
    cache: parseGiven(args, "cache", (text) => parseChoice("cache", text, ["warm", "cold"])),
    budgetSeconds: number("budget", 1),
    timeoutSeconds: number("timeout", 1),
    seed: number("seed", 0),
    resume: args.text("resume"),
  };
}

/**
 * Measures a session with its progress shown, and leaves in the run folder what an informe shows besides records: maps of
 * the products and the user's two charts. The crops it was measured on go: they can be prepared again.
 * @param name of the command
 * @param goOn the line that goes on with a run folder
 * @throws the reason of the signal when it was interrupted, after it was told what is kept and how to go on
 */
export async function measureSession(
  name: string,
  options: Omit<BenchOptions, "commandLine">,
  goOn: (run: string) => string,
  context: Context,
): Promise<BenchResult> {
  const { signal } = context;
  const onProgress = ({ done, total, remainingSeconds }: Progress): void =>
    context.progress(done, total, remainingSeconds);
  const commandLine = process.argv.slice(2);
  const result = await runBench({ ...options, commandLine, signal, onProgress }).catch((error) => {
    if (signal.aborted) context.tell(`${name}: interrupted before the first run: nothing new is kept`);
    throw error;
  });
  for (const note of result.notes) context.tell(`${name}: ${note}`);
  if (result.stopped === "interrupted") {
    const run = shortPath(result.folder);
    context.tell(`${name}: interrupted: ${result.runs.length} runs are kept in ${run}; go on with`);
    context.tell(`  ${goOn(run)}`);
    signal.throwIfAborted();
  }
  tellFindings(result.env.findings ?? [], context);
  await keepMaps(result, signal);
  if (result.runs.some((run) => run.outcome === "ok")) {
    writeDrawings(drawRun(result.folder, "es", context), result.folder);
  }
  for (const line of terminalAnswer(result.folder)) context.tell(line);
  return result;
}

/** A path as one types it from here. */
export function shortPath(path: string): string {
  const fromHere = relative("", path);
  return quote(fromHere.length < path.length && !fromHere.startsWith("..") ? fromHere : path);
}
