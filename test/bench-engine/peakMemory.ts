import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./program";
import { runProcess } from "./runProcess";
import type { Workbench } from "./workbench";

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
