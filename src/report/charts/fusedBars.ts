import type { Configuration, FusedComparison, Level } from "../../evidence/summary";

export type Part = "prepare" | "sec" | "fused";
export interface Bar {
  readonly pair: string;
  readonly label: string;
  readonly value: number;
  readonly comparison: FusedComparison;
  readonly parts: readonly { readonly part: Part; readonly from: number; readonly to: number }[];
  /** Seconds of each block. */
  readonly blocks: readonly number[];
  readonly isFused: boolean;
}

export function barsOf(comparison: FusedComparison, level: Level): readonly Bar[] {
  const find = (label: string): Configuration => level.configurations.find((one) => one.label === label)!;
  const [prepare, sec, own] = [find(comparison.prepare), find("sec"), find(comparison.fused)];
  const [prepareBlocks, secBlocks, ownBlocks] = [prepare, sec, own].map(blockMeans) as [
    BlockMeans,
    BlockMeans,
    BlockMeans,
  ];
  const shared = [...ownBlocks.keys()].filter((block) => prepareBlocks.has(block) && secBlocks.has(block));
  const pair = `${comparison.prepare}|${comparison.fused}`;
  const whole = comparison.separateSeconds.value;
  const divide = Math.min(whole, prepare.seconds!.value);
  return [
    {
      pair,
      label: `${comparison.prepare} + sec`,
      value: whole,
      comparison,
      parts: [
        { part: "prepare", from: 0, to: divide },
        { part: "sec", from: divide, to: whole },
      ],
      blocks: shared.map((block) => prepareBlocks.get(block)! + secBlocks.get(block)!),
      isFused: false,
    },
    {
      pair,
      label: comparison.fused,
      value: comparison.seconds.value,
      comparison,
      parts: [{ part: "fused", from: 0, to: comparison.seconds.value }],
      blocks: shared.map((block) => ownBlocks.get(block)!),
      isFused: true,
    },
  ];
}

type BlockMeans = ReadonlyMap<number, number>;

/** Mean seconds of each block: sec has two runs in one. */
function blockMeans({ runs }: Configuration): BlockMeans {
  const blocks = new Map<number, number[]>();
  for (const { block, seconds } of runs) blocks.set(block, [...(blocks.get(block) ?? []), seconds]);
  return new Map(
    [...blocks].map(([block, seconds]) => [
      block,
      seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
    ]),
  );
}
