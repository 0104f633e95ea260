import { filesOf } from "../core/raster";
import { requireDistinctOutputs } from "../io/outputFile";
import { Meter } from "../parallel/meter";
import { momentTargets, planReduction } from "./moments";
import { type Opened, type OpenRequest, type RunReport, runWithWorkers } from "./run";
import { type IntensityParameters, openSlcRows } from "./stackRows";
import { rowTeam, runRowTask } from "./team";

/** From which images to which products. Plain data. */
export interface FusedWork extends IntensityParameters {
  readonly slcFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
}

interface FusedRequest extends FusedWork, OpenRequest {}

/** Opens the images of a fused run. @throws UsageError an output is an input; the errors of `openSlcRows` */
export function openFused(work: FusedWork): Opened {
  const { mean, std, count } = work;
  const outputs = count === null ? [mean, std] : [mean, std, count];
  const { stack, rows } = openSlcRows(work.slcFolder, work);
  requireDistinctOutputs(
    outputs,
    stack.scenes.flatMap((scene) => [scene.path, ...filesOf(scene.source)]),
  );
  return { rows, outputs };
}

/**
 * From SLC images to mean and std (and count) in one pass: the same bits as `prepare` and any backend after it, with no
 * crop written and only the rows and columns under the crop read.
 * @param request SLC folder, crop (looked pixels), looks, no data, outputs and workers (null is what suits the work)
 * @returns dates, shape of the products, and the workers it was done by
 * @throws FormatError, ShapeError an image cannot be read, or looks and crop do not fit it
 * @throws UsageError an output is an input
 */
export async function fused({ meter = new Meter(0, false), ...request }: FusedRequest): Promise<RunReport> {
  const open = async () => openFused(request);
  const { report } = await runWithWorkers({ ...request, meter }, rowTeam(meter), open, async (work) => {
    const task = planReduction(work.rows, momentTargets(work.targets), work.workers);
    await runRowTask(task, work.team, meter, request.signal, work.onProgress);
  });
  return report;
}
