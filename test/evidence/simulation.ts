import { groupBy } from "../../src/core/groups";
import type { Session } from "../../src/core/records";
import { createRandom, estimateMedian, median, rankInterval, shuffle } from "../../src/evidence/numbers";
import { summarise } from "../../src/evidence/summary";
import { pairedRatio } from "../../src/evidence/verdict";
import {
  normal,
  type Scatter,
  scatteredSeconds,
  synthesise,
  timed,
  timedTwins,
} from "../records/session.fixture";

/** Kinds of scatter a session may have. Block: shared by the runs of a block; spikes: some runs up to 40 % longer. */
export const SCATTERS: Readonly<Record<string, Scatter>> = {
  "runs 1 %": { block: 0, run: 0.01, spikeShare: 0 },
  "runs 5 %": { block: 0, run: 0.05, spikeShare: 0 },
  "blocks 5 %, runs 5 %": { block: 0.05, run: 0.05, spikeShare: 0 },
  "blocks 3 %, runs 3 %, one in eight spiked": { block: 0.03, run: 0.03, spikeShare: 0.125 },
  "runs 30 %": { block: 0, run: 0.3, spikeShare: 0 },
};

/** What blocks share outweighs by far what runs have of their own. */
export const STRONG_BLOCKS: Scatter = { block: 0.1, run: 0.02, spikeShare: 0 };

export interface Coverage {
  readonly covered: number;
  readonly sets: number;
}

/** Sets of n scattered times whose rank interval holds the true median. */
export function simulateRankIntervals(sets: number, n: number, scatter: Scatter, seed: number): Coverage {
  const random = createRandom(seed);
  const truth = trueMedian(scatter);
  let covered = 0;
  for (let set = 0; set < sets; set++) {
    const values = Array.from({ length: n }, () =>
      scatteredSeconds(1, scatter.block * normal(random), scatter, random),
    );
    const { low, high } = estimateMedian(values).interval!;
    if (low <= truth && truth <= high) covered++;
  }
  return { covered, sets };
}

/** 1 without spikes, whose logarithms scatter evenly around 0; with them, the median of 200,000 times. */
function trueMedian(scatter: Scatter): number {
  if (scatter.spikeShare === 0) return 1;
  const random = createRandom(1);
  const sample = Array.from({ length: 200_000 }, () =>
    scatteredSeconds(1, scatter.block * normal(random), scatter, random),
  );
  return median(sample);
}

/** Exact coverage of the interval chosen for n values. */
export function exactCoverage(n: number): number {
  return rankInterval(n)!.coverage;
}

/**
 * Sets of n blocks whose bootstrap interval holds the true ratio, 1.3. Both sides scatter alike, so the ratio of their
 * population medians is the ratio of their scales.
 * @param baseRuns runs a block in the denominator: 2 as the twins of `sec`, 1 as any other
 */
export function simulateRatios(
  sets: number,
  n: number,
  baseRuns: number,
  scatter: Scatter,
  seed: number,
): Coverage {
  const random = createRandom(seed);
  const truth = 1.3;
  let covered = 0;
  for (let set = 0; set < sets; set++) {
    const top = new Map<number, number[]>();
    const bottom = new Map<number, number[]>();
    for (let block = 1; block <= n; block++) {
      const deviation = scatter.block * normal(random);
      const draw = (seconds: number): number => scatteredSeconds(seconds, deviation, scatter, random);
      top.set(block, [draw(truth)]);
      bottom.set(
        block,
        Array.from({ length: baseRuns }, () => draw(1)),
      );
    }
    const { low, high } = pairedRatio(top, bottom, { seed: set, draws: 2000 })!.interval!;
    if (low <= truth && truth <= high) covered++;
  }
  return { covered, sets };
}

/** Sessions in which nothing differs: how many call a difference from `sec`, and between any two, all the same. */
export interface FalseCalls {
  readonly sessions: number;
  readonly againstSec: number;
  readonly amongAll: number;
}

/** Eight configurations of very different times whose labels are dealt anew in every block: nothing can be told. */
export function simulateShuffledSessions(sessions: number, seed: number): FalseCalls {
  return countCalls(sessions, (session) => {
    const truth = LABELS.map((label, i) => timed(label, "mp", 2, 0.5 + 0.4 * i));
    const real = synthesise([...timedTwins(1), ...truth], {
      blocks: 10,
      scatter: SCATTERS["runs 5 %"]!,
      seed: seed + session,
    });
    const random = createRandom(seed + session);
    const dealt = [...groupBy(real.runs, (run) => run.block).values()].flatMap((block) => {
      const times = shuffle(block, random).map((run) => run.wallSeconds);
      return block.map((run, i) => ({ ...run, wallSeconds: times[i]! }));
    });
    return { ...real, runs: dealt };
  });
}

/** `sec` (twice) and seven other configurations of one true time, 10 blocks. */
export function simulateEqualSessions(sessions: number, scatter: Scatter, seed: number): FalseCalls {
  const configurations = [...timedTwins(1), ...LABELS.map((label) => timed(label, "mp", 2, 1))];
  return countCalls(sessions, (session) =>
    synthesise(configurations, { blocks: 10, scatter, seed: seed + session }),
  );
}

const LABELS = ["mp1", "mp2", "mp1_v2", "mp2_v2", "threads1", "threads2", "mpi2"];

function countCalls(sessions: number, make: (session: number) => Session): FalseCalls {
  const called = (comparison: { readonly verdict: { readonly kind: string } } | null): boolean =>
    comparison !== null && comparison.verdict.kind !== "indistinguishable";
  let againstSec = 0;
  let amongAll = 0;
  for (let session = 0; session < sessions; session++) {
    const { levels } = summarise(make(session));
    if (levels[0]!.configurations.some((one) => called(one.versusSec))) againstSec++;
    if (levels[0]!.pairs.some(called)) amongAll++;
  }
  return { sessions, againstSec, amongAll };
}
