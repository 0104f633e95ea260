import { writeFileSync } from "node:fs";
import type { MpiJob, MpiResult } from "../backends/mpiJob";
import { runRank } from "../backends/mpiRank";
import type { Arguments, Context } from "./command";

/** `pila stats mpi` started under mpiexec or srun: joins as a rank; rank 0 speaks for all. */
export async function runAsRank(
  job: Omit<MpiJob, "tracing">,
  args: Arguments,
  context: Context,
): Promise<void> {
  const trace = args.text("trace");
  await runRank({ ...job, tracing: trace !== undefined }, (result) => tellResult(result, job, args, context));
}

function tellResult(
  result: MpiResult,
  job: Omit<MpiJob, "tracing">,
  args: Arguments,
  context: Context,
): void {
  const { ranks, dates, shape, meter } = result;
  const trace = args.text("trace");
  if (trace !== undefined)
    writeFileSync(trace, meter.spans.map((span) => `${JSON.stringify(span)}\n`).join(""));
  const seconds = performance.now() / 1000;
  if (args.flag("json")) {
    const outputs = { mean: job.mean, std: job.std, count: job.count };
    context.print(
      JSON.stringify({
        command: "stats",
        backend: "mpi",
        workers: ranks,
        dates,
        shape,
        outputs,
        seconds,
        usage: meter.usage,
      }),
    );
  } else {
    context.tell(`mpi: ${dates.length} dates, ${ranks} ranks, ${seconds.toFixed(3)} s`);
  }
}
