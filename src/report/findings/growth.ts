import { pixelCount } from "../../core/raster";
import type { BreakEven, Configuration, Growth, GrowthLine, Level, Summary } from "../../evidence/summary";
import { type Named, nameOf } from "./headline";

/** Lines that are drawn at most. */
const MOST_LINES = 5;

/** A measured point of a line T(n) = intercept + slope n. */
export interface GrowthRow {
  readonly label: string;
  readonly variable: Growth["variable"];
  /** n: dates, or millions of pixels. */
  readonly size: number;
  /** Median and its interval [s]. */
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  readonly intercept: number;
  readonly slope: number;
  /** The configuration of the answer. */
  readonly isAnswer: boolean;
  /** Of the answer: from this size on it takes less than `sec`, with the interval; else NaN. */
  readonly crossing: number;
  readonly crossingLow: number;
  readonly crossingHigh: number;
  /** What is held; the one that varies is NaN. */
  readonly dates: number;
  readonly azimuth: number;
  readonly range: number;
  readonly cache: Level["key"]["cache"];
  readonly runs: number;
}

/** From which size on sharing the work pays. */
export type GrowthAnswer =
  | { readonly kind: "oneSize" }
  | { readonly kind: "noReference" }
  | {
      readonly kind: "from";
      readonly named: Named;
      readonly variable: Growth["variable"];
      readonly size: number;
      readonly extrapolated: boolean;
    }
  /** By the verdicts alone: not faster at `low`, faster at the next size measured and beyond. */
  | {
      readonly kind: "between";
      readonly named: Named;
      readonly variable: Growth["variable"];
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: "always"; readonly named: Named }
  | { readonly kind: "never" }
  | { readonly kind: "cannotTell" };

/** The growth to speak of: along the dates of the level's shape, else along the pixels; null with one size only. */
function mainGrowth({ growth, levels: [level] }: Summary): Growth | null {
  const own = growth.filter(({ cache }) => cache === level?.key.cache);
  const alongDates = own.find(
    ({ variable, shape }) =>
      variable === "dates" && shape !== null && pixelCount(shape) === pixelCount(level!.key.shape),
  );
  return alongDates ?? own.find(({ dates }) => dates === level?.key.dates) ?? null;
}

/** The points of `sec`, of the answer, and of the fastest shared configurations, one a program; fastest first. */
export function growthRows(summary: Summary): readonly GrowthRow[] {
  const growth = mainGrowth(summary);
  if (growth === null) return [];
  const answer = findGrowthAnswer(summary);
  const answerLabel = "named" in answer ? answer.named.label : null;
  const rivals = rivalsOf(growth, summary);
  const best = rivals.filter(({ program }, i) => rivals.findIndex((one) => one.program === program) === i);
  const labels = new Set(["sec", answerLabel, ...best.map(({ line }) => line.label)].slice(0, MOST_LINES));
  return [...growth.lines]
    .sort((a, b) => lastSeconds(a) - lastSeconds(b))
    .filter(({ label }) => labels.has(label))
    .flatMap((line) => rowsOf(line, growth, line.label === answerLabel ? answer : null));
}

/** A configuration that shares the work of `sec`, with its verdicts from the smallest to the largest size. */
interface Rival {
  readonly line: GrowthLine;
  readonly program: string;
  readonly named: Named;
  readonly verdicts: readonly (string | undefined)[];
}

/** Fastest first, at the largest size. */
function rivalsOf(growth: Growth, summary: Summary): readonly Rival[] {
  return growth.lines
    .flatMap((line) => {
      const levels = levelsOf(line.label, growth, summary);
      const [one] = levels;
      if (one === undefined || one.kind !== "statistics" || one.workers === 1) return [];
      const verdicts = levels.map(({ versusSec }) => versusSec?.verdict.kind);
      return { line, program: one.program, named: nameOf(one), verdicts };
    })
    .sort((a, b) => lastSeconds(a.line) - lastSeconds(b.line));
}

function lastSeconds({ points }: GrowthLine): number {
  return points.at(-1)!.seconds.value;
}

function rowsOf(line: GrowthLine, growth: Growth, answer: GrowthAnswer | null): GrowthRow[] {
  const { label, points, interceptSeconds, slopeSeconds } = line;
  const size = answer?.kind === "from" ? crossingOf(label, growth)?.size : undefined;
  return points.map(({ size: n, seconds }) => ({
    label,
    variable: growth.variable,
    size: n,
    seconds: seconds.value,
    low: seconds.interval?.low ?? Number.NaN,
    high: seconds.interval?.high ?? Number.NaN,
    intercept: interceptSeconds.value,
    slope: slopeSeconds.value,
    isAnswer: answer !== null,
    crossing: size?.value ?? Number.NaN,
    crossingLow: size?.interval?.low ?? Number.NaN,
    crossingHigh: size?.interval?.high ?? Number.NaN,
    dates: growth.dates ?? Number.NaN,
    azimuth: growth.shape?.azimuth ?? Number.NaN,
    range: growth.shape?.range ?? Number.NaN,
    cache: growth.cache,
    runs: seconds.n,
  }));
}

/** A line through two sizes fits always; a third one shows whether time grows along a line. */
const LEAST_SIZES = 3;

/** Where the line of a label falls below that of `sec`. */
function crossingOf(label: string, { breakEven, sizes }: Growth): BreakEven | undefined {
  if (sizes.length < LEAST_SIZES) return undefined;
  return breakEven
    .flatMap(({ result }) => result.value ?? [])
    .find((value) => value.label === label && value.than === "sec");
}

/** The least size from which on some configuration takes less than `sec`, as far as lines and verdicts go. */
export function findGrowthAnswer(summary: Summary): GrowthAnswer {
  const growth = mainGrowth(summary);
  if (growth === null) return { kind: "oneSize" };
  if (!growth.lines.some(({ label }) => label === "sec")) return { kind: "noReference" };
  const rivals = rivalsOf(growth, summary);
  const always = rivals.find(({ verdicts }) => verdicts.every((kind) => kind === "faster"));
  if (always !== undefined) return { kind: "always", named: always.named };
  const [first] = rivals
    .flatMap(({ named }) => {
      const crossing = crossingOf(named.label, growth);
      return crossing === undefined ? [] : [{ named, crossing }];
    })
    .sort((a, b) => a.crossing.size.value - b.crossing.size.value);
  if (first !== undefined) {
    const { size, extrapolated } = first.crossing;
    return { kind: "from", named: first.named, variable: growth.variable, size: size.value, extrapolated };
  }
  const between = rivals.flatMap(({ named, verdicts }) => {
    const last = verdicts.findLastIndex((kind) => kind !== "faster");
    if (last === verdicts.length - 1) return [];
    return [{ named, low: growth.sizes[last]!, high: growth.sizes[last + 1]! }];
  });
  const [soonest] = between.sort((a, b) => a.high - b.high);
  if (soonest !== undefined) return { kind: "between", variable: growth.variable, ...soonest };
  const isNever = rivals.every(({ verdicts }) => verdicts.every((kind) => kind === "slower"));
  return { kind: isNever ? "never" : "cannotTell" };
}

/** A label at the sizes of a growth. */
function levelsOf(label: string, growth: Growth, { levels }: Summary): readonly Configuration[] {
  const { dates, shape, cache } = growth;
  return levels
    .filter(({ key }) => key.cache === cache && (dates === null || key.dates === dates))
    .filter(({ key }) => shape === null || pixelCount(key.shape) === pixelCount(shape))
    .flatMap(({ configurations }) => configurations.filter((one) => one.label === label));
}
