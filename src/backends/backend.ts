import type { Shape } from "../core/raster";
import type { Meter } from "../parallel/meter";
import type { WorkPrediction } from "../pipeline/plan";

/** What a backend is asked to do: reduce a folder of intensity images to mean, std and, if named, count. */
export interface StatsRequest {
  readonly intensityFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
  /** null: the backend takes what it judges best. */
  readonly workers: number | null;
  /** How the mpi backend shares the work; the others ignore it. */
  readonly split: "dates" | "rows";
  readonly meter: Meter;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a backend did. What its workers counted and recorded is in the request's meter. */
export interface StatsReport {
  readonly workers: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly prediction: WorkPrediction;
}

/** A way of sharing the second step between workers. Only the sharing differs: all give the same bytes. */
export interface Backend {
  readonly id: string;
  readonly title: { readonly es: string; readonly en: string };
  /** What measuring it teaches, in a sentence. */
  readonly teaches: { readonly es: string; readonly en: string };
  /** False for the backends that always have one worker. */
  readonly parallel: boolean;
  /** Why it cannot run here, or null. */
  unavailable(): Promise<string | null>;
  run(request: StatsRequest): Promise<StatsReport>;
}

/** The outputs of a request, in the order of their products. */
export function outputPaths(request: StatsRequest): readonly string[] {
  const { mean, std, count } = request;
  return count === null ? [mean, std] : [mean, std, count];
}
