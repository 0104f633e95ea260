import type { EnvRecord, Session } from "../core/records";
import {
  type ConfigurationRuns,
  groupByLabel,
  groupByLevel,
  type LevelKey,
  levelKeyOf,
  twinSeconds,
} from "./session";
import {
  judge,
  measureNoiseFloor,
  type NoiseFloor,
  type RatioEstimate,
  type SummaryOptions,
  unpairedRatio,
  type Verdict,
  widerFloor,
} from "./verdict";

/** One configuration of both sessions: ratio = seconds in B / seconds in A, so above 1 B is slower. */
export interface SessionRow {
  readonly key: LevelKey;
  readonly label: string;
  readonly ratio: RatioEstimate;
  /** null where verdicts are refused. */
  readonly verdict: Verdict | null;
}

export interface SessionComparison {
  readonly differences: readonly EnvDifference[];
  /** Why no verdict is given: another machine, or an env.json is missing, so that it may be one. */
  readonly refused: "otherMachine" | "unknownMachine" | null;
  readonly rows: readonly SessionRow[];
  /** Labels (with their level) that only one side kept a run of. */
  readonly onlyA: readonly { readonly key: LevelKey; readonly label: string }[];
  readonly onlyB: readonly { readonly key: LevelKey; readonly label: string }[];
}

/**
 * Session B against session A, label by label on the levels both measured. Their blocks have nothing in common, so the
 * intervals are of an unpaired bootstrap; the floor of a verdict is the wider of the two A/A floors of the level.
 */
export function compareSessions(a: Session, b: Session, options: SummaryOptions): SessionComparison {
  const refused = refuse(a, b);
  const [sidesA, sidesB] = [sidesOf(a, options), sidesOf(b, options)];
  const rows = [...sidesA].flatMap(([name, one]) => {
    const other = sidesB.get(name);
    if (other === undefined) return [];
    const ratio = unpairedRatio(other.seconds, one.seconds, options)!;
    // A session without an A/A pair has no floor, and lends none of the other's.
    const floor = one.floor === null || other.floor === null ? null : widerFloor(one.floor, other.floor);
    const verdict = refused === null ? judge(ratio, { floor, omnibus: null }) : null;
    return [{ key: one.key, label: one.label, ratio, verdict }];
  });
  const lone = (own: Sides, others: Sides): SessionComparison["onlyA"] =>
    [...own].filter(([name]) => !others.has(name)).map(([, { key, label }]) => ({ key, label }));
  return {
    differences: a.env === null || b.env === null ? [] : listDifferences(a.env, b.env),
    refused,
    rows,
    onlyA: lone(sidesA, sidesB),
    onlyB: lone(sidesB, sidesA),
  };
}

/**
 * The rows that are slower than the baseline (A) by more than the margin, the whole interval lying beyond it.
 * @param margin 0.05 is 5 %
 * @returns none where verdicts are refused: look at `refused` before calling it a pass
 */
export function findRegressions(comparison: SessionComparison, margin: number): readonly SessionRow[] {
  if (comparison.refused !== null) return [];
  return comparison.rows.filter(({ ratio }) => ratio.interval !== null && ratio.interval.low > 1 + margin);
}

function refuse(a: Session, b: Session): SessionComparison["refused"] {
  if (a.env === null || b.env === null) return "unknownMachine";
  return a.env.machine.machineId === b.env.machine.machineId ? null : "otherMachine";
}

type Side = ConfigurationRuns & { readonly key: LevelKey; readonly floor: NoiseFloor | null };
type Sides = ReadonlyMap<string, Side>;

/** Configurations with kept runs, by level and label. */
function sidesOf(session: Session, options: SummaryOptions): Sides {
  return new Map(
    [...groupByLevel(session.runs)].flatMap(([name, runs]) => {
      const floor = measureNoiseFloor(...twinSeconds(runs), options);
      const key = levelKeyOf(runs[0]!);
      return groupByLabel(runs)
        .filter((group) => group.seconds.size > 0)
        .map((group): [string, Side] => [`${name}|${group.label}`, { ...group, key, floor }]);
    }),
  );
}

/** A field of env.json that two sessions do not share; missing fields are `null`. */
interface EnvDifference {
  /** As `machine.cpuModel`. */
  readonly field: string;
  readonly a: unknown;
  readonly b: unknown;
}

const PARTS = ["machine", "software", "dataset", "childEnvironment", "microbenchmarks"] as const;
/** Microbenchmarks scatter from day to day; below this factor they count as equal. */
const MICROBENCHMARK_FACTOR = 1.2;

/** What differs between the machines, software, data, child environments and microbenchmarks of two sessions. */
function listDifferences(a: EnvRecord, b: EnvRecord): readonly EnvDifference[] {
  return PARTS.flatMap((part) => {
    const [left, right] = [a[part] as Fields, b[part] as Fields];
    const isSame = part === "microbenchmarks" ? isClose : isEqual;
    return [...new Set([...Object.keys(left), ...Object.keys(right)])]
      .map((name) => ({ field: `${part}.${name}`, a: left[name] ?? null, b: right[name] ?? null }))
      .filter((one) => !isSame(one.a, one.b));
  });
}

type Fields = Readonly<Record<string, unknown>>;

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isClose(a: unknown, b: unknown): boolean {
  if (typeof a !== "number" || typeof b !== "number") return isEqual(a, b);
  return Math.max(a / b, b / a) <= MICROBENCHMARK_FACTOR;
}
