import { join } from "node:path";
import type { Meter } from "../parallel/meter";
import { ThreadTeam } from "../parallel/threadTeam";
import { fillRing, planRing, type RingTask } from "../pipeline/rowRing";
import type { StatsReport, StatsRequest } from "./backend";
import { type CrewKind, runWithCrew } from "./runWithCrew";

/** Reads alone into the ring while the threads compute and write. */
export async function runMpMem(request: StatsRequest): Promise<StatsReport> {
  const { meter, signal } = request;
  return await runWithCrew(request, computingCrew(meter), async (team, reduction) => {
    const ring = planRing(reduction.rows, reduction.targets, reduction.workers);
    team.send(ring.task);
    await fillRing(ring, meter, team.failure, signal, reduction.onProgress);
    const waiting = meter.since();
    const reports = await team.finished();
    meter.end("wait", "threads", waiting);
    for (const report of reports) meter.absorb(report);
  });
}

function computingCrew(meter: Meter): CrewKind<ThreadTeam<RingTask>> {
  return {
    kind: "thread",
    start: (workers) => new ThreadTeam(join(__dirname, "mpMemThread.js"), workers, 1, meter),
    end: (team) => team.stop(),
  };
}
