import { formatShape } from "../core/raster";
import { fused } from "../pipeline/fused";
import { type Command, parseIntensityParameters, SHARED_OPTIONS, tellFindings, tellResult } from "./command";
import { RANK_OPTIONS, runShared } from "./ranks";

export const command: Command = {
  positionals: ["SLC_DIR", "MEAN", "STD"],
  options: {
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.workers,
    count: { value: "COUNT", help: "also write the number of valid dates of each pixel" },
    ...RANK_OPTIONS,
    ...SHARED_OPTIONS.trace,
    ...SHARED_OPTIONS.json,
  },
  notes:
    "Under mpiexec or srun its ranks share the rows (--split dates: the dates); --workers are threads of each rank then.",
  examples: [
    "data/slc mean.tif std.tif --crop 2048,2048,0,0",
    "data/slc mean.tif std.tif --hosts node1:8,node2:8",
  ],

  async run(args, context) {
    const [slcFolder, mean, std] = args.positionals as [string, string, string];
    const count = args.text("count") ?? null;
    const work = { slcFolder, mean, std, count, ...parseIntensityParameters(args) };
    await runShared(
      args,
      context,
      { kind: "fused", ...work },
      "rows",
      (measured, _, workers) => fused({ ...work, workers, ...measured }),
      (result, seconds, usage) => {
        tellFindings(result.findings, context);
        tellResult(
          args,
          context,
          { command: "fused", backend: "fused", ...result, outputs: { mean, std, count }, seconds, usage },
          `fused: ${result.dates.length} dates of ${formatShape(result.shape)}, ${result.workers} worker(s), ${seconds.toFixed(3)} s`,
        );
      },
    );
  },
};
