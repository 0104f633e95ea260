import { launchMpi } from "../backends/mpi";
import type { MpiWork, RankReport } from "../backends/mpiRank";
import { UsageError } from "../core/errors";
import type { RunUsage } from "../core/records";
import { type HostSlots, isOneOfSeveral, parseHosts, readHostfile } from "../parallel/mpi/detect";
import type { Split } from "../pipeline/plan";
import {
  type Arguments,
  type Context,
  type OptionSpec,
  parseChoice,
  parseGiven,
  parseWorkers,
} from "./command";
import { type Measured, runMeasured, writeSpans } from "./measured";

/** Options of the commands that ranks of MPI can share. */
export const RANK_OPTIONS = {
  split: { value: "dates|rows", help: "ranks of MPI take whole dates, or bands of rows" },
  hosts: { value: "A,B:4", help: "start ranks of MPI on these hosts, four of them on B" },
  hostfile: { value: "FILE", help: "the same with a host a line: `B slots=4` or `B:4`" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Tells what a run did, in its own process or on rank 0. */
type Answer = (report: RankReport, seconds: number, usage: RunUsage) => void;

/**
 * Does the work of a command: as one rank where mpiexec or srun started several, by ranks on other hosts where they are
 * named, else `alone`.
 * @param usual how ranks share the work where --split is left out
 * @param alone gets what it is measured by, and the split
 */
export async function runShared(
  args: Arguments,
  context: Context,
  work: MpiWork,
  usual: Split,
  alone: (measured: Measured, split: Split, workers: number | null) => Promise<RankReport>,
  answer: Answer,
): Promise<void> {
  const workers = parseWorkers(args);
  const choices = usual === "dates" ? (["dates", "rows"] as const) : (["rows", "dates"] as const);
  const split = parseChoice<Split>("split", args.text("split"), choices);
  const hosts = parseHostOptions(args);
  if (isOneOfSeveral(process.env)) {
    if (hosts !== undefined) {
      throw new UsageError(
        "found --hosts or --hostfile given to a rank, expected its launcher to choose hosts",
      );
    }
    await joinRanks(args, context, work, split, workers ?? 1, answer);
    return;
  }
  const { result, seconds, usage } = await runMeasured(args, context, (measured) =>
    hosts === undefined
      ? alone(measured, split, workers)
      : launchMpi(work, { split, hosts, workers, ...measured }),
  );
  answer(result, seconds, usage);
}

function parseHostOptions(args: Arguments): readonly HostSlots[] | undefined {
  const hosts = parseGiven(args, "hosts", parseHosts);
  const listed = parseGiven(args, "hostfile", readHostfile);
  if (hosts === undefined || listed === undefined) return hosts ?? listed;
  throw new UsageError("found --hosts and --hostfile, expected one of them");
}

/** One of the ranks that mpiexec or srun started; rank 0 speaks for all. */
async function joinRanks(
  args: Arguments,
  context: Context,
  work: MpiWork,
  split: Split,
  threads: number,
  answer: Answer,
): Promise<void> {
  const { runRank } = require("../backends/mpiRank") as typeof import("../backends/mpiRank");
  if (threads > 1 && split === "dates" && work.kind !== "prep") {
    context.tell("pila: --workers is left aside: only ranks that take bands (--split rows) use threads");
    threads = 1;
  }
  const trace = args.text("trace");
  await runRank({ work, split, threads, tracing: trace !== undefined }, ({ report, meter }) => {
    if (trace !== undefined) writeSpans(trace, meter.spans);
    answer(report, performance.now() / 1000, meter.usage);
  });
}
