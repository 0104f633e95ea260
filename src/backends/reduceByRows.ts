import { planReduction } from "../pipeline/blockReducer";
import { predictWork } from "../pipeline/costModel";
import { momentTargets, openIntensityRows } from "../pipeline/intensityRows";
import { runRowTask, startRowTeam } from "../pipeline/runRowTask";
import { withProducts } from "../pipeline/withProducts";
import { outputPaths, type StatsReport, type StatsRequest } from "./backend";

/** Reduces a folder by blocks of rows on `workers` threads, each reading its own rows of every date. */
export async function reduceByRows(request: StatsRequest, workers: number | null): Promise<StatsReport> {
  const { meter } = request;
  // Threads that are surely wanted start before the stack is opened.
  let team = workers === null ? null : startRowTeam(workers, meter);
  try {
    const start = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputPaths(request));
    meter.end("init", "stack", start);
    const prediction = predictWork(rows, "thread", workers);
    if (workers === null) team = startRowTeam(prediction.workers, meter);
    await withProducts(
      outputPaths(request),
      stack.shape,
      meter,
      request.onProgress,
      async (products, onProgress) => {
        const task = planReduction(rows, momentTargets(products), prediction.workers);
        await runRowTask({ kind: "reduce", task }, task.blocks, team, meter, request.signal, onProgress);
      },
    );
    return { workers: prediction.workers, dates: rows.dates, shape: stack.shape, prediction };
  } catch (error) {
    await team?.stop();
    throw error;
  }
}
