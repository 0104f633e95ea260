import type { RunRecord } from "../core/records";
import { createRandom, shuffle } from "../evidence/numbers";
import { type BenchConfiguration, configurationKey } from "./plan";

/** Blocks measured unless asked otherwise, and the least a verdict can rest on (the warm-up not counted). */
export const DEFAULT_BLOCKS = 10;
export const LEAST_BLOCKS = 6;
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
export interface PlannedRun {
  readonly runId: string;
  readonly block: number;
  readonly order: number;
  readonly warmup: boolean;
  readonly traced: boolean;
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

/** What the protocol asks of the world around it. */
export interface ProtocolWorld {
  readonly clock: Clock;
  /** Makes one run and records it. Rejects only when `signal` aborts it or nothing more can be measured at all. */
  measure(planned: PlannedRun): Promise<RunRecord>;
  /** Records a run that is not made. */
  skip(planned: PlannedRun, reason: string): RunRecord;
  /** True when no further block is needed: every ratio's interval is narrow enough. Asked after each whole block. */
  precise(runs: readonly RunRecord[]): boolean;
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
  const timed = plan.configurations.map((configuration) => ({ configuration, traced: false }));
  const traced = block % plan.traceEvery === 0 ? plan.configurations.filter(isTraceable) : [];
  const all = [...timed, ...traced.map((configuration) => ({ configuration, traced: true }))];
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
  world: ProtocolWorld,
): Promise<{ readonly stopped: StopReason; readonly runs: readonly RunRecord[] }> {
  const runs = [...recorded];
  const known = new Set(recorded.map((run) => run.runId));
  const blocks = Array.from({ length: plan.blocks + 1 }, (_, block) => planBlock(plan, block));
  const total = blocks.reduce((sum, block) => sum + block.length, 0);
  const before = recorded.length;
  const started = world.clock.nowSeconds();
  for (const [block, planned] of blocks.entries()) {
    for (const run of planned) {
      if (known.has(run.runId)) continue;
      if (world.signal?.aborted) return { stopped: "interrupted", runs };
      const elapsed = world.clock.nowSeconds() - started;
      if (world.budgetSeconds !== null && elapsed >= world.budgetSeconds) return { stopped: "budget", runs };
      const record = await measureOrSkip(run, runs, world);
      if (record === null) return { stopped: "interrupted", runs };
      runs.push(record);
      const spent = world.clock.nowSeconds() - started;
      const pace = (spent / (runs.length - before)) * (total - runs.length);
      world.progress({
        done: runs.length,
        total,
        label: run.configuration.label,
        seconds: record.wallSeconds,
        remainingSeconds: Math.max(
          0,
          Math.min(pace, (world.budgetSeconds ?? Number.POSITIVE_INFINITY) - spent),
        ),
      });
    }
    if (block < LEAST_BLOCKS || block === plan.blocks) continue;
    // Only what was known then: a resumed session passes here with later runs at hand.
    if (world.precise(runs.filter((run) => run.block <= block))) return { stopped: "precision", runs };
  }
  return { stopped: "blocks", runs };
}

/** null when the run was interrupted: then it is no run at all. */
async function measureOrSkip(
  run: PlannedRun,
  runs: readonly RunRecord[],
  world: ProtocolWorld,
): Promise<RunRecord | null> {
  const failure = repeatedFailure(run.configuration, runs);
  if (failure !== null) return world.skip(run, failure);
  try {
    return await world.measure(run);
  } catch (error) {
    if (world.signal?.aborted) return null;
    throw error;
  }
}

/** Why a configuration is given up, from its runs alone, so that a resumed session decides the same. */
function repeatedFailure(configuration: BenchConfiguration, runs: readonly RunRecord[]): string | null {
  const key = configurationKey(configuration);
  const made = runs.filter((run) => run.outcome !== "skipped" && keyOfRecord(run) === key);
  const latest = made.slice(-FAILURES_IN_A_ROW);
  if (latest.length < FAILURES_IN_A_ROW || latest.some((run) => run.outcome === "ok")) return null;
  return `not started again after ${FAILURES_IN_A_ROW} failures in a row; the last: ${latest.at(-1)!.reason}`;
}

function keyOfRecord(run: RunRecord & { readonly crop?: string | null }): string {
  return [run.label, run.twin ?? "", run.dates, run.crop ?? "whole"].join("|");
}

function isTraceable(configuration: BenchConfiguration): boolean {
  return configuration.backend !== "peer" && configuration.twin !== "b";
}

/** A whole process to run and to measure. */
export interface Execution {
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Watch the memory of the process and its children; it costs a little time, so never in a run for a verdict. */
  readonly watchMemory: boolean;
}

/** How it went. Every process it started has ended. */
export interface Executed {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Why it could not be started at all; null when it was. */
  readonly spawnError: string | null;
  /** Processes that outlived the one that was started and had to be killed. */
  readonly leftBehind: number;
  /** On the monotonic clock, just before it was started. */
  readonly startSeconds: number;
  /** From there until its exit was seen. */
  readonly wallSeconds: number;
  /** Of all its processes that were waited for, in steps of 10 ms; null where the system does not tell. */
  readonly userSeconds: number | null;
  readonly systemSeconds: number | null;
  readonly peakRssBytes: number | null;
  readonly sumRssBytes: number | null;
  readonly stdout: string;
  /** The last 4 kB. */
  readonly stderr: string;
}

/** Runs one process at a time; a test brings its own. */
export interface Executor {
  /** Never rejects for what the process does; rejects with the signal's reason when that aborts it. */
  execute(execution: Execution, signal?: AbortSignal): Promise<Executed>;
}

/** Where the bench takes its time from; a test brings its own. */
export interface Clock {
  /** Seconds on the host's monotonic clock: the one on which every process of a run dates its spans. */
  nowSeconds(): number;
  /** The wall clock, ISO 8601, UTC. */
  utc(): string;
}

export const systemClock: Clock = {
  nowSeconds: () => Number(process.hrtime.bigint()) / 1e9,
  utc: () => new Date().toISOString(),
};
