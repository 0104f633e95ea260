import type { EnvRecord } from "../core/records";

/** A field of env.json that two sessions do not share; missing fields are `null`. */
export interface EnvDifference {
  /** As `machine.cpuModel`. */
  readonly field: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Parts in which any difference tells. */
const PARTS = ["machine", "software", "dataset", "childEnvironment"] as const;
/** Microbenchmarks scatter from day to day; below this factor they count as equal. */
const MICROBENCHMARK_FACTOR = 1.2;

/**
 * What differs between the grounds of two sessions: machine, software, data and child environment field by field, and
 * microbenchmarks that differ by more than a factor of 1.2.
 */
export function listDifferences(a: EnvRecord, b: EnvRecord): readonly EnvDifference[] {
  const plain = PARTS.flatMap((part) => fieldDifferences(part, a[part], b[part], isEqual));
  return [...plain, ...fieldDifferences("microbenchmarks", a.microbenchmarks, b.microbenchmarks, isClose)];
}

function fieldDifferences(
  part: string,
  a: object,
  b: object,
  same: (a: unknown, b: unknown) => boolean,
): EnvDifference[] {
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .map((name) => ({ field: `${part}.${name}`, a: left[name] ?? null, b: right[name] ?? null }))
    .filter((one) => !same(one.a, one.b));
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isClose(a: unknown, b: unknown): boolean {
  if (typeof a !== "number" || typeof b !== "number") return isEqual(a, b);
  return Math.max(a / b, b / a) <= MICROBENCHMARK_FACTOR;
}
