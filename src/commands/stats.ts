import { BACKEND_IDS, findBackend } from "../backends/registry";
import { UsageError } from "../core/errors";
import { formatShape } from "../core/raster";
import { findStaleDates } from "../io/manifest";
import { type Command, parseImageChoice, SHARED_OPTIONS, tellFindings, tellResult } from "./command";
import { RANK_OPTIONS, runShared } from "./ranks";

export const command: Command = {
  positionals: ["BACKEND", "INTENS", "MEAN", "STD"],
  options: {
    ...SHARED_OPTIONS.workers,
    count: { value: "COUNT", help: "also write the number of valid dates of each pixel" },
    pol: SHARED_OPTIONS.choice.pol,
    band: SHARED_OPTIONS.choice.band,
    ...RANK_OPTIONS,
    ...SHARED_OPTIONS.trace,
    ...SHARED_OPTIONS.json,
  },
  notes:
    `BACKEND: ${BACKEND_IDS.join(" ")}\n` +
    "Under mpiexec or srun the ranks of mpi share the dates (--split rows: the rows, by --workers threads of each rank).",
  examples: [
    "sec data/intens mean.tif std.tif",
    "mp_v2 data/intens mean.tif std.tif --workers 4",
    "mpi data/intens mean.tif std.tif --hosts node1:8,node2:8",
  ],

  async run(args, context) {
    const [id, intensityFolder, mean, std] = args.positionals as [string, string, string, string];
    const backend = findBackend(id);
    if (id !== "mpi" && (args.text("hosts") ?? args.text("hostfile")) !== undefined) {
      throw new UsageError(
        `found hosts for ${id}, expected them for mpi alone; the others stay on this host`,
      );
    }
    const count = args.text("count") ?? null;
    const work = { intensityFolder, mean, std, count, choice: parseImageChoice(args) };
    for (const stale of findStaleDates(intensityFolder)) context.tell(`pila: ${stale}; prepare it again`);
    await runShared(
      args,
      context,
      { kind: "stats", ...work },
      "dates",
      (measured, split, workers) => backend.run({ ...work, workers, split, ...measured }),
      ({ workers, dates, shape, prediction, findings }, seconds, usage) => {
        tellFindings(findings, context);
        const made = { command: "stats", backend: id, workers, dates, shape, outputs: { mean, std, count } };
        tellResult(
          args,
          context,
          { ...made, seconds, usage, prediction, findings },
          `${id}: ${dates.length} dates of ${formatShape(shape)}, ${workers} worker(s), ${seconds.toFixed(3)} s`,
        );
      },
    );
  },
};
