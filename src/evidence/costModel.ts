// What a job of ranks will take: a cost model fitted to the records of a session, and checked by leaving runs out.
import type { RunRecord, Session } from "../core/records";
import { type Estimate, median, quantileOfSorted } from "./numbers";
import { groupByLabel, groupByLevel, selectTimed } from "./session";

/**
 * Seconds of a run = start + ranks (of an MPI job) + cropByte * bytes of crops / p + slcByte * bytes of SLC / p
 * + reducedByte * bytes of partial states that came to rank 0, p the workers that have a core.
 */
const TERMS = ["start", "ranks", "cropByte", "slcByte", "reducedByte"] as const;
type Term = (typeof TERMS)[number];

export interface CostModel {
  /** Seconds, and seconds a byte. */
  readonly seconds: Readonly<Record<Term, number>>;
  /** Measured over predicted seconds of every configuration, predicted from the others alone; ascending. */
  readonly ratios: readonly number[];
  /** Resident memory of the largest process of an MPI job, the largest over sizes; null where it was not sampled. */
  readonly rankMemoryBytes: number | null;
}

/** The median time of a configuration, and how often each term is in it. */
interface Point {
  readonly seconds: number;
  readonly counts: Readonly<Record<Term, number>>;
}

/** With fewer configurations than this, one left out says little. */
const LEAST_POINTS = 8;

/**
 * Fits the model to the medians of `sec`, `threads`, `mpi` and `fused` at every size, by least squares of relative errors;
 * no term is negative.
 * @returns null where the session has too few of them, or none of `mpi` or `fused`
 */
export function fitCostModel({ runs }: Pick<Session, "runs">): CostModel | null {
  const points = [...groupByLevel(runs).values()].flatMap((level) =>
    groupByLabel(level).flatMap((group) => pointOf(selectTimed(group.runs)) ?? []),
  );
  const has = (term: Term): boolean => points.some(({ counts }) => counts[term] > 0);
  if (points.length < LEAST_POINTS || !has("ranks") || !has("slcByte")) return null;
  const ratios = points.map((left) => {
    const others = fitTerms(points.filter((point) => point !== left));
    return left.seconds / secondsOf(left, others);
  });
  const memory = runs.flatMap((run) => (run.backend === "mpi" ? (run.peakRssBytes ?? []) : []));
  return {
    seconds: fitTerms(points),
    rankMemoryBytes: memory.length === 0 ? null : Math.max(...memory),
    ratios: ratios.filter(Number.isFinite).sort((a, b) => a - b),
  };
}

function pointOf(timed: readonly RunRecord[]): Point | null {
  const [first] = timed;
  if (first === undefined || !["sec", "threads", "mpi", "fused"].includes(first.backend)) return null;
  const middle = (read: (run: RunRecord) => number | null): number =>
    median(timed.map((run) => read(run) ?? 0));
  const share = middle((run) => run.bytesRead) / Math.min(first.workers, first.cores);
  const isFused = first.backend === "fused";
  const isMpi = first.backend === "mpi";
  return {
    seconds: middle((run) => run.wallSeconds),
    counts: {
      start: 1,
      ranks: isMpi ? 1 : 0,
      cropByte: isFused ? 0 : share,
      slcByte: isFused ? share : 0,
      reducedByte: isMpi ? middle((run) => run.ipcBytes) : 0,
    },
  };
}

function secondsOf({ counts }: Pick<Point, "counts">, seconds: CostModel["seconds"]): number {
  return TERMS.reduce((sum, term) => sum + counts[term] * seconds[term], 0);
}

/** Terms that would come out negative are left out, the most negative first. */
function fitTerms(points: readonly Point[]): CostModel["seconds"] {
  let terms = TERMS.filter((term) => points.some(({ counts }) => counts[term] > 0));
  for (;;) {
    const fitted = solveNormalEquations(points, terms);
    const secondsOfTerm = new Map(terms.map((term, i) => [term, fitted[i]!]));
    const worst = terms.reduce((a, b) => (secondsOfTerm.get(b)! < secondsOfTerm.get(a)! ? b : a));
    if (secondsOfTerm.get(worst)! >= 0) {
      return Object.fromEntries(TERMS.map((term) => [term, secondsOfTerm.get(term) ?? 0])) as Record<
        Term,
        number
      >;
    }
    terms = terms.filter((term) => term !== worst);
  }
}

/** Least squares of (predicted - seconds) / seconds, by Gaussian elimination with columns scaled to be alike. */
function solveNormalEquations(points: readonly Point[], terms: readonly Term[]): number[] {
  const scales = terms.map((term) => Math.max(...points.map(({ counts }) => counts[term])));
  const rows = points.map(({ counts, seconds }) =>
    terms.map((term, i) => counts[term] / scales[i]! / seconds),
  );
  const matrix = terms.map((_, i) => [
    ...terms.map((_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  const size = terms.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const best = matrix.slice(pivot).reduce((a, b) => (Math.abs(b[pivot]!) > Math.abs(a[pivot]!) ? b : a));
    matrix[matrix.indexOf(best)] = matrix[pivot]!;
    matrix[pivot] = best;
    for (const row of matrix) {
      if (row === best) continue;
      // A term that the others can stand for leaves no pivot, and is given nothing.
      const factor = Math.abs(best[pivot]!) < 1e-12 ? 0 : row[pivot]! / best[pivot]!;
      for (let column = pivot; column <= size; column++) row[column]! -= factor * best[column]!;
    }
  }
  return matrix.map((row, i) => (Math.abs(row[i]!) < 1e-12 ? 0 : row[size]! / row[i]! / scales[i]!));
}

/** Where a job would run. Rates in bytes a second. */
export interface Cluster {
  readonly hosts: number;
  /** A host. */
  readonly ranks: number;
  /** Of a host, for its ranks. */
  readonly cores: number;
  /** What a host reads while all read. */
  readonly readRate: number;
  /** What comes to one host from the others. */
  readonly networkRate: number;
}

/** What a job has to do. */
export interface JobWork {
  /** Most bytes of SLC that a host, and a rank, reads. */
  readonly hostBytes: number;
  readonly rankBytes: number;
  /** Bytes of partial states that other ranks send to rank 0. */
  readonly reducedBytes: number;
}

/** Seconds by part; reading and computing go on at once. */
export type JobParts = Readonly<Record<"start" | "read" | "compute" | "reduce", number>>;

export interface JobPrediction {
  readonly parts: JobParts;
  /** The interval holds 90 % of what was measured over what was predicted, of configurations left out. */
  readonly seconds: Estimate;
  /** The same with all files in memory. */
  readonly warmSeconds: Estimate;
  /** The longest part. */
  readonly binds: keyof JobParts;
}

/** Predicts a job of ranks from SLC to mean and std. */
export function predictJob(model: CostModel, work: JobWork, cluster: Cluster): JobPrediction {
  const { seconds: cost, ratios } = model;
  const sharedCore = Math.max(1, cluster.ranks / cluster.cores);
  const network = cluster.hosts === 1 ? 0 : 1 / cluster.networkRate;
  const parts: JobParts = {
    start: cost.start + cost.ranks,
    read: work.hostBytes / cluster.readRate,
    compute: work.rankBytes * cost.slcByte * sharedCore,
    reduce: work.reducedBytes * Math.max(cost.reducedByte, network),
  };
  const estimate = (value: number): Estimate => ({
    value,
    interval: {
      low: value * quantileOfSorted(ratios, 0.05),
      high: value * quantileOfSorted(ratios, 0.95),
      coverage: 0.9,
    },
  });
  const names = Object.keys(parts) as (keyof JobParts)[];
  return {
    parts,
    seconds: estimate(parts.start + Math.max(parts.read, parts.compute) + parts.reduce),
    warmSeconds: estimate(parts.start + parts.compute + parts.reduce),
    binds: names.reduce((most, name) => (parts[name] > parts[most] ? name : most)),
  };
}
