import type { RunRecord, Span } from "../core/records";
import type {
  Decomposition,
  Factors,
  Identity,
  ShareName,
  Violation,
  WorkerTime,
} from "./decompositionTypes";
import { alignSpans, SHARE_NAMES, sumWorkerTimes, tabulate } from "./workerTimes";

const SHARE_TOLERANCE = 0.01;
const MOST_OTHER = 0.05;
const IDENTITY_TOLERANCE = 1e-9;

/**
 * Where the worker-seconds of one run went, and the POP factors (Performance Optimisation and Productivity centre of
 * excellence) with useful = compute.
 *
 * P, the number of processes (or threads), counts every worker that has a span, so that P*T holds all recorded time:
 * sec has 1; threads4 has 4 (the main one works); mp4 has 5, its parent, which does all the computing, and 4 children
 * that read; mp4_v2 and mp4_mem have 5 too, mpi4 has 5 when its launcher recorded spans. Speedup is still told against
 * the 4 workers asked for, and `identity` splits LB into how many of P compute at all and how evenly those do, so a
 * coordinator that never computes is not taken for imbalance.
 * @param spans those of this run
 * @param sec the decomposed `sec` of the same level; null where there is none or where the work is another (prep, fused)
 * @returns null when the run has no wall time or no spans
 */
export function decompose(
  run: RunRecord,
  spans: readonly Span[],
  sec: Decomposition | null,
): Decomposition | null {
  const { wallSeconds } = run;
  if (wallSeconds === null || spans.length === 0) return null;
  const aligned = alignSpans(run, spans);
  const { workers, violations } = sumWorkerTimes(aligned, wallSeconds);
  const processes = workers.length;
  const seconds = tabulate((name) => workers.reduce((sum, worker) => sum + worker.phases[name], 0));
  const shares = tabulate((name) => seconds[name] / (processes * wallSeconds));
  const factors = computeFactors(workers, wallSeconds, sec);
  const coordinator = workers.find((worker) => worker.worker === 0);
  const separate = coordinator !== undefined && processes > run.workers;
  const base = { runId: run.runId, wallSeconds, processes, workers, seconds, shares, factors };
  const identity = sec === null || factors === null ? null : explain({ ...base, factors }, sec, run.workers);
  return {
    ...base,
    usefulSeconds: seconds.compute,
    coordinatorSeconds: separate ? busySeconds(coordinator) : null,
    identity,
    violations: [...violations, ...checkShares(shares), ...checkIdentity(identity, sec, factors)],
  };
}

function busySeconds(worker: WorkerTime): number {
  const idle: readonly ShareName[] = ["wait", "other"];
  return SHARE_NAMES.reduce((sum, name) => sum + (idle.includes(name) ? 0 : worker.phases[name]), 0);
}

function computeFactors(
  workers: readonly WorkerTime[],
  wallSeconds: number,
  sec: Decomposition | null,
): Factors | null {
  const useful = workers.map((worker) => worker.phases.compute);
  const total = useful.reduce((sum, value) => sum + value, 0);
  const most = Math.max(...useful);
  if (!(most > 0)) return null;
  return {
    loadBalance: total / workers.length / most,
    communicationEfficiency: most / wallSeconds,
    parallelEfficiency: total / (workers.length * wallSeconds),
    computationScaling: sec === null ? null : sec.usefulSeconds / total,
  };
}

type WithFactors = Pick<Decomposition, "wallSeconds" | "processes" | "workers" | "seconds"> & {
  readonly factors: Factors;
};

function explain(run: WithFactors, sec: Decomposition, asked: number): Identity | null {
  if (sec.factors === null) return null;
  const { processes, factors } = run;
  const computing = run.workers.filter((worker) => worker.phases.compute > 0).length;
  const amongComputing = (factors.loadBalance * processes) / computing;
  const speedup = sec.wallSeconds / run.wallSeconds;
  const communication = factors.communicationEfficiency / sec.factors.parallelEfficiency;
  const computation = factors.computationScaling!;
  const loss = Math.log(asked / speedup);
  const lossShares =
    loss > 0
      ? {
          idle: Math.log(asked / computing) / loss,
          loadBalance: -Math.log(amongComputing) / loss,
          communication: -Math.log(communication) / loss,
          computation: -Math.log(computation) / loss,
        }
      : null;
  return {
    computing,
    loadBalanceAmongComputing: amongComputing,
    speedup,
    secRunId: sec.runId,
    secSeconds: sec.wallSeconds,
    processes,
    loadBalance: factors.loadBalance,
    communication,
    computation,
    lossShares,
    excessSeconds: tabulate((name) => run.seconds[name] - sec.seconds[name]),
  };
}

function checkShares(shares: Readonly<Record<ShareName, number>>): Violation[] {
  const sum = SHARE_NAMES.reduce((total, name) => total + shares[name], 0);
  const found: Violation[] = [];
  if (Math.abs(sum - 1) > SHARE_TOLERANCE) {
    found.push({ kind: "sharesDoNotSum", worker: null, found: sum, limit: SHARE_TOLERANCE });
  }
  if (shares.other > MOST_OTHER) {
    found.push({ kind: "tooMuchOther", worker: null, found: shares.other, limit: MOST_OTHER });
  }
  return found;
}

function checkIdentity(
  identity: Identity | null,
  sec: Decomposition | null,
  factors: Factors | null,
): Violation[] {
  if (factors === null) return [{ kind: "noCompute", worker: null, found: 0, limit: 0 }];
  const { loadBalance, communicationEfficiency, parallelEfficiency } = factors;
  const found: Violation[] = [];
  // The identity holds as written only for a sec of one process.
  if (sec !== null && sec.processes !== 1) {
    found.push({ kind: "secWorkers", worker: null, found: sec.processes, limit: 1 });
  }
  const product = Math.abs((loadBalance * communicationEfficiency) / parallelEfficiency - 1);
  const explained = identity === null ? 0 : Math.abs(productOf(identity) / identity.speedup - 1);
  const gap = Math.max(product, explained);
  if (gap > IDENTITY_TOLERANCE) {
    found.push({ kind: "identity", worker: null, found: gap, limit: IDENTITY_TOLERANCE });
  }
  return found;
}

/** P * LB * (CommE / CommE of sec) * CompS, which equals the speedup. */
export function productOf(identity: Identity): number {
  return identity.processes * identity.loadBalance * identity.communication * identity.computation;
}
