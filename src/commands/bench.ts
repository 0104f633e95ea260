import { rmSync } from "node:fs";
import { join } from "node:path";
import { findBackend } from "../backends/registry";
import { describeFolder } from "../bench/data";
import { writeMaps } from "../bench/maps";
import type { BenchConnections, BenchOptions, BenchResult } from "../bench/plan";
import { LEAST_BLOCKS } from "../bench/protocol";
import { runBench } from "../bench/session";
import { BackendError, UsageError } from "../core/errors";
import { compareSessions, findRegressions } from "../evidence/compareSessions";
import { isPrecise } from "../evidence/summary";
import { readPlane } from "../io/rows";
import { readSession } from "../records/runFolder";
import {
  type Arguments,
  type Command,
  type Context,
  parseChoice,
  parseCrop,
  parseLooks,
  parseWhole,
  parseWholeList,
  SHARED_OPTIONS,
} from "./command";
import { drawRun, writeDrawings } from "./plot";

export const command: Command = {
  summary: "measures backends fairly and leaves a run folder of records",
  positionals: ["DIR"],
  options: {
    slc: { value: "SLC_DIR", help: "the SLC of a folder of crops: also measure prep and fused" },
    ...SHARED_OPTIONS.intensity,
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
  run,
};

async function run(args: Arguments, context: Context): Promise<void> {
  const options = parseBenchOptions(args, context);
  const { measure } = require("./bench") as typeof import("./bench");
  if ((options.blocks ?? LEAST_BLOCKS) < LEAST_BLOCKS) {
    context.tell(`bench: fewer than ${LEAST_BLOCKS} blocks carry no interval and no verdict`);
  }
  const result = await measure(options);
  for (const note of result.notes) context.tell(`bench: ${note}`);
  context.signal.throwIfAborted();
  const { finishRunFolder } = require("./bench") as typeof import("./bench");
  await finishRunFolder(result, context);
  printResult(result, args, context);
  requireNoFailure(result);
  const baseline = args.text("baseline");
  if (baseline !== undefined) {
    const { requireNotSlower } = require("./bench") as typeof import("./bench");
    requireNotSlower(
      baseline,
      result.folder,
      parseWhole("margin", args.text("margin") ?? "10", 1, 1000) / 100,
    );
  }
}

/** @throws BackendError a configuration failed: its runs stay in the table, but the session is no clean one */
function requireNoFailure(result: BenchResult): void {
  const failed = [...new Set(result.runs.filter((run) => run.outcome === "failed").map((run) => run.label))];
  if (failed.length === 0) return;
  throw new BackendError(
    `${result.folder}: found failed runs of ${failed.join(", ")}, expected none; see reason in runs.jsonl`,
  );
}

/** Options of cli.md's bench line. @throws UsageError */
function parseBenchOptions(args: Arguments, context: Context): BenchOptions {
  const text = (name: string): string | undefined => args.text(name);
  const crop = text("crop");
  const looks = text("looks");
  const crops = text("crops")?.split(";");
  for (const window of [...(crops ?? []), ...(crop === undefined ? [] : [crop])]) parseCrop(window);
  if (looks !== undefined) parseLooks(looks);
  const resume = text("resume");
  if (resume !== undefined && text("out") !== undefined) {
    throw new UsageError("found --resume and --out, expected one of them: a resumed run stays in its folder");
  }
  const list = (name: string, most: number): number[] | undefined =>
    text(name) === undefined ? undefined : parseWholeList(name, text(name)!, 1, most);
  const number = (name: string, least: number): number | undefined =>
    text(name) === undefined ? undefined : parseWhole(name, text(name)!, least, 2 ** 32 - 1);
  return withoutUndefined({
    data: args.positionals[0]!,
    slc: text("slc"),
    crop,
    crops,
    looks,
    nodata:
      text("nodata") === undefined ? undefined : parseChoice("nodata", text("nodata"), ["zero", "none"]),
    backends: text("backends")
      ?.split(",")
      .map((part) => part.trim()),
    workers: list("workers", 1024),
    blocks: number("blocks", 1),
    dates: list("dates", 1_000_000),
    cache: text("cache") === undefined ? undefined : parseChoice("cache", text("cache"), ["warm", "cold"]),
    budgetSeconds: number("budget", 1),
    timeoutSeconds: number("timeout", 1),
    seed: number("seed", 0),
    out: text("out"),
    resume,
    peers: args.texts("peer").length === 0 ? undefined : args.texts("peer"),
    commandLine: process.argv.slice(2),
    signal: context.signal,
    onProgress: ({ done, total }: { done: number; total: number }) => context.progress(done, total),
  }) as BenchOptions;
}

/** Options that were left out are absent, so that defaults apply. */
function withoutUndefined(options: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function printResult(result: BenchResult, args: Arguments, context: Context): void {
  const failed = result.runs.filter((run) => run.outcome === "failed");
  if (args.flag("json")) {
    const { folder, stopped, resultados, runs } = result;
    context.print(
      JSON.stringify({
        command: "bench",
        folder,
        stopped,
        runs: runs.length,
        failed: failed.length,
        resultados,
        skipped: result.env.skipped,
      }),
    );
    return;
  }
  for (const { label, reason } of result.env.skipped) context.tell(`bench: ${label} left out: ${reason}`);
  for (const run of failed) context.tell(`bench: ${run.label} failed in block ${run.block}: ${run.reason}`);
  context.tell(`bench: ${result.runs.length} runs, ended by ${result.stopped}`);
  context.print(result.folder);
}

/** Seed and number of draws of the intervals that decide whether measuring may stop. */
const STOPPING_OPTIONS = { seed: 1, draws: 2000 };

/** What the bench asks of the rest of the program. */
export const benchConnections: BenchConnections = {
  describe: describeFolder,
  readPlane,
  precise: (runs) => isPrecise(runs, STOPPING_OPTIONS),
  unavailable: async (id) => (id === "prep" || id === "fused" ? null : await findBackend(id).unavailable()),
};

/** Measures a session with the real machine, data and backends. */
export function measure(options: Omit<BenchOptions, "connections">): Promise<BenchResult> {
  return runBench({ ...options, connections: benchConnections });
}

/** Seed and draws of the intervals. */
const OPTIONS = { seed: 1, draws: 2000 };

/**
 * Fails when a configuration of `run` is slower than in `baseline` by more than a margin, its interval above it.
 * @param margin 0.1 allows 10 %
 * @throws BackendError naming what became slower, or that the two sessions are of different machines
 */
export function requireNotSlower(baseline: string, run: string, margin: number): void {
  const comparison = compareSessions(readSession(baseline), readSession(run), OPTIONS);
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

/**
 * Leaves in a run folder what an informe shows besides records, maps of the products and the user's two charts, and
 * removes the crops it was measured on: they can be prepared again.
 */
export async function finishRunFolder(result: BenchResult, context: Context): Promise<void> {
  const level = result.levels[0];
  if (level !== undefined) {
    await writeMaps(result.folder, {
      ...level.reference,
      intensityFolder: level.intens,
      signal: context.signal,
    });
  }
  if (result.runs.some((run) => run.outcome === "ok")) {
    writeDrawings(drawRun(result.folder, "es", context), result.folder);
  }
  rmSync(join(result.folder, "levels"), { recursive: true, force: true });
}
