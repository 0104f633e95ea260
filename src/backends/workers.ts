import { join } from "node:path";
import { ChildPool } from "../parallel/children";
import type { Meter } from "../parallel/meter";
import { type MomentTargets, momentTargets } from "../pipeline/moments";
import { type RunReport, runWithWorkers, type ShowProgress, type WorkerStarter } from "../pipeline/run";
import { openIntensityRows, type StackRows } from "../pipeline/stackRows";
import { outputPaths, type StatsRequest } from "./backend";

/** What the workers of a backend reduce, and where to. */
interface Reduction<Team> {
  readonly team: Team;
  readonly workers: number;
  readonly rows: StackRows;
  readonly targets: MomentTargets;
  /** To be told as rows are written. */
  readonly onProgress: ShowProgress;
}

/**
 * Answers a request: starts the workers, opens the folder, lets `reduce` fill the products and puts them in place.
 * @throws what opening, a worker or `reduce` threw; the workers are ended then and no product is left
 */
export async function reduceFolder<Team>(
  request: StatsRequest,
  starter: WorkerStarter<Team>,
  reduce: (reduction: Reduction<Team>) => Promise<void>,
): Promise<RunReport> {
  const outputs = outputPaths(request);
  const open = async () => ({ rows: await openIntensityRows(request.intensityFolder, outputs), outputs });
  const { report } = await runWithWorkers(request, starter, open, ({ products, ...work }) =>
    reduce({ ...work, targets: momentTargets(products) }),
  );
  return report;
}

/** Child processes. @param program file name of their compiled program, in this folder */
export function childProcesses<Task>(program: string, meter: Meter): WorkerStarter<ChildPool<Task>> {
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
