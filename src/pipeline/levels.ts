import { covariance, median } from "../evidence/numbers";
import { type BlockDigest, MISSING, type SampleDigest } from "./samples";

/** What the values of a date are that others hold as linear power; told by its level and by its speckle. */
interface OtherScale {
  /** Which of the scenes. */
  readonly scene: number;
  readonly scale: "decibels" | "amplitude";
  /** Its power over that of the others [dB]. */
  readonly difference: number;
  /** ENL of its power and of the others'. */
  readonly enl: number;
  readonly enlOfOthers: number;
}

/** A date, or a few, whose power lies apart from that of all others in nearly every block. */
interface OtherLevel {
  readonly scenes: readonly number[];
  readonly against: readonly number[];
  /** Of each of `scenes`: its power over that of the others [dB], the median over blocks. */
  readonly differences: readonly number[];
  /** Between the others [dB]: standard deviation of their levels. */
  readonly spread: number;
}

/** Smaller differences of whole dates are weather, seasons and calibration [dB]. */
const LEAST_DIFFERENCE = 4.5;
/** Of one date among three, where two alone say how much levels vary. */
const LEAST_OF_THREE = 5;
/** Between two dates alone, of which nobody knows what is usual. */
const LEAST_OF_TWO = 20;
const LEAST_BLOCKS = 4;

/** ENL this many times that of the others is another scale and not another scene: an amplitude has 3.7 times that of its power. */
const ENL_RATIO = 2.5;
const MOST_OF_AMPLITUDE = 6;
/** Where the level of each scale lies against its own expectation [dB]: single looks lose 2.5 as dB and 1 as amplitude. */
const EXPECTED = { decibels: [-5, 3], amplitude: [-2.5, 1.5] } as const;
/** How much blocks may differ in that (median absolute deviation) [dB]. */
const MOST_SCATTER = 2.5;

/**
 * Dates in dB or in amplitude among dates in linear power: their numbers are those that the power of the others would give on that
 * scale, block by block, and not its own, and their speckle is far too smooth for power.
 * @param scenes dates of one shape and kind
 */
export function findOtherScales(scenes: readonly SampleDigest[]): OtherScale[] {
  return scenes.flatMap((digest, scene) => {
    const others = scenes.filter((_, i) => i !== scene);
    const enls = others.flatMap(({ enl }) => enl?.enl ?? []);
    if (digest.enl === null || enls.length === 0) return [];
    const [enl, enlOfOthers] = [digest.enl.enl, median(enls)];
    // No complex image has more than one look, be its scene as rough as it may.
    const usual = digest.kind === "complex" ? Math.max(1, enlOfOthers) : enlOfOthers;
    if (enl < ENL_RATIO * usual) return [];
    const fit = fitScale(digest, others, enl <= MOST_OF_AMPLITUDE * usual);
    return fit === null ? [] : { scene, ...fit, enl, enlOfOthers };
  });
}

function fitScale(
  digest: SampleDigest,
  others: readonly SampleDigest[],
  canBeAmplitude: boolean,
): Pick<OtherScale, "scale" | "difference"> | null {
  const blocks = digest.blocks.flatMap((own, i) => {
    const power = meanTexture(own);
    const reference = others.flatMap(({ blocks }) => meanTexture(blocks[i]!) ?? []);
    if (power === null || own.magnitude === null || reference.length === 0) return [];
    return { power, magnitude: own.magnitude, reference: median(reference) };
  });
  if (blocks.length < LEAST_BLOCKS) return null;
  const offsets = {
    power: blocks.map(({ power, reference }) => power - reference),
    decibels: blocks.map(({ magnitude, reference }) => magnitude - reference),
    amplitude: blocks.map(({ power, reference }) => 2 * power - reference),
  };
  const difference = median(offsets.power);
  // |S|^2 of a complex amplitude is the power itself.
  const isComplex = digest.kind === "complex";
  const fits = (scale: keyof typeof EXPECTED): boolean => {
    const [low, high] = EXPECTED[scale];
    const scatter = scatterOf(offsets[scale]);
    const isPower = Math.abs(difference) < LEAST_DIFFERENCE && scatter >= 0.5 * scatterOf(offsets.power);
    const offset = median(offsets[scale]);
    return offset >= low && offset <= high && scatter <= MOST_SCATTER && (isComplex || !isPower);
  };
  const scales = (["decibels", "amplitude"] as const)
    .filter((scale) => (scale === "decibels" || (canBeAmplitude && !isComplex)) && fits(scale))
    .sort((a, b) => scatterOf(offsets[a]) - scatterOf(offsets[b]));
  return scales[0] === undefined ? null : { scale: scales[0], difference };
}

/** Mean of the texture of a block [dB]: unlike the mean power, it says what the mean of dB is, however rough the block. */
function meanTexture({ texture }: BlockDigest): number | null {
  let [sum, count] = [0, 0];
  for (const value of texture) {
    if (value === MISSING) continue;
    sum += value;
    count += 1;
  }
  return 2 * count < texture.length ? null : sum / count / 100;
}

/** Median absolute deviation. */
function scatterOf(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/**
 * The dates that the widest gap between levels parts from the rest, where the rest agrees so well that chance is out: at most a third
 * of the dates, at least 4.5 dB away (5 of three dates; of two, 20 dB and nobody knows which), and four fifths of the blocks
 * differ by at least half of it, as no change of a part of the scene does.
 * @param scenes dates of one shape and kind
 */
export function findOtherLevel(scenes: readonly SampleDigest[]): OtherLevel | null {
  const relative = relativeLevels(scenes);
  const known = [...relative.keys()].filter((scene) => relative[scene]!.length >= LEAST_BLOCKS);
  const levels = new Map(known.map((scene) => [scene, median(relative[scene]!)]));
  const sorted = known.sort((a, b) => levels.get(a)! - levels.get(b)!);
  if (sorted.length < 2) return null;
  const gaps = sorted.slice(1).map((scene, i) => levels.get(scene)! - levels.get(sorted[i]!)!);
  const widest = gaps.indexOf(Math.max(...gaps)) + 1;
  const parts = [sorted.slice(0, widest), sorted.slice(widest)].sort((a, b) => a.length - b.length);
  const [few, most] = parts as [number[], number[]];
  const others = most.map((scene) => levels.get(scene)!);
  const differencesOf = (scene: number): number[] => relative[scene]!.map((level) => level - median(others));
  const differences = few.map((scene) => median(differencesOf(scene)));
  const nearest = Math.min(...differences.map(Math.abs));
  const spread = most.length < 2 ? 0 : Math.sqrt(covariance(others, others));
  const found = { scenes: few, against: most, differences, spread };
  if (sorted.length === 2) return nearest >= LEAST_OF_TWO ? found : null;
  if (few.length > sorted.length / 3) return null;
  if (nearest < (sorted.length === 3 ? LEAST_OF_THREE : LEAST_DIFFERENCE)) return null;
  // The fewer dates say how much levels vary, the further away the other has to be.
  if (nearest < (4 + 16 / most.length ** 2) * spread) return null;
  const isEverywhere = few.every((scene, i) => {
    const half = differencesOf(scene).filter((value) => value / differences[i]! >= 0.5);
    return half.length >= 0.8 * relative[scene]!.length;
  });
  return isEverywhere ? found : null;
}

/** Of each date: the level of each block over the median of all dates there [dB]. */
function relativeLevels(scenes: readonly SampleDigest[]): number[][] {
  const blocks = scenes[0]?.blocks ?? [];
  const references = blocks.map((_, i) => {
    const levels = scenes.flatMap((scene) => scene.blocks[i]!.decibels ?? []);
    return levels.length < 2 ? null : median(levels);
  });
  return scenes.map((scene) =>
    scene.blocks.flatMap(({ decibels }, i) => {
      const reference = references[i] ?? null;
      return decibels === null || reference === null ? [] : decibels - reference;
    }),
  );
}
