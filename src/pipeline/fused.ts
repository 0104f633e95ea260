import type { Shape } from "../core/raster";
import { requireDistinctOutputs } from "../io/outputFile";
import type { Meter } from "../parallel/meter";
import { planReduction, withProducts } from "./moments";
import { predictWork, type WorkPrediction } from "./plan";
import { type IntensityParameters, momentTargets, openSlcRows } from "./stackRows";
import { runRowTask, startRowTeam } from "./team";

interface FusedRequest extends IntensityParameters {
  readonly slcFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
  /** null: what the cost model judges best. */
  readonly workers: number | null;
  readonly meter: Meter;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface FusedReport {
  readonly workers: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly prediction: WorkPrediction;
}

/**
 * From SLC images to mean and std (and count) in one pass: the same bits as `prepare` and any backend after it, with no
 * crop written and only the rows and columns under the crop read.
 * @param request SLC folder, crop (looked pixels), looks, no data, outputs and workers (null is what suits the work)
 * @returns dates, shape of the products, and the workers it was done by
 * @throws FormatError, ShapeError an image cannot be read, or looks and crop do not fit it
 * @throws UsageError an output is an input
 */
export async function fused(request: FusedRequest): Promise<FusedReport> {
  const { meter, mean, std, count } = request;
  const outputs = count === null ? [mean, std] : [mean, std, count];
  let team = request.workers === null ? null : startRowTeam(request.workers, meter);
  try {
    const start = meter.start();
    const { stack, rows } = openSlcRows(request.slcFolder, request);
    requireDistinctOutputs(
      outputs,
      stack.scenes.flatMap((scene) => [scene.path, scene.source.path]),
    );
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "thread", request.workers);
    if (request.workers === null) team = startRowTeam(prediction.workers, meter);
    await withProducts(outputs, rows.window, meter, request.onProgress, async (products, onProgress) => {
      const task = planReduction(rows, momentTargets(products), prediction.workers);
      await runRowTask({ kind: "reduce", task }, task.blocks, team, meter, request.signal, onProgress);
    });
    const shape = { azimuth: rows.window.azimuth, range: rows.window.range };
    return { workers: prediction.workers, dates: rows.dates, shape, prediction };
  } catch (error) {
    await team?.stop();
    throw error;
  }
}
