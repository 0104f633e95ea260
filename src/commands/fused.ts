import { formatShape } from "../core/raster";
import { fused } from "../pipeline/fused";
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
  positionals: ["SLC_DIR", "MEAN", "STD"],
  options: {
    ...SHARED_OPTIONS.intensity,
    ...SHARED_OPTIONS.choice,
    ...SHARED_OPTIONS.workers,
    count: { value: "COUNT", help: "also write the number of valid dates of each pixel" },
    ...SHARED_OPTIONS.trace,
    ...SHARED_OPTIONS.json,
  },
  examples: ["data/slc mean.tif std.tif --crop 2048,2048,0,0"],

  async run(args, context) {
    const [slcFolder, mean, std] = args.positionals as [string, string, string];
    const parameters = parseIntensityParameters(args);
    const workers = parseWorkers(args);
    const count = args.text("count") ?? null;
    const { result, seconds, usage } = await runMeasured(args, context, (measured) =>
      fused({ ...parameters, slcFolder, mean, std, count, workers, ...measured }),
    );
    tellFindings(result.findings, context);
    tellResult(
      args,
      context,
      { command: "fused", backend: "fused", ...result, outputs: { mean, std, count }, seconds, usage },
      `fused: ${result.dates.length} dates of ${formatShape(result.shape)}, ${result.workers} worker(s), ${seconds.toFixed(3)} s`,
    );
  },
};
