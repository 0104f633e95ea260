import { mean } from "../evidence/numbers";
import { studentTail } from "../statistics/distributions";
import { type BlockDigest, MISSING, MOST_SHIFT } from "./samples";

/** One date that lies elsewhere than others on the grid they share. */
interface Shift {
  /** Which of the scenes. */
  readonly scene: number;
  /** The scenes it was compared with: with one alone nobody can say which of the two is shifted. */
  readonly against: readonly number[];
  /** What lies at (a, r) in the others lies at (a + lines, r + samples) here, in pixels. */
  readonly lines: number;
  readonly samples: number;
  /** Correlation of intensity in dB (mean of 3 x 3 pixels) with the mean of the others: as they lie, and at that shift. */
  readonly correlationAtZero: number;
  readonly correlationAtShift: number;
}

/**
 * The dates that fit the mean of all others better, and for certain, when moved by 1 to 16 pixels along azimuth or range.
 * The measure is the variance of the difference in dB over a block: what differs for good (speckle, level) adds the same at
 * every shift, so its expectation is least where the structures of both lie over each other, whatever lies around.
 * A shift is certain when both halves of the blocks find it on their own, the blocks agree by a paired t test at 1e-4
 * (there are some 300 shifts to choose from), and the dates correlate there. Scenes without common structure, as pure
 * speckle that has lost its coherence, give nothing. One date after the other is set aside, the surest first or the one without which all is well, so that it
 * does not blur the mean that the others are compared with.
 * @param scenes the blocks of each date, all of one plan
 */
export function findShifts(scenes: readonly (readonly BlockDigest[])[]): Shift[] {
  let group: ReadonlySet<number> = new Set(scenes.keys());
  const found: number[] = [];
  let measured = compareAll(scenes, group, [...group]);
  while (measured.length > 0) {
    const attempts = measured.slice(0, MOST_ATTEMPTS).map(({ shift: { scene } }) => {
      const rest = new Set([...group].filter((other) => other !== scene));
      const suspects = measured.flatMap(({ shift }) => (shift.scene === scene ? [] : shift.scene));
      return { scene, rest, left: compareAll(scenes, rest, suspects) };
    });
    const { scene, rest, left } = attempts.find((attempt) => attempt.left.length === 0) ?? attempts[0]!;
    found.push(scene);
    group = rest;
    measured = left;
  }
  return compareAll(scenes, group, found).map(({ shift }) => shift);
}

/** The one of three that is shifted makes the other two look so against a mean that it is in. */
const MOST_ATTEMPTS = 3;

/** The shifts of some dates against the others of a group, the surest first. */
function compareAll(
  scenes: readonly (readonly BlockDigest[])[],
  group: ReadonlySet<number>,
  some: readonly number[],
): Measured[] {
  if (some.length === 0) return [];
  const reference = new Reference(scenes, group);
  return some.flatMap((scene) => reference.compare(scene) ?? []).sort((a, b) => a.p - b.p);
}

/** A shift and the probability that blocks which do not know of it agree so by chance. */
interface Measured {
  readonly shift: Shift;
  readonly p: number;
}

/** Fewer blocks tell nothing, and more than the half with the most structure tell little more. */
const LEAST_BLOCKS = 6;
const ENOUGH_BLOCKS = 25;
const SURE = 1e-4;
const LEAST_CORRELATION = 0.1;

/** The mean of a group of dates. */
class Reference {
  readonly #scenes: readonly (readonly BlockDigest[])[];
  readonly #group: ReadonlySet<number>;
  /** Per block: sums in hundredths of a dB and how many dates are there, of every pixel. */
  readonly #sums: readonly Float64Array[];
  readonly #counts: readonly Uint16Array[];
  /** Which blocks are compared: those with the most structure. */
  readonly #blocks: readonly number[];

  constructor(scenes: readonly (readonly BlockDigest[])[], group: ReadonlySet<number>) {
    this.#scenes = scenes;
    this.#group = group;
    const blocks = scenes[0]!;
    this.#sums = blocks.map(({ texture }) => new Float64Array(texture.length));
    this.#counts = blocks.map(({ texture }) => new Uint16Array(texture.length));
    for (const scene of group) this.#add(scenes[scene]!);
    const structure = blocks.map((_, i) => {
      const values = this.#sums[i]!.map((sum, at) => sum / this.#counts[i]![at]!);
      return centre(values)?.variance ?? 0;
    });
    const ranked = [...structure.keys()].sort((a, b) => structure[b]! - structure[a]!);
    this.#blocks = ranked.slice(0, ENOUGH_BLOCKS);
  }

  #add(blocks: readonly BlockDigest[]): void {
    blocks.forEach(({ texture }, block) => {
      const [sums, counts] = [this.#sums[block]!, this.#counts[block]!];
      for (let at = 0; at < texture.length; at++) {
        if (texture[at] === MISSING) continue;
        sums[at]! += texture[at]!;
        counts[at]! += 1;
      }
    });
  }

  /** Compares a date, of the group or not, with the others of the group; null where no shift is certain. */
  compare(scene: number): Measured | null {
    const own = this.#group.has(scene);
    const against = [...this.#group].filter((other) => other !== scene);
    if (against.length === 0) return null;
    const pairs = this.#blocks.flatMap((block) => {
      const { texture, window } = this.#scenes[scene]![block]!;
      const [sums, counts] = [this.#sums[block]!, this.#counts[block]!];
      const [others, here] = [new Float64Array(sums.length), new Float64Array(sums.length)];
      for (let at = 0; at < sums.length; at++) {
        const isThere = texture[at] !== MISSING;
        here[at] = isThere ? texture[at]! : Number.NaN;
        const isIn = own && isThere;
        others[at] = (isIn ? sums[at]! - texture[at]! : sums[at]!) / (isIn ? counts[at]! - 1 : counts[at]!);
      }
      return BlockPair.of(others, here, window.azimuth, window.range) ?? [];
    });
    if (pairs.length < LEAST_BLOCKS) return null;
    const all = pairs[0]!.lags(2, 0, 0, MOST_SHIFT);
    const coarse = pairs.map((pair) => pair.differences(all, 2));
    const [even, odd] = [0, 1].map((half) =>
      lowest(
        all,
        coarse.filter((_, i) => i % 2 === half),
      ),
    );
    const near = lowest(all, coarse);
    if (chessboard(even!, near) > 2 || chessboard(odd!, near) > 2) return null;
    const fine = pairs[0]!.lags(1, near.lines, near.samples, 1);
    const best = lowest(
      fine,
      pairs.map((pair) => pair.differences(fine, 1)),
    );
    const gains = pairs.map((pair) => {
      const [atZero, atBest] = pair.differences([ORIGIN, best], 1);
      return (2 * (atZero! - atBest!)) / (atZero! + atBest!);
    });
    const gain = mean(gains);
    const spread = Math.sqrt(mean(gains.map((value) => (value - gain) ** 2)) / (gains.length - 1));
    const p = studentTail(gain / spread, gains.length - 1);
    const [correlationAtZero, correlationAtShift] = [correlation(pairs, ORIGIN), correlation(pairs, best)];
    const jump = Math.atanh(correlationAtShift) - Math.atanh(correlationAtZero);
    if (!(gain > 0) || !(p <= SURE || (p <= 0.01 && jump >= 0.2 && correlationAtShift >= 0.3))) return null;
    if (correlationAtShift < LEAST_CORRELATION || correlationAtShift < correlationAtZero) return null;
    return {
      shift: { scene, against, ...best, correlationAtZero, correlationAtShift },
      p,
    };
  }
}

interface Lag {
  readonly lines: number;
  readonly samples: number;
}

const ORIGIN: Lag = { lines: 0, samples: 0 };

function chessboard(a: Lag, b: Lag): number {
  return Math.max(Math.abs(a.lines - b.lines), Math.abs(a.samples - b.samples));
}

/** The lag of the least sum over blocks, each block relative to its own mean. */
function lowest(lags: readonly Lag[], blocks: readonly Float64Array[]): Lag {
  const sums = new Float64Array(lags.length);
  for (const differences of blocks) {
    const level = differences.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < sums.length; i++) sums[i]! += differences[i]! / level;
  }
  return lags[sums.indexOf(Math.min(...sums))]!;
}

/** Sets missing pixels to the mean, where they say nothing, and the mean to 0; null where less than half are there. */
function centre(values: Float64Array): { readonly values: Float64Array; readonly variance: number } | null {
  let [sum, squares, count] = [0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    squares += value ** 2;
    count += 1;
  }
  if (2 * count < values.length) return null;
  const level = sum / count;
  const centred = values.map((value) => (Number.isNaN(value) ? 0 : value - level));
  return { values: centred, variance: squares / count - level ** 2 };
}

/** The middle of a block of the others, and the whole block of a date. */
class BlockPair {
  private constructor(
    private readonly template: Float64Array,
    private readonly block: Float64Array,
    private readonly range: number,
    private readonly margin: Lag,
    private readonly size: Lag,
  ) {}

  static of(others: Float64Array, block: Float64Array, azimuth: number, range: number): BlockPair | null {
    // Blocks of 56 and of 80 pixels have the whole margin; smaller images compare as much as they can.
    const marginOf = (side: number): number => Math.min(MOST_SHIFT, Math.floor((2 * side) / 7));
    const margin = { lines: marginOf(azimuth), samples: marginOf(range) };
    const size = { lines: azimuth - 2 * margin.lines, samples: range - 2 * margin.samples };
    const middle = new Float64Array(size.lines * size.samples);
    for (let line = 0; line < size.lines; line++) {
      const start = (line + margin.lines) * range + margin.samples;
      middle.set(others.subarray(start, start + size.samples), line * size.samples);
    }
    const [template, whole] = [centre(middle), centre(block)];
    if (template === null || whole === null || !(template.variance > 0 && whole.variance > 0)) return null;
    return new BlockPair(template.values, whole.values, range, margin, size);
  }

  /** Lags around one, `step` apart, as far as the margin allows. */
  lags(step: number, lines: number, samples: number, reach: number): Lag[] {
    const along = (centre: number, margin: number): number[] => {
      const most = Math.floor(reach / step);
      const steps = Array.from({ length: 2 * most + 1 }, (_, i) => centre + (i - most) * step);
      return steps.filter((lag) => Math.abs(lag) <= margin);
    };
    const columns = along(samples, this.margin.samples);
    return along(lines, this.margin.lines).flatMap((line) =>
      columns.map((sample) => ({ lines: line, samples: sample })),
    );
  }

  /** Variance of the difference at each lag, from every step-th pixel along both axes. */
  differences(lags: readonly Lag[], step: number): Float64Array {
    return Float64Array.from(lags, (lag) => {
      const { others, here, both } = this.moments(lag, step);
      return others + here - 2 * both;
    });
  }

  /** Variances of template and window of the block at a lag, and their covariance. */
  moments(
    { lines, samples }: Lag,
    step = 1,
  ): { readonly others: number; readonly here: number; readonly both: number } {
    const [template, block, width] = [this.template, this.block, this.size.samples];
    let [there, squaresThere, here, squaresHere, products, n] = [0, 0, 0, 0, 0, 0];
    for (let line = 0; line < this.size.lines; line += step) {
      let at = (line + this.margin.lines + lines) * this.range + this.margin.samples + samples;
      const end = (line + 1) * width;
      for (let i = line * width; i < end; i += step, at += step) {
        const a = template[i]!;
        const b = block[at]!;
        there += a;
        squaresThere += a * a;
        here += b;
        squaresHere += b * b;
        products += a * b;
        n += 1;
      }
    }
    const others = squaresThere / n - (there / n) ** 2;
    return { others, here: squaresHere / n - (here / n) ** 2, both: products / n - (there / n) * (here / n) };
  }
}

/** Of all blocks together, each around its own mean. */
function correlation(pairs: readonly BlockPair[], lag: Lag): number {
  let [others, here, both] = [0, 0, 0];
  for (const pair of pairs) {
    const moments = pair.moments(lag);
    others += moments.others;
    here += moments.here;
    both += moments.both;
  }
  return both / Math.sqrt(others * here);
}
