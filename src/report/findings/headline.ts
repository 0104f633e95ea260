import { workersOf } from "../../backends/registry";
import { LEAST_BLOCKS } from "../../evidence/numbers";
import { type Comparison, type Configuration, findConfiguration, type Level } from "../../evidence/summary";

/** A configuration as sentences name it. */
export interface Named {
  readonly label: string;
  readonly program: string;
  readonly workers: number;
  /** What its workers are; null where their number is 1 by nature (`sec`) or not known. */
  readonly worker: "process" | "thread" | "worker" | null;
}

export function nameOf({ label, program, workers, knowsWorkers, kind }: Configuration): Named {
  const worker = kind === "peer" ? "worker" : workersOf(program) === "thread" ? "thread" : "process";
  return { label, program, workers, worker: label === "sec" || !knowsWorkers ? null : worker };
}

/** The answer of a level, before any words. */
export type Headline =
  | { readonly kind: "nothingKept" }
  | { readonly kind: "nothingToCompare"; readonly only: Named }
  | { readonly kind: "noReference" }
  | { readonly kind: "tooFewBlocks"; readonly missing: number }
  | { readonly kind: "oneProcessIsEnough" }
  /** `ratio`: its seconds over those of `sec`. */
  | { readonly kind: "winner"; readonly fastest: Named; readonly ratio: number }
  /** The ratio holds for all of them, to a hundredth. */
  | { readonly kind: "tie"; readonly tied: readonly Named[]; readonly ratio: number }
  /** The ratio is of the one of least median; the others cannot be told from it, and theirs differ. */
  | {
      readonly kind: "leader";
      readonly fastest: Named;
      readonly others: readonly Named[];
      readonly ratio: number;
    };

/** Ratios that one number may stand for differ by no more. */
const ONE_RATIO = 0.01;

/** Which configuration is the fastest, as far as the verdicts of the level go. @param level null: nothing was run */
export function findHeadline(level: Level | null): Headline {
  const fastest = level?.fastest ?? null;
  if (level === null || fastest === null) return { kind: "nothingKept" };
  const find = (label: string): Configuration => findConfiguration(level, label)!;
  const own = level.pairs.filter((pair) => [pair.label, pair.base].includes(fastest.label));
  if (own.length === 0) return { kind: "nothingToCompare", only: nameOf(find(fastest.label)) };
  if (!level.configurations.some((one) => one.label === "sec" && one.seconds !== null))
    return { kind: "noReference" };
  const blocks = unjudgedBlocks(own);
  if (blocks !== null) return { kind: "tooFewBlocks", missing: LEAST_BLOCKS - blocks };
  if (own.every(({ verdict }) => verdict.reason === "noFloor")) return { kind: "noReference" };
  const labels = [fastest.label, ...fastest.indistinguishable];
  if (labels.includes("sec")) return { kind: "oneProcessIsEnough" };
  const ratios = labels.map((label) => find(label).versusSec);
  const ratio = ratios[0]!.ratio.value;
  const [first, ...others] = labels.map((label) => nameOf(find(label))) as [Named, ...Named[]];
  if (others.length === 0) return { kind: "winner", fastest: first, ratio };
  const areOne = ratios.every(
    (one) => one?.verdict.kind === "faster" && Math.abs(one.ratio.value / ratio - 1) <= ONE_RATIO,
  );
  return areOne
    ? { kind: "tie", tied: [first, ...others], ratio }
    : { kind: "leader", fastest: first, others, ratio };
}

/** The most blocks a pair has, where no pair has enough for a verdict; else null. */
function unjudgedBlocks(pairs: readonly Comparison[]): number | null {
  return pairs.every(({ verdict }) => verdict.reason === "tooFewBlocks")
    ? Math.max(...pairs.map(({ ratio }) => ratio.blocks))
    : null;
}
