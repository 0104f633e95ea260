import { join } from "node:path";
import { formatWindow, type Shape } from "../core/raster";
import {
  CROP_SUFFIX,
  describeSources,
  type PrepManifest,
  replacePrepared,
  requireSameParameters,
  writeManifest,
} from "../io/folders";
import { requireDistinctOutputs } from "../io/outputFile";
import type { Meter } from "../parallel/meter";
import { planPreparation } from "./blockPreparer";
import { withProducts } from "./moments";
import { predictWork, type WorkPrediction } from "./plan";
import { formatLooks, type IntensityParameters, openSlcRows } from "./stackRows";
import { runRowTask, startRowTeam } from "./team";

interface PrepareRequest extends IntensityParameters {
  readonly slcFolder: string;
  readonly intensityFolder: string;
  /** null: what the cost model judges best. */
  readonly workers: number | null;
  /** Replaces crops that were made with other parameters. */
  readonly overwrite: boolean;
  readonly meter: Meter;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface PrepareReport {
  readonly workers: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly crop: string;
  readonly files: readonly string[];
  readonly prediction: WorkPrediction;
}

/**
 * Writes one intensity crop a date, `<date>_int_crop.tif`, and `pila-prep.json`: |S|^2 in linear power, not calibrated,
 * averaged over looks, cut to the crop. All crops appear together or none.
 * @param request SLC folder, folder of the crops, crop (looked pixels), looks, no data, workers, overwrite
 * @returns dates, shape of the crops (azimuth x range cells), and the workers it was done by
 * @throws FormatError the folder holds crops made with other parameters and `overwrite` is not set
 */
export async function prepare(request: PrepareRequest): Promise<PrepareReport> {
  const { meter, intensityFolder } = request;
  let team = request.workers === null ? null : startRowTeam(request.workers, meter);
  try {
    const start = meter.start();
    const { stack, rows } = openSlcRows(request.slcFolder, request);
    const manifest: PrepManifest = {
      schema: 1,
      crop: formatWindow(rows.window),
      looks: formatLooks(request.looks),
      nodata: request.nodata,
      sources: describeSources(stack.scenes),
    };
    if (!request.overwrite) requireSameParameters(intensityFolder, manifest);
    const files = rows.dates.map((date) => join(intensityFolder, `${date}${CROP_SUFFIX}`));
    requireDistinctOutputs(
      files,
      rows.sources.map((source) => source.path),
    );
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "thread", request.workers);
    if (request.workers === null) team = startRowTeam(prediction.workers, meter);
    await withProducts(files, rows.window, meter, request.onProgress, async (products, onProgress) => {
      const task = planPreparation(
        rows,
        products.map((product) => product.target),
      );
      const blocks = task.blocksPerDate * rows.sources.length;
      await runRowTask({ kind: "prepare", task }, blocks, team, meter, request.signal, onProgress);
      // Between the old crops and the new there is no manifest: an interrupted change is not taken for either.
      replacePrepared(intensityFolder, files);
    });
    writeManifest(intensityFolder, manifest);
    return {
      workers: prediction.workers,
      dates: rows.dates,
      shape: { azimuth: rows.window.azimuth, range: rows.window.range },
      crop: manifest.crop,
      files,
      prediction,
    };
  } catch (error) {
    await team?.stop();
    throw error;
  }
}
