import type { Configuration } from "./configurationTypes";
import type { Comparison, Yardstick } from "./estimateTypes";
import type { Fastest } from "./levelTypes";
import type { BlockValues } from "./ratio";
import type { SummaryOptions } from "./summary";
import { compare } from "./verdict";

/**
 * The configuration of least median time, and those that cannot be told from it.
 * @param candidates of comparable work
 * @returns null when none has a kept run
 */
export function findFastest(
  candidates: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): Fastest | null {
  const measured = candidates
    .filter((one) => one.seconds !== null)
    .sort((a, b) => a.seconds!.value - b.seconds!.value);
  const [first, ...rest] = measured;
  if (first === undefined) return null;
  const base = { label: first.label, values: seconds.get(first.label)! };
  const others = rest.flatMap(
    ({ label }) => compare({ label, values: seconds.get(label)! }, base, yardstick, options) ?? [],
  );
  return {
    label: first.label,
    seconds: first.seconds!,
    indistinguishable: others.filter((one) => one.verdict.kind !== "slower").map((one) => one.label),
    runnerUp: others.find((one) => one.verdict.kind === "slower") ?? null,
  };
}

/** Every two of the candidates once, in their order. */
export function comparePairs(
  candidates: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  yardstick: Yardstick,
  options: SummaryOptions,
): readonly Comparison[] {
  const sides = candidates
    .filter((one) => one.seconds !== null)
    .map(({ label }) => ({ label, values: seconds.get(label)! }));
  return sides.flatMap((subject, i) =>
    sides.slice(i + 1).flatMap((base) => compare(subject, base, yardstick, options) ?? []),
  );
}
