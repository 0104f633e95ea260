import type { Configuration } from "./configurationTypes";
import type { NoiseFloor } from "./estimateTypes";
import type { FusedComparison } from "./levelTypes";
import { estimateMedian } from "./median";
import { type BlockValues, pairedRatio, sharedBlocks, valuesOf } from "./ratio";
import { mean } from "./studentT";
import type { SummaryOptions } from "./summary";
import { judge } from "./verdict";

/**
 * Each `fused` against prep + sec, added block by block (sec: mean of its twins). The `prep` is the one of as many
 * workers; where there is none, every `prep`.
 */
export function compareFused(
  configurations: readonly Configuration[],
  seconds: ReadonlyMap<string, BlockValues>,
  floor: NoiseFloor | null,
  options: SummaryOptions,
): readonly FusedComparison[] {
  const sec = seconds.get("sec");
  if (sec === undefined) return [];
  const prepares = configurations.filter((one) => one.kind === "prepare");
  return configurations
    .filter((one) => one.kind === "fused")
    .flatMap((fused) => {
      const alike = prepares.filter((prepare) => prepare.workers === fused.workers);
      return (alike.length > 0 ? alike : prepares).flatMap((prepare) => {
        const own = seconds.get(fused.label)!;
        const separate = addBlocks(seconds.get(prepare.label)!, sec);
        const ratio = pairedRatio(own, separate, options);
        if (ratio === null) return [];
        const blocks = sharedBlocks(own, separate);
        return {
          fused: fused.label,
          prepare: prepare.label,
          seconds: estimateMedian(valuesOf(own, blocks)),
          separateSeconds: estimateMedian(valuesOf(separate, blocks)),
          ratio,
          verdict: judge(ratio, { floor, omnibus: null }),
          savedSeconds: estimateMedian(differences(separate, own)),
        };
      });
    });
}

function addBlocks(a: BlockValues, b: BlockValues): BlockValues {
  return new Map(sharedBlocks(a, b).map((block) => [block, [mean(a.get(block)!) + mean(b.get(block)!)]]));
}

/** a - b of every block both have; a block's value is the mean of its runs. */
export function differences(a: BlockValues, b: BlockValues): number[] {
  return sharedBlocks(a, b).map((block) => mean(a.get(block)!) - mean(b.get(block)!));
}
