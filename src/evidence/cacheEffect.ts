import type { NoiseFloor } from "./estimateTypes";
import { groupBy } from "./groupBy";
import type { LevelTimes } from "./growth";
import type { CacheEffect } from "./levelTypes";
import type { SummaryOptions } from "./summary";
import { compare } from "./verdict";

/** Every label that was measured warm and cold on the same dates and crop: cold over warm. */
export function compareCaches(
  levels: readonly LevelTimes[],
  floor: NoiseFloor | null,
  options: SummaryOptions,
): readonly CacheEffect[] {
  const sizes = groupBy(levels, ({ key }) =>
    [key.dates, key.shape.azimuth, key.shape.range, key.crop].join("|"),
  );
  return [...sizes.values()].flatMap((group) => {
    const warm = group.find(({ key }) => key.cache === "warm");
    const cold = group.find(({ key }) => key.cache === "cold");
    if (warm === undefined || cold === undefined) return [];
    return [...warm.seconds].flatMap(([label, values]) => {
      const coldValues = cold.seconds.get(label);
      if (coldValues === undefined) return [];
      const comparison = compare(
        { label, values: coldValues },
        { label, values },
        { floor, omnibus: null },
        options,
      );
      return comparison === null ? [] : [{ label, dates: warm.key.dates, shape: warm.key.shape, comparison }];
    });
  });
}
