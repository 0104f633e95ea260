import type { LevelKey } from "./configurationTypes";
import { type EnvDifference, listDifferences } from "./envDifferences";
import type { NoiseFloor, RatioEstimate, Verdict } from "./estimateTypes";
import { groupBy } from "./groupBy";
import { formatLevelKey, groupByLabel, levelKeyOf, twinSeconds } from "./level";
import { measureNoiseFloor, widerFloor } from "./noiseFloor";
import { unpairedRatio } from "./ratio";
import type { Session, SummaryOptions } from "./summary";
import { judge } from "./verdict";

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
    return [
      {
        key: one.key,
        label: one.label,
        ratio,
        verdict: refused === null ? judge(ratio, { floor, omnibus: null }) : null,
      },
    ];
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

type Side = {
  readonly key: LevelKey;
  readonly label: string;
  readonly seconds: ReturnType<typeof twinSeconds>;
  readonly floor: NoiseFloor | null;
};
type Sides = ReadonlyMap<string, Side>;

/** Configurations with kept runs, by level and label. */
function sidesOf(session: Session, options: SummaryOptions): Sides {
  const levels = [...groupBy(session.runs, (run) => formatLevelKey(levelKeyOf(run)))];
  return new Map(
    levels.flatMap(([name, runs]) => {
      const floor = measureNoiseFloor(twinSeconds(runs, "a"), twinSeconds(runs, "b"), options);
      const key = levelKeyOf(runs[0]!);
      return groupByLabel(runs)
        .filter((group) => group.seconds.size > 0)
        .map(({ label, seconds }): [string, Side] => [`${name}|${label}`, { key, label, seconds, floor }]);
    }),
  );
}
