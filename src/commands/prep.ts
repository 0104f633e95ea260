import { formatShape } from "../core/raster";
import { prepare } from "../pipeline/prepare";
import {
  type Command,
  parseIntensityParameters,
  parseWorkers,
  SHARED_OPTIONS,
  tellFindings,
  tellResult,
} from "./command";
import { runMeasured } from "./measured";

export const command: Command = {
  positionals: ["SLC_DIR", "INTENS"],
  options: {
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.workers,
    overwrite: { help: "replace crops that were made with other parameters" },
    ...SHARED_OPTIONS.trace,
    ...SHARED_OPTIONS.json,
  },
  examples: ["data/slc data/intens --crop 2048,2048,0,0 --looks 4"],

  async run(args, context) {
    const [slcFolder, intensityFolder] = args.positionals as [string, string];
    const parameters = parseIntensityParameters(args);
    const workers = parseWorkers(args);
    const overwrite = args.flag("overwrite");
    const { result, seconds, usage } = await runMeasured(args, context, (measured) =>
      prepare({ ...parameters, slcFolder, intensityFolder, workers, overwrite, ...measured }),
    );
    tellFindings(result.findings, context);
    tellResult(
      args,
      context,
      { command: "prep", ...result, seconds, usage },
      `prep: ${result.dates.length} crops of ${formatShape(result.shape)}, ${result.workers} worker(s), ${seconds.toFixed(3)} s`,
    );
  },
};
