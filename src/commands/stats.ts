import type { MpiJob } from "../backends/mpiRank";
import { BACKEND_IDS, findBackend } from "../backends/registry";
import { formatShape } from "../core/raster";
import { findStaleDates } from "../io/folders";
import { isOneOfSeveral } from "../parallel/mpi/detect";
import {
  type Arguments,
  type Command,
  type Context,
  parseChoice,
  parseImageChoice,
  parseWorkers,
  SHARED_OPTIONS,
  tellFindings,
  tellResult,
} from "./command";
import { runMeasured, writeSpans } from "./measured";

export const command: Command = {
  positionals: ["BACKEND", "INTENS", "MEAN", "STD"],
  options: {
    ...SHARED_OPTIONS.workers,
    count: { value: "COUNT", help: "also write the number of valid dates of each pixel" },
    pol: SHARED_OPTIONS.choice.pol,
    band: SHARED_OPTIONS.choice.band,
    split: { value: "dates|rows", help: "mpi: ranks take whole dates (default) or bands of rows" },
    ...SHARED_OPTIONS.trace,
    ...SHARED_OPTIONS.json,
  },
  notes: `BACKEND: ${BACKEND_IDS.join(" ")}`,
  examples: ["sec data/intens mean.tif std.tif", "mp_v2 data/intens mean.tif std.tif --workers 4"],

  async run(args, context) {
    const [id, intensityFolder, mean, std] = args.positionals as [string, string, string, string];
    const backend = findBackend(id);
    const workers = parseWorkers(args);
    const split = parseChoice("split", args.text("split"), ["dates", "rows"]);
    const count = args.text("count") ?? null;
    const choice = parseImageChoice(args);
    for (const stale of findStaleDates(intensityFolder)) context.tell(`pila: ${stale}; prepare it again`);

    if (backend.id === "mpi" && isOneOfSeveral(process.env)) {
      await runAsRank({ intensityFolder, mean, std, count, split, choice }, args, context);
      return;
    }
    const { result, seconds, usage } = await runMeasured(args, context, (measured) =>
      backend.run({ intensityFolder, mean, std, count, workers, split, choice, ...measured }),
    );
    const { dates, shape, prediction, findings } = result;
    tellFindings(findings, context);
    const outputs = { mean, std, count };
    const made = { command: "stats", backend: id, workers: result.workers, dates, shape, outputs };
    tellResult(
      args,
      context,
      { ...made, seconds, usage, prediction, findings },
      `${id}: ${dates.length} dates of ${formatShape(shape)}, ${result.workers} worker(s), ${seconds.toFixed(3)} s`,
    );
  },
};

/** `pila stats mpi` started under mpiexec or srun: joins as a rank; rank 0 speaks for all. */
async function runAsRank(job: Omit<MpiJob, "tracing">, args: Arguments, context: Context): Promise<void> {
  const { mean, std, count } = job;
  const { runRank } = require("../backends/mpiRank") as typeof import("../backends/mpiRank");
  const trace = args.text("trace");
  await runRank({ ...job, tracing: trace !== undefined }, ({ ranks, dates, shape, meter }) => {
    if (trace !== undefined) writeSpans(trace, meter.spans);
    const seconds = performance.now() / 1000;
    const made = { command: "stats", backend: "mpi", workers: ranks, dates, shape };
    tellResult(
      args,
      context,
      { ...made, outputs: { mean, std, count }, seconds, usage: meter.usage },
      `mpi: ${dates.length} dates, ${ranks} ranks, ${seconds.toFixed(3)} s`,
    );
  });
}
