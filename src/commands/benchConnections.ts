import { findBackend } from "../backends/registry";
import type { BenchConnections } from "../bench/benchOptions";
import { describeFolder } from "../bench/describeFolder";
import { judgePrecision } from "../evidence/stopping";
import { readPlane } from "../io/readPlane";

/** Seed and number of draws of the intervals that decide whether measuring may stop. */
const STOPPING_OPTIONS = { seed: 1, draws: 2000 };

/** What the bench asks of the rest of the program. */
export const benchConnections: BenchConnections = {
  describe: describeFolder,
  readPlane,
  precise: (runs) => judgePrecision(runs, STOPPING_OPTIONS).precise,
  unavailable: async (id) => (id === "prep" || id === "fused" ? null : await findBackend(id).unavailable()),
};
