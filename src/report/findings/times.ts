import { isComparable } from "../../evidence/session";
import { type Configuration, findConfiguration, type Level } from "../../evidence/summary";
import { criticalPath, type Piece } from "./criticalPath";

/** A piece of the bar of a configuration. */
export interface TimeRow {
  readonly label: string;
  /** Median of the whole run, and its interval [s]. */
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  /** T / T_sec. */
  readonly timesSec: number;
  /** Not told apart from the fastest, itself included where there are others. */
  readonly alike: boolean;
  readonly piece: Piece | "whole";
  /** Where the piece lies on the bar [s]. */
  readonly from: number;
  readonly to: number;
  /** Timed runs. */
  readonly runs: number;
  readonly dates: number;
  readonly azimuth: number;
  readonly range: number;
  readonly cache: Level["key"]["cache"];
}

/**
 * The bars of every timed configuration that does the work of `sec`, by rising time, piece by piece: the pieces of one
 * sum to its median. Where its critical path is not known a bar is one piece, `whole`.
 */
export function timeRows(level: Level): readonly TimeRow[] {
  const sec = findConfiguration(level, "sec")?.seconds?.value ?? Number.NaN;
  return level.configurations
    .filter((one) => one.seconds !== null && isComparable(one.kind))
    .sort((a, b) => a.seconds!.value - b.seconds!.value)
    .flatMap((one) => rowsOf(one, level, sec));
}

function rowsOf(one: Configuration, { key, fastest }: Level, secSeconds: number): readonly TimeRow[] {
  const { value: seconds, interval } = one.seconds!;
  const others = fastest?.indistinguishable ?? [];
  let to = 0;
  return (criticalPath(one) ?? [{ piece: "whole" as const, seconds }]).map((part) => {
    const from = to;
    to += part.seconds;
    return {
      label: one.label,
      seconds,
      low: interval?.low ?? Number.NaN,
      high: interval?.high ?? Number.NaN,
      timesSec: seconds / secSeconds,
      alike: others.includes(one.label) || (others.length > 0 && one.label === fastest!.label),
      piece: part.piece,
      from,
      to,
      runs: one.runs.length,
      dates: key.dates,
      azimuth: key.shape.azimuth,
      range: key.shape.range,
      cache: key.cache,
    };
  });
}
