import { formatLevelKey } from "../../evidence/session";
import type { Configuration, LevelKey, NoiseFloor, Summary, TracingCost } from "../../evidence/summary";
import { LEAST_EFFECT } from "../../evidence/verdict";

/** Up to this part of runs made on a busy machine a session still counts as quiet. */
const MOST_BUSY = 0.1;
/** Recording spans shall cost less than this. */
const MOST_TRACING = 1.01;

/** Whether the records can be trusted on one point. */
export type Check = { readonly state: "passed" | "reservation" | "unknown" } & (
  | { readonly id: "noise"; readonly floor: NoiseFloor | null }
  | { readonly id: "quiet"; readonly busy: number; readonly kept: number }
  | { readonly id: "drift"; readonly factor: Summary["drift"]["factor"] }
  | { readonly id: "sameBytes"; readonly labels: readonly string[]; readonly runs: number }
  | { readonly id: "peers"; readonly peers: readonly Configuration[] }
  | { readonly id: "runs"; readonly total: number; readonly failures: readonly Failure[] }
  | { readonly id: "tracing"; readonly cost: TracingCost | null; readonly tracedTimes: readonly string[] }
);

/** A configuration of which runs failed, were skipped or never began. */
export interface Failure {
  readonly labels: readonly string[];
  /** null: not measured at all. */
  readonly level: LevelKey | null;
  readonly failed: number;
  readonly skipped: number;
  /** As the program said it. */
  readonly reason: string;
}

/** Everything that a reader may doubt, in the order of weight; what does not apply is left out. */
export function findChecks(summary: Summary): readonly Check[] {
  const { counts, drift } = summary;
  if (counts.kept === 0) return [checkRuns(summary)];
  const state = (isFine: boolean): Check["state"] => (isFine ? "passed" : "reservation");
  return [
    checkNoise(summary),
    { id: "quiet", state: state(!isBusy(summary)), busy: counts.flagged, kept: counts.kept },
    {
      id: "drift",
      state: drift.factor === null ? "unknown" : state(!drift.drifting),
      factor: drift.factor,
    },
    ...checkOutputs(summary),
    checkRuns(summary),
    ...checkTracing(summary),
  ];
}

/** Many runs were made while the machine was busy with other work. */
export function isBusy({ counts }: Summary): boolean {
  return counts.flagged > MOST_BUSY * counts.kept;
}

/** Of the main level, whose threshold it makes. */
function checkNoise({ levels: [level] }: Summary): Check {
  const noiseFloor = level?.noiseFloor ?? null;
  const factor = noiseFloor?.factor ?? null;
  const state = factor === null ? "unknown" : factor <= LEAST_EFFECT ? "passed" : "reservation";
  return { id: "noise", state, floor: noiseFloor };
}

/** A run whose outputs differ from those of `sec` is recorded as failed: what was kept agrees. */
function checkOutputs({ levels: [level] }: Summary): readonly Check[] {
  const kept = level?.configurations.filter((one) => one.counts.kept > 0) ?? [];
  const own = kept.filter(({ kind }) => kind === "statistics" || kind === "fused");
  const peers = kept.filter(({ kind }) => kind === "peer");
  const hasSec = own.some(({ label }) => label === "sec");
  const runs = own.reduce((sum, one) => sum + one.counts.kept, 0);
  return [
    hasSec && own.length > 1
      ? { id: "sameBytes", state: "passed", labels: own.map(({ label }) => label), runs }
      : { id: "sameBytes", state: "unknown", labels: [], runs: 0 },
    ...(hasSec && peers.length > 0 ? [{ id: "peers", state: "passed", peers } as const] : []),
  ];
}

/** Failures with one reason are one. */
function checkRuns(summary: Summary): Check {
  const known = new Set(summary.levels.flatMap((level) => level.configurations.map((one) => one.label)));
  const failures = [
    ...summary.levels.flatMap(({ key, configurations }) =>
      configurations
        .filter(({ counts }) => counts.failed + counts.skipped > 0)
        .map(({ label, counts, reasons }) => ({
          labels: [label],
          level: key,
          failed: counts.failed,
          skipped: counts.skipped,
          reason: reasons.join("; "),
        })),
    ),
    ...summary.missing
      .filter(({ label }) => !known.has(label))
      .map(({ label, reason }) => ({ labels: [label], level: null, failed: 0, skipped: 0, reason })),
  ];
  const grouped = new Map<string, Failure>();
  for (const one of failures) {
    const key = `${one.reason}|${one.level === null ? "" : formatLevelKey(one.level)}`;
    const known = grouped.get(key);
    grouped.set(
      key,
      known === undefined
        ? one
        : {
            ...known,
            labels: [...new Set([...known.labels, ...one.labels])],
            failed: known.failed + one.failed,
            skipped: known.skipped + one.skipped,
          },
    );
  }
  const { total } = summary.counts;
  const state = total === 0 ? "unknown" : grouped.size === 0 ? "passed" : "reservation";
  return { id: "runs", state, total, failures: [...grouped.values()] };
}

function checkTracing({ tracingCost, levels: [level] }: Summary): readonly Check[] {
  const traced = level?.configurations.filter((one) => one.tracedTimes).map(({ label }) => label) ?? [];
  const interval = tracingCost?.factor.interval ?? null;
  const isCheap = interval !== null && interval.high < MOST_TRACING;
  const isDear = interval !== null && interval.low > 1;
  const state = traced.length > 0 || isDear ? "reservation" : isCheap ? "passed" : "unknown";
  return [{ id: "tracing", state, cost: tracingCost, tracedTimes: traced }];
}
