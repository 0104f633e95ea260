import { join } from "node:path";
import { ChildPool } from "../parallel/children";
import type { Meter } from "../parallel/meter";
import { type MomentTargets, type ShowProgress, withProducts } from "../pipeline/moments";
import { predictWork, type WorkerKind } from "../pipeline/plan";
import type { StackRows } from "../pipeline/rowReader";
import { momentTargets, openIntensityRows } from "../pipeline/stackRows";
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
interface Reduction {
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

/** A crew of child processes. @param program file name of their compiled program, in this folder */
export function childCrew<Task>(program: string, meter: Meter): CrewKind<ChildPool<Task>> {
  return {
    kind: "process",
    start: (workers) => new ChildPool<Task>(join(__dirname, program), workers, meter),
    end: (pool) => pool.kill(),
  };
}

/** Dates dealt out evenly: worker w of W takes dates w, w + W, …; with more workers than dates some take none. */
export function datesOfWorker(dates: number, worker: number, workers: number): number[] {
  return Array.from({ length: dates }, (_, date) => date).filter((date) => date % workers === worker);
}
