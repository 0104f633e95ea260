import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeMaps } from "../bench/maps";
import { type BenchOptions, type BenchResult, runBench } from "../bench/session";
import { BackendError, UsageError } from "../core/errors";
import { compareSessions, findRegressions } from "../evidence/compareSessions";
import { LEAST_BLOCKS } from "../evidence/numbers";
import { readSession } from "../records/runFolder";
import {
  type Arguments,
  type Command,
  type Context,
  checkIntensityOptions,
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

export const command: Command = {
  positionals: ["DIR"],
  options: {
    slc: { value: "SLC_DIR", help: "the SLC of a folder of crops: also measure prep and fused" },
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    backends: { value: "LIST", help: "such as sec,mp,mp_v2 (default: all)" },
    workers: {
      value: "LIST",
      help: "numbers of workers, such as 1,2,4 (default: powers of two up to the cores)",
    },
    blocks: { value: "N", help: "repetitions after the warm-up (default 10, at least 6 for a verdict)" },
    dates: { value: "LIST", help: "also measure the first N dates, such as 2,4,8" },
    crops: { value: "LIST", help: "windows to measure, apart by a semicolon; the largest is the main one" },
    cache: { value: "warm|cold", help: "page cache before each run (default warm)" },
    budget: { value: "SECONDS", help: "begin no run after this time" },
    timeout: { value: "SECONDS", help: "longest single run (default 600)" },
    seed: { value: "N", help: "order of the runs (default: drawn and stored)" },
    out: { value: "RUN", help: "run folder (default reports/runs/<UTC time>)" },
    resume: { value: "RUN", help: "go on with an interrupted run folder" },
    baseline: { value: "RUN", help: "fail when slower than this run by more than --margin" },
    margin: { value: "PERCENT", help: "what --baseline allows (default 10)" },
    peer: {
      value: "NAME=COMMAND",
      help: "also measure another program: {intens} {mean} {std} {workers}; may be repeated",
    },
    ...SHARED_OPTIONS.json,
  },

  async run(args, context) {
    const options = parseBenchOptions(args, context);
    if ((options.blocks ?? LEAST_BLOCKS) < LEAST_BLOCKS) {
      context.tell(`bench: fewer than ${LEAST_BLOCKS} blocks carry no interval and no verdict`);
    }
    const result = await runBench(options);
    for (const note of result.notes) context.tell(`bench: ${note}`);
    context.signal.throwIfAborted();
    await finishRunFolder(result, context);
    printResult(result, args, context);
    requireNoFailure(result);
    const baseline = args.text("baseline");
    if (baseline !== undefined) {
      const percent = parseWhole("margin", args.text("margin") ?? "10", 1, 1000);
      requireNotSlower(baseline, result.folder, percent / 100);
    }
  },
};

/** Options of the command line; those left out are undefined, so that defaults apply. @throws UsageError */
function parseBenchOptions(args: Arguments, context: Context): BenchOptions {
  const intensity = checkIntensityOptions(args);
  const backends = args.text("backends")?.split(",");
  const crops = args.text("crops")?.split(";");
  for (const crop of crops ?? []) parseCrop(crop);
  const resume = args.text("resume");
  if (resume !== undefined && args.text("out") !== undefined) {
    throw new UsageError("found --resume and --out, expected one of them: a resumed run stays in its folder");
  }
  const list = (name: string, most: number): number[] | undefined =>
    parseGiven(args, name, (text) => parseWholeList(name, text, 1, most));
  const number = (name: string, least: number): number | undefined =>
    parseGiven(args, name, (text) => parseWhole(name, text, least, 2 ** 32 - 1));
  return {
    choice: parseImageChoice(args),
    data: args.positionals[0]!,
    slc: args.text("slc"),
    ...intensity,
    crops,
    backends: backends?.map((part) => part.trim()),
    workers: list("workers", 1024),
    blocks: number("blocks", 1),
    dates: list("dates", 1_000_000),
    cache: parseGiven(args, "cache", (text) => parseChoice("cache", text, ["warm", "cold"])),
    budgetSeconds: number("budget", 1),
    timeoutSeconds: number("timeout", 1),
    seed: number("seed", 0),
    out: args.text("out"),
    resume,
    peers: args.texts("peer"),
    commandLine: process.argv.slice(2),
    signal: context.signal,
    onProgress: ({ done, total }) => context.progress(done, total),
  };
}

/**
 * Leaves in a run folder what an informe shows besides records, maps of the products and the user's two charts, and
 * removes the crops it was measured on: they can be prepared again.
 */
export async function finishRunFolder(result: BenchResult, context: Context): Promise<void> {
  tellFindings(result.findings, context);
  const level = result.levels[0];
  if (level !== undefined) {
    const products = { ...level.reference, intensityFolder: level.intens };
    await writeMaps(result.folder, { ...products, signal: context.signal });
  }
  if (result.runs.some((run) => run.outcome === "ok")) {
    writeDrawings(drawRun(result.folder, "es", context), result.folder);
  }
  rmSync(join(result.folder, "levels"), { recursive: true, force: true });
}

function printResult(result: BenchResult, args: Arguments, context: Context): void {
  const failed = result.runs.filter((run) => run.outcome === "failed");
  if (args.flag("json")) {
    const { folder, stopped, resultados } = result;
    const counts = { runs: result.runs.length, failed: failed.length };
    const { skipped } = result.env;
    context.print(JSON.stringify({ command: "bench", folder, stopped, ...counts, resultados, skipped }));
    return;
  }
  for (const { label, reason } of result.env.skipped) context.tell(`bench: ${label} left out: ${reason}`);
  for (const run of failed) context.tell(`bench: ${run.label} failed in block ${run.block}: ${run.reason}`);
  context.tell(`bench: ${result.runs.length} runs, ended by ${result.stopped}`);
  context.print(result.folder);
}

/** @throws BackendError a configuration failed: its runs stay in the table, but the session is no clean one */
function requireNoFailure(result: BenchResult): void {
  const failed = [...new Set(result.runs.filter((run) => run.outcome === "failed").map((run) => run.label))];
  if (failed.length === 0) return;
  throw new BackendError(
    `${result.folder}: found failed runs of ${failed.join(", ")}, expected none; see reason in runs.jsonl`,
  );
}

/**
 * Fails when a configuration of `run` is slower than in `baseline` by more than a margin, its interval above it.
 * @param margin 0.1 allows 10 %
 * @throws BackendError naming what became slower, or that the two sessions are of different machines
 */
function requireNotSlower(baseline: string, run: string, margin: number): void {
  const options = { seed: 1, draws: 2000 };
  const comparison = compareSessions(readSession(baseline), readSession(run), options);
  if (comparison.refused !== null) {
    throw new BackendError(
      `${baseline}: found a run folder of another machine or of none that is known, expected one of this machine; measure a baseline here`,
    );
  }
  const slower = findRegressions(comparison, margin).map(
    ({ label, ratio }) =>
      `${label} ${ratio.value.toFixed(3)} times [${ratio.interval!.low.toFixed(3)}; ${ratio.interval!.high.toFixed(3)}]`,
  );
  if (slower.length === 0) return;
  throw new BackendError(
    `${run}: found ${slower.join(", ")} the time of ${baseline}, expected at most ${(1 + margin).toFixed(2)} times; see pila compare ${baseline} ${run}`,
  );
}
