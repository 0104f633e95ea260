import type { NoiseFloor } from "./estimateTypes";
import { type BlockValues, pairedRatio } from "./ratio";
import type { SummaryOptions } from "./summary";

/**
 * What two identical configurations differ by in this session: the ratio a / b of the A/A pair. Its interval's end
 * farther from 1 (as a factor) is what any other difference must exceed.
 * @returns null when no block holds both
 */
export function measureNoiseFloor(
  a: BlockValues,
  b: BlockValues,
  options: SummaryOptions,
): NoiseFloor | null {
  const ratio = pairedRatio(a, b, options);
  if (ratio === null) return null;
  const { interval } = ratio;
  return { ratio, factor: interval === null ? null : Math.max(interval.high, 1 / interval.low) };
}

/** The wider of two floors; one without an interval is wider than any. */
export function widerFloor(a: NoiseFloor | null, b: NoiseFloor | null): NoiseFloor | null {
  if (a === null || b === null) return a ?? b;
  return (b.factor ?? Number.POSITIVE_INFINITY) > (a.factor ?? Number.POSITIVE_INFINITY) ? b : a;
}
