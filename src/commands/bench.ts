import type { BenchResult } from "../bench/session";
import { BackendError, UsageError } from "../core/errors";
import { groupBy } from "../core/groups";
import { compareSessions, findRegressions } from "../evidence/compareSessions";
import { LEAST_BLOCKS } from "../evidence/numbers";
import { readSession } from "../records/runFolder";
import { quote } from "../report/commandLines";
import { type Arguments, type Command, type Context, parseWhole, SHARED_OPTIONS } from "./command";
import { measureSession, parseSessionOptions, SESSION_OPTIONS, shortPath } from "./session";

export const command: Command = {
  positionals: ["DIR"],
  options: {
    slc: { value: "SLC_DIR", help: "the SLC of a folder of crops: also measure prep and fused" },
    backends: { value: "LIST", help: "such as sec,mp,mp_v2 (default: all)" },
    ...SESSION_OPTIONS,
    timeout: { value: "SECONDS", help: "longest single run (default 600)" },
    out: { value: "RUN", help: "run folder (default reports/runs/<UTC time>)" },
    baseline: { value: "RUN", help: "fail when slower than this run by more than --margin" },
    margin: { value: "PERCENT", help: "what --baseline allows (default 10)" },
    peer: {
      value: "NAME=COMMAND",
      help: "also measure another program: {intens} {mean} {std} {workers}; may be repeated",
    },
    ...SHARED_OPTIONS.json,
  },

  examples: ["SLC_DIR --workers 1,2,4 --dates 2,4,8", "INTENS --backends sec,mp,mp_v2 --budget 120"],

  async run(args, context) {
    const [data] = args.positionals as [string];
    const options = parseSessionOptions(args);
    const percent = parseWhole("margin", args.text("margin") ?? "10", 1, 1000);
    const [resume, out] = [options.resume, args.text("out")];
    if (resume !== undefined && out !== undefined) {
      throw new UsageError(
        "found --resume and --out, expected one of them: a resumed run stays in its folder",
      );
    }
    if ((options.blocks ?? LEAST_BLOCKS) < LEAST_BLOCKS) {
      context.tell(`bench: fewer than ${LEAST_BLOCKS} blocks carry no interval and no verdict`);
    }
    const backends = args
      .text("backends")
      ?.split(",")
      .map((part) => part.trim());
    const named = { slc: args.text("slc"), backends, peers: args.texts("peer") };
    const goOn = (run: string): string => `pila bench ${quote(data)} --resume ${run}`;
    const result = await measureSession("bench", { ...options, ...named, data, out }, goOn, context);
    printResult(result, args, context);
    requireNoFailure(result);
    const baseline = args.text("baseline");
    if (baseline !== undefined) requireNotSlower(baseline, result.folder, percent / 100);
  },
};

function printResult(result: BenchResult, args: Arguments, context: Context): void {
  const failed = result.runs.filter((run) => run.outcome === "failed");
  if (args.flag("json")) {
    const { folder, stopped, resultados } = result;
    const counts = { runs: result.runs.length, failed: failed.length };
    const { skipped } = result.env;
    context.print(JSON.stringify({ command: "bench", folder, stopped, ...counts, resultados, skipped }));
    return;
  }
  for (const [reason, all] of groupBy(result.env.skipped, (one) => one.reason)) {
    context.tell(`bench: left out: ${all.map(({ label }) => label).join(", ")}: ${reason}`);
  }
  for (const [reason, all] of groupBy(failed, (run) => run.reason)) {
    const labels = [...new Set(all.map(({ label }) => label))].join(", ");
    context.tell(`bench: ${all.length} failed run(s) of ${labels}: ${reason}`);
  }
  context.tell(`bench: ${result.runs.length} runs, ended by ${result.stopped}`);
  context.tell(`next: pila informe --run ${shortPath(result.folder)}`);
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
