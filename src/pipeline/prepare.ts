import { join } from "node:path";
import { filesOf, formatWindow } from "../core/raster";
import {
  CROP_SUFFIX,
  describeSources,
  type PrepManifest,
  placePrepared,
  requireSameParameters,
} from "../io/manifest";
import { requireDistinctOutputs } from "../io/outputFile";
import type { Product } from "../io/products";
import { lockFolder, makeFolder } from "../io/workFolder";
import { Meter } from "../parallel/meter";
import { planPreparation } from "./moments";
import { type Opened, type OpenRequest, type RunReport, runWithWorkers } from "./run";
import { formatLooks, type IntensityParameters, openSlcRows } from "./stackRows";
import { rowTeam, runRowTask } from "./team";

/** From which images to which crops. Plain data. */
export interface PrepareWork extends IntensityParameters {
  readonly slcFolder: string;
  readonly intensityFolder: string;
  /** Replaces crops that were made with other parameters. */
  readonly overwrite: boolean;
}

interface PrepareRequest extends PrepareWork, OpenRequest {}

export interface PrepareReport extends RunReport {
  readonly crop: string;
  readonly files: readonly string[];
}

interface OpenedPreparation extends Opened {
  readonly manifest: PrepManifest;
  /** Keeps the folder of the crops for this run, from before one is written; returns what gives it back. */
  readonly keep: () => () => void;
}

/** Opens the images of a preparation, with the description that will stand beside their crops. */
export function openPreparation(work: PrepareWork): OpenedPreparation {
  const { intensityFolder } = work;
  const { stack, rows } = openSlcRows(work.slcFolder, work);
  const manifest: PrepManifest = {
    schema: 1,
    crop: formatWindow(rows.window),
    looks: formatLooks(work.looks),
    nodata: work.nodata,
    sources: describeSources(stack.scenes),
  };
  const outputs = rows.dates.map((date) => join(intensityFolder, `${date}${CROP_SUFFIX}`));
  requireDistinctOutputs(outputs, rows.sources.flatMap(filesOf));
  const place = (crops: readonly Product[]) => placePrepared(intensityFolder, crops, manifest);
  return { rows, outputs, manifest, place, keep: () => keepCrops(work, manifest) };
}

/**
 * Keeps the folder of the crops for one run.
 * @returns gives it back
 * @throws FormatError it holds crops made with other parameters and `overwrite` is not set
 * @throws FileError another run prepares into it
 */
function keepCrops(
  { intensityFolder, overwrite }: Pick<PrepareWork, "intensityFolder" | "overwrite">,
  manifest: PrepManifest,
): () => void {
  makeFolder(intensityFolder);
  const giveBack = lockFolder(intensityFolder);
  try {
    if (!overwrite) requireSameParameters(intensityFolder, manifest);
    return giveBack;
  } catch (error) {
    giveBack();
    throw error;
  }
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
  let unlock: (() => void) | undefined;
  const open = async () => {
    const opened = openPreparation(request);
    unlock = opened.keep();
    return opened;
  };
  const { report, opened } = await runWithWorkers(
    { ...request, meter },
    rowTeam(meter),
    open,
    async (work) => {
      const task = planPreparation(work.rows, work.targets);
      await runRowTask(task, work.team, meter, request.signal, work.onProgress);
    },
  ).finally(() => unlock?.());
  const { prediction, ...done } = report;
  return { ...done, crop: opened.manifest.crop, files: opened.outputs, prediction };
}
