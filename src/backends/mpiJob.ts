import type { Shape } from "../core/raster";
import type { MeterReport } from "../parallel/meter";

/** The environment variable that hands the job to the ranks. */
export const MPI_JOB_VARIABLE = "PILA_MPI_JOB";

/** The work of all ranks. Plain data. */
export interface MpiJob {
  readonly intensityFolder: string;
  readonly mean: string;
  readonly std: string;
  readonly count: string | null;
  readonly split: "dates" | "rows";
  readonly tracing: boolean;
}

/** What rank 0 knows at the end. */
export interface MpiResult {
  readonly ranks: number;
  readonly dates: readonly string[];
  readonly shape: Shape;
  readonly meter: MeterReport;
}
