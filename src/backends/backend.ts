import { join } from "node:path";
import { dealOut } from "../core/groups";
import type { SlcChoice } from "../io/choose";
import { rowBufferBytes } from "../io/rows";
import type { ChildPool } from "../parallel/children";
import type { WorkersStarted } from "../parallel/headStart";
import type { Meter } from "../parallel/meter";
import type { MomentTargets } from "../pipeline/moments";
import type { Split } from "../pipeline/plan";
import type { RunReport, RunRequest, Work, WorkerStarter } from "../pipeline/run";
import type { StackRows } from "../pipeline/stackRows";

/** A way of sharing the second step between workers. Only the sharing differs: all give the same bytes. */
export interface Backend {
  readonly id: string;
  readonly title: { readonly es: string; readonly en: string };
  /** What measuring it teaches, in a sentence. */
  readonly teaches: { readonly es: string; readonly en: string };
  /** False for the backends that always have one worker. */
  readonly parallel: boolean;
  /** null where the process that is called does all the work itself. */
  readonly starts: WorkersStarted | null;
  /** Why it cannot run here, or null. */
  unavailable(): Promise<string | null>;
  run(request: StatsRequest): Promise<RunReport>;
  /** What each thread, child or rank does in `entry.ts`; left out where those that help are threads of the pipeline. */
  work?(): void;
}

/** What a backend is asked to do: reduce a folder of intensity images to mean, std and, if named, count. */
export interface StatsRequest extends RunRequest {
  readonly intensityFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
  /** How the mpi backend shares the work; the others ignore it. */
  readonly split: Split;
  /** Which band or polarisation is meant, where the images hold several. */
  readonly choice?: SlcChoice | undefined;
}

/** The outputs of a request, in the order of their products. */
export function outputPaths({ mean, std, count }: Pick<StatsRequest, "mean" | "std" | "count">): string[] {
  return count === null ? [mean, std] : [mean, std, count];
}

/**
 * Answers a request: starts the workers, opens the folder, lets `reduce` fill the products and puts them in place.
 * @throws what opening, a worker or `reduce` threw; the workers are ended then and no product is left
 */
export async function reduceFolder<Team>(
  request: StatsRequest,
  starter: WorkerStarter<Team>,
  reduce: (work: Omit<Work<Team>, "targets"> & { readonly targets: MomentTargets }) => Promise<void>,
): Promise<RunReport> {
  // Loaded here: the workers of a backend load this file too, and come up sooner without these.
  const { momentTargets } = require("../pipeline/moments") as typeof import("../pipeline/moments");
  const { runWithWorkers } = require("../pipeline/run") as typeof import("../pipeline/run");
  const { openIntensityRows } = require("../pipeline/stackRows") as typeof import("../pipeline/stackRows");
  const outputs = outputPaths(request);
  const open = async () => ({
    rows: await openIntensityRows(request.intensityFolder, outputs, request.choice),
    outputs,
  });
  const { report } = await runWithWorkers(request, starter, open, (work) =>
    reduce({ ...work, targets: momentTargets(work.targets) }),
  );
  return report;
}

/** Path of the program of a backend's workers, which is told whose `work` to do. */
export function entryProgram(): string {
  return join(__dirname, "entry.js");
}

/** Child processes that do the `work` of a backend. */
export function childProcesses<Task>(id: string, meter: Meter): WorkerStarter<ChildPool<Task>> {
  const { ChildPool } = require("../parallel/children") as typeof import("../parallel/children");
  return {
    kind: "process",
    start: (workers) => new ChildPool<Task>(entryProgram(), workers, meter, id),
    end: (pool) => pool.kill(),
  };
}

/** The dates of a worker, in order, dealt out by the bytes that reading them takes. */
export function datesOfWorker({ sources, window }: StackRows, worker: number, workers: number): number[] {
  const bytes = sources.map((source) => rowBufferBytes(source, 1, window.range));
  return dealOut(bytes, workers).workerOf.flatMap((owner, date) => (owner === worker ? [date] : []));
}
