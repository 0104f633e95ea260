import type { RunReport, RunRequest } from "../pipeline/run";

/** What a backend is asked to do: reduce a folder of intensity images to mean, std and, if named, count. */
export interface StatsRequest extends RunRequest {
  readonly intensityFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
  /** How the mpi backend shares the work; the others ignore it. */
  readonly split: "dates" | "rows";
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
  run(request: StatsRequest): Promise<RunReport>;
}

/** The outputs of a request, in the order of their products. */
export function outputPaths({ mean, std, count }: Pick<StatsRequest, "mean" | "std" | "count">): string[] {
  return count === null ? [mean, std] : [mean, std, count];
}
