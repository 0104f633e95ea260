import type { RunRecord } from "../core/records";
import { createRandom, LEAST_BLOCKS, shuffle } from "../evidence/numbers";
import type { BenchWorld } from "./machine";
import { type BenchConfiguration, configurationKey } from "./plan";

/** A configuration that failed this often in a row is not started again. */
const FAILURES_IN_A_ROW = 2;

/** What fixes the order of every run of a session: the same plan gives the same order. */
export interface Plan {
  readonly sessionId: string;
  readonly seed: number;
  /** Blocks after the warm-up. */
  readonly blocks: number;
  /** Every how many blocks each configuration is run once more with spans; 2 gives 3 such runs in 6 blocks. */
  readonly traceEvery: number;
  readonly configurations: readonly BenchConfiguration[];
}

/** One run that is to be. */
export interface PlannedRun extends Pick<RunRecord, "runId" | "block" | "order" | "warmup" | "traced"> {
  readonly configuration: BenchConfiguration;
}

export type StopReason = "blocks" | "precision" | "budget" | "interrupted";

export interface Progress {
  readonly done: number;
  /** Runs up to the last block; fewer are made when precision or budget ends it. */
  readonly total: number;
  readonly label: string;
  /** Wall seconds of the run just made; null when it was skipped. */
  readonly seconds: number | null;
  /** Judged from the pace so far, preparation between runs included; bounded by the budget. */
  readonly remainingSeconds: number;
}

/** What the protocol has done for it. */
export interface ProtocolActions extends Pick<BenchWorld, "clock" | "precise"> {
  /** Makes one run and records it. Rejects only when `signal` aborts it or nothing more can be measured at all. */
  measure(planned: PlannedRun): Promise<RunRecord>;
  /** Records a run that is not made. */
  skip(planned: PlannedRun, reason: string): RunRecord;
  progress(event: Progress): void;
  readonly signal: AbortSignal | undefined;
  /** Seconds from now on after which no run is started; null is no limit. */
  readonly budgetSeconds: number | null;
}

/**
 * The runs of one block in their order: every configuration once without spans, and in block 0 and every
 * `traceEvery`-th block once more with spans (the A/A pair's first only, peers never), all shuffled together.
 */
export function planBlock(plan: Plan, block: number): readonly PlannedRun[] {
  const { configurations } = plan;
  const traceable = configurations.filter(({ backend, twin }) => backend !== "peer" && twin !== "b");
  const timed = configurations.map((configuration) => ({ configuration, traced: false }));
  const traced = traceable.map((configuration) => ({ configuration, traced: true }));
  const all = block % plan.traceEvery === 0 ? [...timed, ...traced] : timed;
  const random = createRandom((plan.seed ^ Math.imul(block + 1, 0x9e3779b1)) >>> 0);
  return shuffle(all, random).map((run, order) => ({
    ...run,
    runId: `${plan.sessionId}-b${block}-o${order}`,
    block,
    order,
    warmup: block === 0,
  }));
}

/**
 * Goes through the blocks until the last, until the intervals are narrow enough, until the budget is spent or until
 * it is interrupted. Runs recorded already (by runId) are not made again, so that going on equals never having
 * stopped. The budget is honoured between runs: a block may end unfinished, its runs are kept.
 * @param recorded runs of this plan made before, in their order
 */
export async function runProtocol(
  plan: Plan,
  recorded: readonly RunRecord[],
  actions: ProtocolActions,
): Promise<{ readonly stopped: StopReason; readonly runs: readonly RunRecord[] }> {
  const runs = [...recorded];
  const known = new Set(recorded.map((run) => run.runId));
  const blocks = Array.from({ length: plan.blocks + 1 }, (_, block) => planBlock(plan, block));
  const total = blocks.reduce((sum, block) => sum + block.length, 0);
  const before = recorded.length;
  const started = actions.clock.nowSeconds();
  const budget = actions.budgetSeconds ?? Number.POSITIVE_INFINITY;
  for (const [block, planned] of blocks.entries()) {
    for (const run of planned) {
      if (known.has(run.runId)) continue;
      if (actions.signal?.aborted) return { stopped: "interrupted", runs };
      if (actions.clock.nowSeconds() - started >= budget) return { stopped: "budget", runs };
      const record = await measureOrSkip(run, runs, actions);
      if (record === null) return { stopped: "interrupted", runs };
      runs.push(record);
      const spent = actions.clock.nowSeconds() - started;
      const pace = (spent / (runs.length - before)) * (total - runs.length);
      actions.progress({
        done: runs.length,
        total,
        label: run.configuration.label,
        seconds: record.wallSeconds,
        remainingSeconds: Math.max(0, Math.min(pace, budget - spent)),
      });
    }
    if (block < LEAST_BLOCKS || block === plan.blocks) continue;
    // Only what was known then: a resumed session passes here with later runs at hand.
    if (actions.precise(runs.filter((run) => run.block <= block))) return { stopped: "precision", runs };
  }
  return { stopped: "blocks", runs };
}

/** null when the run was interrupted: then it is no run at all. */
async function measureOrSkip(
  run: PlannedRun,
  runs: readonly RunRecord[],
  actions: ProtocolActions,
): Promise<RunRecord | null> {
  const failure = repeatedFailure(run.configuration, runs);
  if (failure !== null) return actions.skip(run, failure);
  try {
    return await actions.measure(run);
  } catch (error) {
    if (actions.signal?.aborted) return null;
    throw error;
  }
}

/** Why a configuration is given up, from its runs alone, so that a resumed session decides the same. */
function repeatedFailure(configuration: BenchConfiguration, runs: readonly RunRecord[]): string | null {
  const key = configurationKey(configuration);
  const made = runs.filter(
    (run) => run.outcome !== "skipped" && configurationKey({ ...run, level: run }) === key,
  );
  const latest = made.slice(-FAILURES_IN_A_ROW);
  if (latest.length < FAILURES_IN_A_ROW || latest.some((run) => run.outcome === "ok")) return null;
  return `not started again after ${FAILURES_IN_A_ROW} failures in a row; the last: ${latest.at(-1)!.reason}`;
}
