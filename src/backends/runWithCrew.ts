import { predictWork, type WorkerKind } from "../pipeline/costModel";
import { momentTargets, openIntensityRows } from "../pipeline/intensityRows";
import type { MomentTargets } from "../pipeline/momentWriter";
import type { StackRows } from "../pipeline/rowReader";
import { type ShowProgress, withProducts } from "../pipeline/withProducts";
import { outputPaths, type StatsReport, type StatsRequest } from "./backend";

/** How the workers of a backend come up and are taken down. */
export interface CrewKind<Crew> {
  readonly kind: WorkerKind;
  /** Starts them before the work is known; they load meanwhile. */
  start(workers: number): Crew;
  /** Ends them whatever they do. */
  end(crew: Crew): Promise<void>;
}

/** What a crew reduces, and where to. */
export interface Reduction {
  readonly rows: StackRows;
  readonly targets: MomentTargets;
  readonly workers: number;
  /** To be told as rows are written. */
  readonly onProgress: ShowProgress;
}

/**
 * Answers a request with a crew: starts it, opens the stack, lets `reduce` fill the products and puts them in place.
 * Workers whose number is given start before the stack is opened, the others when the cost model has chosen.
 * @throws what opening, a worker or `reduce` threw; the crew is ended then and no product is left
 */
export async function runWithCrew<Crew>(
  request: StatsRequest,
  { kind, start, end }: CrewKind<Crew>,
  reduce: (crew: Crew, reduction: Reduction) => Promise<void>,
): Promise<StatsReport> {
  const { meter } = request;
  const outputs = outputPaths(request);
  let started = request.workers === null ? null : { crew: start(request.workers) };
  try {
    const opening = meter.start();
    const { stack, rows } = await openIntensityRows(request.intensityFolder, outputs);
    meter.end("init", "stack", opening);
    const prediction = predictWork(rows, kind, request.workers);
    const { workers } = prediction;
    started ??= { crew: start(workers) };
    const { crew } = started;
    await withProducts(outputs, stack.shape, meter, request.onProgress, (products, onProgress) =>
      reduce(crew, { rows, targets: momentTargets(products), workers, onProgress }),
    );
    return { workers, dates: rows.dates, shape: stack.shape, prediction };
  } catch (error) {
    if (started !== null) await end(started.crew);
    throw error;
  }
}
