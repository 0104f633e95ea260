import { createHash } from "node:crypto";
import type { EnlEstimate } from "../core/maps";
import type { Shape, Window } from "../core/raster";
import { estimateEnl, WindowCollector, type WindowMoments } from "../statistics/speckle";

/** What of an image is read to judge it: some whole rows, and blocks of neighbouring pixels. */
interface SamplePlan {
  readonly rows: readonly number[];
  /** All of one shape. */
  readonly blocks: readonly Window[];
}

/** Enough rows to tell a border to a few per cent; a full frame costs 2 MB of reading. */
const ROWS = 32;
/** Sides of the part of a block that is compared at all shifts, which needs a margin of MOST_SHIFT around it. */
const TEMPLATES = [48, 24] as const;
/** Blocks along an axis: their centres are the eighths of a large image. */
const BLOCKS_AN_AXIS = 7;
/** Fewer blocks of the larger kind tell less than more of the smaller. */
const LEAST_BLOCKS = 16;
/** The largest shift between two dates that is looked for, in pixels along either axis. */
export const MOST_SHIFT = 16;

/** The rows in the middle of 32 equal parts of an image (all rows of a smaller one), and up to 49 blocks spread evenly. */
export function planSamples(shape: Shape): SamplePlan {
  const count = Math.min(ROWS, shape.azimuth);
  const rows = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * shape.azimuth) / count));
  for (const template of TEMPLATES) {
    const fitting = (side: number): number => Math.max(1, Math.floor((side - 2 * MOST_SHIFT) / template));
    const lines = Math.min(BLOCKS_AN_AXIS, fitting(shape.azimuth));
    const samples = Math.min(Math.floor(BLOCKS_AN_AXIS ** 2 / lines), fitting(shape.range));
    const columns = lines === BLOCKS_AN_AXIS ? Math.min(BLOCKS_AN_AXIS, samples) : samples;
    if (lines * columns < LEAST_BLOCKS && template !== TEMPLATES.at(-1)) continue;
    const side = template + 2 * MOST_SHIFT;
    const azimuths = spread(shape.azimuth, side, lines);
    const ranges = spread(shape.range, side, columns);
    const block = { azimuth: Math.min(side, shape.azimuth), range: Math.min(side, shape.range) };
    const blocks = azimuths.flatMap((azimuthOffset) =>
      ranges.map((rangeOffset) => ({ ...block, azimuthOffset, rangeOffset })),
    );
    return { rows, blocks };
  }
  throw new Error("the last template is always taken");
}

/** Where `count` intervals begin whose centres divide a length evenly, kept inside it. */
function spread(length: number, side: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.round((length * (i + 1)) / (count + 1) - side / 2);
    return Math.max(0, Math.min(length - side, start));
  });
}

/** Pixels of one image as its plan names them, in the byte order that its description says. */
export interface Samples {
  /** `complex`: re and im in turn; `intensity`: one value a pixel. */
  readonly kind: "complex" | "intensity";
  /** The rows of the plan in their order, one or more at a time; an array may be filled anew for those that follow. */
  readonly rows: Iterable<Float32Array>;
  /** A block of the plan each, row-major; asked for after all rows, and filled anew as those may be. */
  readonly blocks: Iterable<Float32Array>;
}

/** What samples of an image show; plain data, of which all but `blocks` is worth printing. */
export interface SampleDigest {
  readonly kind: Samples["kind"];
  /** Rows looked at. */
  readonly rows: number;
  /** Of their values as float32: equal images have equal hashes in either byte order. */
  readonly sha256: string;
  /** Shares of all samples of the rows, 0..1: exactly 0 (both parts), NaN or infinite in any part. */
  readonly zeroShare: number;
  readonly nanShare: number;
  readonly infiniteShare: number;
  /** Shares of the samples that are there (neither zero nor NaN): value or real part below 0, imaginary part 0. */
  readonly negativeShare: number;
  readonly realShare: number;
  /** Shares of the same whose power is below or above the normal numbers of float32. */
  readonly underflowShare: number;
  readonly overflowShare: number;
  /** 10 log10 of the mean power of the finite samples that are there; null where there is none or it is not above 0. */
  readonly meanDecibels: number | null;
  /** Whether the exponents of the float32 words look like measured values: as they were read, and with their bytes turned round. */
  readonly plausible: { readonly asRead: boolean; readonly swapped: boolean };
  /** Of single pixels, from the windows of the blocks in which only speckle varies; null of fewer than 12 such windows. */
  readonly enl: EnlEstimate | null;
  readonly blocks: readonly BlockDigest[];
}

/** One block; null levels where less than half of it is there. */
export interface BlockDigest {
  readonly window: Window;
  /** 10 log10 of the mean power. */
  readonly decibels: number | null;
  /** Mean of |S|, or of the values of an intensity. */
  readonly magnitude: number | null;
  /** Hundredths of a dB of the mean of 3 x 3 pixels, row-major; MISSING where fewer than four of them are there. */
  readonly texture: Int16Array;
}

export const MISSING = -32768;

/** Tells what the samples of an image show. Memory: a block, and of the result 13 kB a block. */
export function digestSamples(plan: SamplePlan, { kind, rows, blocks }: Samples): SampleDigest {
  const counts = countSamples(kind, rows);
  const [{ azimuth, range }] = plan.blocks as readonly [Window];
  const side = Math.min(azimuth, range) >= WIDE_BLOCK ? WINDOW_SIDES.wide : WINDOW_SIDES.narrow;
  const power = new Float64Array(azimuth * range);
  const textureOf = textureMaker({ azimuth, range });
  const windows: WindowMoments[] = [];
  const digests: BlockDigest[] = [];
  for (const block of blocks) {
    for (let i = 0; i < power.length; i++) power[i] = powerAt(kind, block, i);
    const speckle = new WindowCollector(range, side);
    speckle.add(new Float32Array(power), 0);
    windows.push(...speckle.windows);
    const mean = meanOfPresent(power, (value) => value);
    digests.push({
      window: plan.blocks[digests.length]!,
      decibels: mean !== null && mean > 0 ? 10 * Math.log10(mean) : null,
      magnitude: meanOfPresent(power, kind === "complex" ? Math.sqrt : (value) => value),
      texture: textureOf(power),
    });
  }
  return { kind, rows: plan.rows.length, ...counts, enl: estimateEnl(windows, side ** 2), blocks: digests };
}

const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Power of a pixel in float64; NaN where there is none (exact 0, or NaN). */
function powerAt(kind: Samples["kind"], values: Float32Array, pixel: number): number {
  const power = kind === "intensity" ? values[pixel]! : values[2 * pixel]! ** 2 + values[2 * pixel + 1]! ** 2;
  return power === 0 ? Number.NaN : power;
}

function countSamples(
  kind: Samples["kind"],
  rows: Iterable<Float32Array>,
): Omit<SampleDigest, "kind" | "rows" | "enl" | "blocks"> {
  const parts = kind === "complex" ? 2 : 1;
  const hash = createHash("sha256");
  const exponents = { asRead: new Uint32Array(256), swapped: new Uint32Array(256) };
  let [all, zeros, nan, infinite, negative, real] = [0, 0, 0, 0, 0, 0];
  let [underflow, overflow, sum, finite] = [0, 0, 0, 0];
  for (const values of rows) {
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    countExponents(values, exponents);
    for (let i = 0; i < values.length / parts; i++) {
      all += 1;
      const first = values[parts * i]!;
      const value = powerAt(kind, values, i);
      if (Number.isNaN(value)) {
        const isZero = first === 0 && (parts === 1 || values[2 * i + 1] === 0);
        if (isZero) zeros += 1;
        else nan += 1;
        continue;
      }
      if (first < 0) negative += 1;
      if (parts === 2 && values[2 * i + 1] === 0) real += 1;
      if (value === Number.POSITIVE_INFINITY) {
        infinite += 1;
        continue;
      }
      if (Math.abs(value) < SMALLEST_NORMAL) underflow += 1;
      if (value > LARGEST) overflow += 1;
      finite += 1;
      sum += value;
    }
  }
  const there = Math.max(1, all - zeros - nan);
  return {
    sha256: hash.digest("hex"),
    zeroShare: zeros / all,
    nanShare: nan / all,
    infiniteShare: infinite / all,
    negativeShare: negative / there,
    realShare: real / there,
    underflowShare: underflow / there,
    overflowShare: overflow / there,
    meanDecibels: sum > 0 ? 10 * Math.log10(sum / finite) : null,
    plausible: { asRead: isPlausible(exponents.asRead), swapped: isPlausible(exponents.swapped) },
  };
}

/** Measured values lie above 2^-60, and 98 of 100 of one image within 2^40 of each other. */
const EXPONENTS = { bias: 127, reach: 60, spread: 40, strays: 0.01 } as const;

/** A wrong byte order makes exponents of the last bits of the mantissa: they cover all there are, or none but the lowest. */
function countExponents(
  values: Float32Array,
  { asRead, swapped }: Record<"asRead" | "swapped", Uint32Array>,
): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (const word of words) {
    // Zeros and the usual NaN, in either order, say nothing of the order.
    const magnitude = word & 0x7fffffff;
    if (magnitude === 0 || word === 0x80 || magnitude === 0x7fc00000) continue;
    if ((word & 0xffffff7f) === 0x0000c07f) continue;
    asRead[magnitude >>> 23]! += 1;
    swapped[((word & 0x7f) << 1) | ((word >>> 15) & 1)]! += 1;
  }
}

function isPlausible(counts: Uint32Array): boolean {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const { bias, reach, spread, strays } = EXPONENTS;
  const outside = counts.reduce((sum, n, exponent) => sum + (exponent < bias - reach ? n : 0), 0);
  if (outside > strays * all) return false;
  const below = (share: number): number => {
    let sum = 0;
    return counts.findIndex((count) => {
      sum += count;
      return sum >= share * all;
    });
  };
  return below(1 - strays) - below(strays) <= spread;
}

/** Sides of windows for ENL, in the larger and the smaller kind of block. */
const WIDE_BLOCK = TEMPLATES[0] + 2 * MOST_SHIFT;
const WINDOW_SIDES = { wide: 16, narrow: 8 } as const;

function meanOfPresent(values: Float64Array, of: (value: number) => number): number | null {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += of(value);
    count += 1;
  }
  return 2 * count < values.length ? null : sum / count;
}

/** Fewer of the 3 x 3 pixels make no mean: a corner of a block has four. */
const LEAST_PRESENT = 4;

/**
 * Makes textures of planes of one shape: the mean of 3 x 3 takes two thirds of the spread of speckle in dB away and still
 * tells a shift of one pixel.
 */
function textureMaker(shape: Shape): (power: Float64Array) => Int16Array {
  const plane = (): Float64Array => new Float64Array(shape.azimuth * shape.range);
  const [present, there, across, sums, counts] = [plane(), plane(), plane(), plane(), plane()];
  return (power) => {
    for (let at = 0; at < power.length; at++) {
      const isThere = Number.isFinite(power[at]);
      present[at] = isThere ? power[at]! : 0;
      there[at] = isThere ? 1 : 0;
    }
    addBoxes(shape, present, across, sums);
    addBoxes(shape, there, across, counts);
    return Int16Array.from(sums, (sum, at) => {
      const count = counts[at]!;
      if (count < LEAST_PRESENT || sum <= 0) return MISSING;
      const level = Math.round(1000 * Math.log10(sum / count));
      return Math.max(MISSING + 1, Math.min(-MISSING - 1, level));
    });
  };
}

/** Sums over 3 x 3 pixels, fewer at the edges. @param across memory to work in */
function addBoxes(
  { azimuth, range }: Shape,
  values: Float64Array,
  across: Float64Array,
  sums: Float64Array,
): void {
  for (let start = 0; start < values.length; start += range) {
    for (let at = start; at < start + range; at++) {
      const before = at > start ? values[at - 1]! : 0;
      across[at] = before + values[at]! + (at < start + range - 1 ? values[at + 1]! : 0);
    }
  }
  for (let at = 0; at < values.length; at++) {
    const above = at >= range ? across[at - range]! : 0;
    const below = at < (azimuth - 1) * range ? across[at + range]! : 0;
    sums[at] = above + across[at]! + below;
  }
}
