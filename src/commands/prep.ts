import { formatShape } from "../core/raster";
import { prepare } from "../pipeline/prepare";
import { type Command, parseIntensityParameters, SHARED_OPTIONS, tellFindings, tellResult } from "./command";
import { RANK_OPTIONS, runShared } from "./ranks";

export const command: Command = {
  positionals: ["SLC_DIR", "INTENS"],
  options: {
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.workers,
    overwrite: { help: "replace crops that were made with other parameters" },
    ...RANK_OPTIONS,
    ...SHARED_OPTIONS.trace,
    ...SHARED_OPTIONS.json,
  },
  notes:
    "Under mpiexec or srun its ranks share the dates (--split rows: the rows); --workers are threads of each rank then.",
  examples: [
    "data/slc data/intens --crop 2048,2048,0,0 --looks 4",
    "data/slc data/intens --hosts node1:8,node2:8",
  ],

  async run(args, context) {
    const [slcFolder, intensityFolder] = args.positionals as [string, string];
    const overwrite = args.flag("overwrite");
    const work = { slcFolder, intensityFolder, overwrite, ...parseIntensityParameters(args) };
    await runShared(
      args,
      context,
      { kind: "prep", ...work },
      "dates",
      (measured, _, workers) => prepare({ ...work, workers, ...measured }),
      (result, seconds, usage) => {
        tellFindings(result.findings, context);
        tellResult(
          args,
          context,
          { command: "prep", ...result, seconds, usage },
          `prep: ${result.dates.length} crops of ${formatShape(result.shape)}, ${result.workers} worker(s), ${seconds.toFixed(3)} s`,
        );
      },
    );
  },
};
