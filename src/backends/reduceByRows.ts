import type { Meter } from "../parallel/meter";
import { planReduction } from "../pipeline/blockReducer";
import { type RowTeam, runRowTask, startRowTeam } from "../pipeline/runRowTask";
import type { StatsReport, StatsRequest } from "./backend";
import { type CrewKind, runWithCrew } from "./runWithCrew";

/** Reduces a folder by blocks of rows, the main thread and its helpers each reading their own rows of every date. */
export async function reduceByRows(request: StatsRequest): Promise<StatsReport> {
  const { meter, signal } = request;
  return await runWithCrew(request, rowCrew(meter), async (team, { rows, targets, workers, onProgress }) => {
    const task = planReduction(rows, targets, workers);
    await runRowTask({ kind: "reduce", task }, task.blocks, team, meter, signal, onProgress);
  });
}

/** The helpers of the main thread; null where it works alone. */
function rowCrew(meter: Meter): CrewKind<RowTeam | null> {
  return {
    kind: "thread",
    start: (workers) => startRowTeam(workers, meter),
    end: async (team) => await team?.stop(),
  };
}
