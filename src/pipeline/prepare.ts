import { join } from "node:path";
import { filesOf, formatWindow } from "../core/raster";
import {
  CROP_SUFFIX,
  describeSources,
  type PrepManifest,
  placePrepared,
  requireSameParameters,
} from "../io/folders";
import { requireDistinctOutputs } from "../io/outputFile";
import type { Product } from "../io/products";
import { lockFolder, makeFolder } from "../io/workFolder";
import { Meter } from "../parallel/meter";
import { planPreparation } from "./moments";
import { type OpenRequest, type RunReport, runWithWorkers } from "./run";
import { formatLooks, type IntensityParameters, openSlcRows } from "./stackRows";
import { rowTeam, runRowTask } from "./team";

interface PrepareRequest extends IntensityParameters, OpenRequest {
  readonly slcFolder: string;
  readonly intensityFolder: string;
  /** Replaces crops that were made with other parameters. */
  readonly overwrite: boolean;
}

export interface PrepareReport extends RunReport {
  readonly crop: string;
  readonly files: readonly string[];
}

/**
 * Writes one intensity crop a date, `<date>_int_crop.tif`, and `pila-prep.json`: |S|^2 in linear power, not calibrated,
 * averaged over looks, cut to the crop. All crops appear together or none.
 * @param request SLC folder, folder of the crops, crop (looked pixels), looks, no data, workers, overwrite
 * @returns dates, shape of the crops (azimuth x range cells), and the workers it was done by
 * @throws FormatError the folder holds crops made with other parameters and `overwrite` is not set
 * @throws FileError another run prepares into the folder
 */
export async function prepare({
  meter = new Meter(0, false),
  ...request
}: PrepareRequest): Promise<PrepareReport> {
  const { intensityFolder } = request;
  const open = async () => {
    const { stack, rows } = openSlcRows(request.slcFolder, request);
    const manifest: PrepManifest = {
      schema: 1,
      crop: formatWindow(rows.window),
      looks: formatLooks(request.looks),
      nodata: request.nodata,
      sources: describeSources(stack.scenes),
    };
    const outputs = rows.dates.map((date) => join(intensityFolder, `${date}${CROP_SUFFIX}`));
    requireDistinctOutputs(outputs, rows.sources.flatMap(filesOf));
    makeFolder(intensityFolder);
    unlock = lockFolder(intensityFolder);
    if (!request.overwrite) requireSameParameters(intensityFolder, manifest);
    const place = (crops: readonly Product[]) => placePrepared(intensityFolder, crops, manifest);
    return { rows, outputs, manifest, place };
  };
  let unlock: (() => void) | undefined;
  const { report, opened } = await runWithWorkers(
    { ...request, meter },
    rowTeam(meter),
    open,
    async (work) => {
      const task = planPreparation(work.rows, work.products);
      await runRowTask(task, work.team, meter, request.signal, work.onProgress);
    },
  ).finally(() => unlock?.());
  const { prediction, ...done } = report;
  return { ...done, crop: opened.manifest.crop, files: opened.outputs, prediction };
}
