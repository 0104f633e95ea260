import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { prepareCache } from "../../src/bench/quiet";
import { type Comparison, type Program, writtenBy } from "./programs";
import { ProcessError, runProcess, type Workbench } from "./workbench";

/** |Δmean| / mean and |Δstd| / mean that two programs of the same work may differ by: they sum in other orders. */
const MEAN_TOLERANCE = 1e-6;
const STD_TOLERANCE = 5e-6;

/** Seconds of both sides, one of each a pair. */
export interface Timings {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * Times both sides in turns, `runs` pairs, who goes first changing from pair to pair. One run of each goes before:
 * it warms up, and its outputs must agree.
 * @throws ProcessError a run failed, the outputs differ, or the page cache could not be brought to the wanted state
 */
export async function timeInTurns(
  comparison: Comparison,
  runs: number,
  bench: Workbench,
  python: string,
): Promise<Timings> {
  const { ours, theirs, cache, inputs } = comparison;
  requireCache(comparison, "warm");
  await runOnce(ours, bench);
  await runOnce(theirs, bench);
  if (comparison.sameWork) await requireAgreement(comparison, bench, python);
  const timings = { ours: [] as number[], theirs: [] as number[] };
  const timed = async (side: "ours" | "theirs"): Promise<void> => {
    if (cache === "cold") requireCache(comparison, "cold");
    timings[side].push(await runOnce(comparison[side], bench));
  };
  for (let pair = 0; pair < runs; pair++) {
    await timed(pair % 2 === 0 ? "ours" : "theirs");
    await timed(pair % 2 === 0 ? "theirs" : "ours");
  }
  if (cache === "cold") prepareCache(inputs, "warm");
  return timings;
}

/** Seconds of all steps of one program; what an earlier run left is removed first. */
async function runOnce(program: Program, bench: Workbench): Promise<number> {
  for (const path of writtenBy(program)) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(dirname(path), { recursive: true });
  }
  let seconds = 0;
  for (const step of program.steps) seconds += (await runProcess(step, bench.root, bench.signal)).seconds;
  return seconds;
}

function requireCache({ inputs }: Comparison, wanted: "warm" | "cold"): void {
  const state = prepareCache(inputs, wanted);
  if (state === wanted) return;
  throw new ProcessError(
    `the page cache is ${state}, ${wanted} was wanted: too little memory, or no fincore`,
  );
}

async function requireAgreement(comparison: Comparison, bench: Workbench, python: string): Promise<void> {
  const [ours, theirs] = [comparison.ours.product, comparison.theirs.product];
  const paths =
    ours.kind === "statistics" && theirs.kind === "statistics"
      ? [ours.mean, ours.std, theirs.mean, theirs.std]
      : ["--crops", ...writtenBy(comparison.ours), ...writtenBy(comparison.theirs)];
  const command = [python, join(bench.root, "test/reference/agree.py"), ...paths];
  const { stdout } = await runProcess(command, bench.root, bench.signal);
  const { mean, std, nan, pixels } = JSON.parse(stdout) as Record<"mean" | "std" | "nan" | "pixels", number>;
  if (mean <= MEAN_TOLERANCE && std <= STD_TOLERANCE && nan === 0 && pixels > 0) return;
  throw new ProcessError(
    `outputs of ${comparison.ours.name} and ${comparison.theirs.name} differ: mean by ${mean}, std by ${std} of the mean, NaN in one only ${nan} of ${pixels} valid pixels`,
  );
}

/** Prints the kernel's high-water mark of the largest process waited for, in KiB: exact, and no sampling. */
const MEASURE = `
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
`;

/** Greatest resident memory of a program over some runs. @returns MiB */
export async function peakMemory(program: Program, runs: number, bench: Workbench): Promise<number> {
  mkdirSync(join(bench.build, "out"), { recursive: true });
  let peak = 0;
  for (let run = 0; run < runs; run++) {
    for (const step of program.steps) {
      const { stdout } = await runProcess(["python3", "-c", MEASURE, ...step], bench.root, bench.signal);
      peak = Math.max(peak, Number(stdout.trim().split("\n").at(-1)) / 1024);
    }
  }
  return peak;
}
