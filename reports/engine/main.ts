// The bench of the engine: pila against the same work as others write it.
//   npm run bench:engine -- [--rows 1,3] [--runs 9] [--size 4096] [--pila COMMAND] [--out FILE]
// All rows of this pila are written to reports/engine.md; a selection, or another pila, only where --out says.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, describeSoftware } from "../../src/bench/machine";
import { packageRoot, pilaCommand } from "../../src/bench/process";
import { pairedRatio } from "../../src/evidence/verdict";
import { DECODING_ROW, measureDecoding } from "./decoding";
import { CROP_ROWS, comparisonsOf, MEMORY_ROW, ROW_DATES } from "./figures";
import { peakMemory, timeInTurns } from "./measure";
import { createPrograms, type Programs } from "./programs";
import { measurePromise, PROMISE_ROW } from "./promise";
import { type Circumstances, describeAll, describeResult, type Result } from "./report";
import {
  compileC,
  installPython,
  makeCrops,
  makeStacks,
  ProcessError,
  runProcess,
  type Workbench,
} from "./workbench";

const MEMORY_RUNS = 3;
/** Fewest pairs whose figures are taken for the report. */
const LEAST_RUNS = 9;
const PEAK_GOAL = 80;
const GROWTH_GOAL = 8;
const BOOTSTRAP = { seed: 1, draws: 4000 };

interface Options {
  readonly rows: readonly number[];
  readonly runs: number;
  readonly size: number;
  readonly pila: readonly string[] | null;
  readonly out: string | null;
}

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      rows: { type: "string" },
      runs: { type: "string", default: String(LEAST_RUNS) },
      size: { type: "string", default: "4096" },
      pila: { type: "string" },
      out: { type: "string" },
    },
  });
  const all = Object.keys(ROW_DATES).map(Number);
  const rows = values.rows === undefined ? all : values.rows.split(",").map(Number);
  const [runs, size] = [Number(values.runs), Number(values.size)];
  const wrong = rows.filter((row) => !all.includes(row));
  if (wrong.length > 0)
    throw new ProcessError(`--rows: found ${values.rows}, expected some of ${all.join(",")}`);
  if (!Number.isInteger(runs) || runs < 1)
    throw new ProcessError(`--runs: found ${values.runs}, expected 1 or more`);
  if (!Number.isInteger(size) || size < 64)
    throw new ProcessError(`--size: found ${values.size}, expected 64 or more`);
  const isWhole = values.rows === undefined && values.pila === undefined && runs >= LEAST_RUNS;
  return {
    rows,
    runs,
    size,
    pila: values.pila === undefined ? null : values.pila.split(" "),
    out: values.out ?? (isWhole ? join(packageRoot(), "reports/engine.md") : null),
  };
}

/** Peak memory of fused over the fewest and the most dates, and what lies between. */
async function measureMemory(bench: Workbench, programs: Programs): Promise<readonly Result[]> {
  const [few, many] = ROW_DATES[MEMORY_ROW] as [number, number];
  const row = {
    kind: "amount" as const,
    row: MEMORY_ROW,
    isFloor: false,
    unit: "MiB" as const,
    runs: MEMORY_RUNS,
  };
  const least = await peakMemory(programs.fused(few, null), MEMORY_RUNS, bench);
  const most = await peakMemory(programs.fused(many, null), MEMORY_RUNS, bench);
  return [
    { ...row, figure: `peak memory of fused, ${few} dates`, goal: PEAK_GOAL, value: least },
    { ...row, figure: `peak memory of fused, ${many} dates`, goal: PEAK_GOAL, value: most },
    { ...row, figure: `growth from ${few} to ${many} dates`, goal: GROWTH_GOAL, value: most - least },
  ];
}

/** Runs what gives results; a process that fails becomes a line of the report and the bench goes on. */
async function attempt(
  row: number,
  figure: string,
  work: () => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return [{ kind: "failed", row, figure, reason: error.message }];
  }
}

async function runRows(options: Options, bench: Workbench): Promise<readonly Result[]> {
  const python = await installPython(bench);
  const programs = createPrograms(bench, python, await compileC(bench));
  const results: Result[] = [];
  const add = (lines: readonly Result[]): void => {
    results.push(...lines);
    for (const line of lines) console.log(describeResult(line));
  };
  for (const row of options.rows) {
    if (row === MEMORY_ROW) add(await attempt(row, "peak memory", () => measureMemory(bench, programs)));
    if (row === PROMISE_ROW) {
      const title = "what correct rounding costs";
      add(await attempt(row, title, () => measurePromise(bench, options.runs, BOOTSTRAP)));
    }
    if (row === DECODING_ROW) {
      add(await attempt(row, "decoding", () => measureDecoding(bench, python, options.runs)));
    }
    for (const comparison of comparisonsOf(row, bench, programs)) {
      const { figure, goal } = comparison;
      bench.log(figure);
      const measured = await attempt(row, figure, async () => {
        const { ours, theirs } = await timeInTurns(comparison, options.runs, bench, python);
        const ratio = pairedRatio(byPair(ours), byPair(theirs), BOOTSTRAP);
        return ratio === null ? [] : [{ kind: "ratio", row, figure, goal, ratio }];
      });
      add(measured);
    }
  }
  return results;
}

/** Seconds by number of the pair, as the paired bootstrap takes them. */
function byPair(seconds: readonly number[]): ReadonlyMap<number, readonly number[]> {
  return new Map(seconds.map((value, pair) => [pair, [value]]));
}

async function firstLine(command: readonly string[], bench: Workbench): Promise<string> {
  return (await runProcess(command, bench.root, bench.signal)).stdout.split("\n")[0]!.trim();
}

async function main(): Promise<number> {
  const options = parseOptions();
  const stopper = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stopper.abort(new ProcessError(`stopped by ${signal}`)));
  }
  const root = packageRoot();
  const bench: Workbench = {
    root,
    build: join(root, "data-prep/build/engine"),
    tools: join(root, "build/engine"),
    pila: options.pila ?? pilaCommand(),
    size: options.size,
    signal: stopper.signal,
    log: (text) => console.error(text),
  };
  const startedAt = new Date().toISOString();
  const dates = [...new Set(options.rows.flatMap((row) => ROW_DATES[row]!))];
  if (dates.length > 0) await makeStacks(bench, dates);
  const cropped = new Set(
    options.rows.filter((row) => CROP_ROWS.includes(row)).flatMap((row) => ROW_DATES[row]!),
  );
  for (const count of cropped) await makeCrops(bench, count);
  const results = await runRows(options, bench);
  const circumstances: Circumstances = {
    machine: describeMachine(bench.build),
    software: describeSoftware(root),
    compiler: await firstLine(["cc", "--version"], bench),
    python: await firstLine(["python3", "--version"], bench),
    size: options.size,
    other: options.pila?.join(" ") ?? null,
    startedAt,
  };
  const report = describeAll(results, circumstances);
  if (options.out === null) console.log(report);
  else {
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(options.out, report);
    console.log(`written to ${options.out}`);
  }
  return results.some((result) => result.kind === "failed") ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof ProcessError ? error.message : error);
    process.exitCode = 1;
  },
);
