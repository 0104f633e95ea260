import type { BenchOptions, BenchResult } from "../bench/benchOptions";
import { runBench } from "../bench/runBench";
import { benchConnections } from "./benchConnections";

/** Measures a session with the real machine, data and backends. */
export function measure(options: Omit<BenchOptions, "connections">): Promise<BenchResult> {
  return runBench({ ...options, connections: benchConnections });
}
