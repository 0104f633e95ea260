import { nextUniform, nextWord, normalFrom, STATE_WORDS, startStream } from "../../data-prep/random";
import { type Shape, type Window, wholeWindow } from "../../src/core/raster";
import { planSamples, type Samples } from "../../src/pipeline/samples";

/** What is drawn: speckle over fields of several levels that dates share. */
export interface SceneOptions {
  readonly shape: Shape;
  readonly dates: number;
  readonly seed: number;
  /** Fields of another level, of 6 to 60 pixels a side; left out, one for each 600 pixels. */
  readonly fields?: number;
  /** Standard deviation of the levels of the fields [dB], and of each field's change from date to date. */
  readonly contrast?: number;
  readonly change?: number;
  /** Standard deviation of the level of whole dates [dB]. */
  readonly calibration?: number;
  /** Mean level [dB]. */
  readonly level?: number;
  /** Temporal coherence of the speckle, 0..1. */
  readonly coherence?: number;
  /** Neighbouring samples are alike, as in oversampled images. */
  readonly oversampled?: boolean;
  /** The widest border of exact zeros, which is another on every date but the first; in pixels. */
  readonly border?: number;
  /** Where each date lies on the grid, in lines and samples. */
  readonly shifts?: readonly (readonly [number, number])[];
}

/** Seeded random numbers. */
export function randomOf(seed: number, stream: number) {
  const state = new Int32Array(STATE_WORDS);
  startStream(state, seed, stream, 7);
  const normal = (): number => normalFrom(nextWord(state), state);
  return { normal, uniform: (): number => nextUniform(state) };
}

/** Complex samples (re and im in turn) of each date of a scene. */
export function drawScene(options: SceneOptions): Float32Array[] {
  const {
    shape,
    dates,
    seed,
    contrast = 5,
    change = 0,
    calibration = 0,
    level = 30,
    coherence = 0,
  } = options;
  const pad = options.shifts === undefined ? 0 : 16;
  const [height, width] = [shape.azimuth + 2 * pad, shape.range + 2 * pad];
  const place = randomOf(seed, 1);
  const fields = Array.from({ length: options.fields ?? Math.ceil((height * width) / 600) }, () => ({
    line: Math.floor(place.uniform() * height),
    sample: Math.floor(place.uniform() * width),
    lines: Math.floor(6 + 54 * place.uniform()),
    samples: Math.floor(6 + 54 * place.uniform()),
    decibels: contrast * place.normal(),
  }));
  const common = coherence > 0 ? drawSpeckle(height, width, seed, 2, options.oversampled) : null;
  const [kept, fresh] = [Math.sqrt(coherence), Math.sqrt(1 - coherence)];
  /** Standard deviation of either part of a sample of that mean power. */
  const deviationOf = (decibels: number): number => Math.sqrt(10 ** (decibels / 10) / 2);
  return Array.from({ length: dates }, (_, date) => {
    const random = randomOf(seed, 100 + date);
    const base = level + calibration * random.normal();
    const deviations = new Float32Array(height * width).fill(deviationOf(base));
    for (const { line, sample, lines, samples, decibels } of fields) {
      const value = deviationOf(base + decibels + change * random.normal());
      for (let a = line; a < Math.min(height, line + lines); a++) {
        deviations.fill(value, a * width + sample, a * width + Math.min(width, sample + samples));
      }
    }
    const speckle = drawSpeckle(height, width, seed, 1000 + date, options.oversampled);
    if (common !== null) {
      for (let i = 0; i < speckle.length; i++) speckle[i] = kept * common[i]! + fresh * speckle[i]!;
    }
    const [lines, samples] = options.shifts?.[date] ?? [0, 0];
    const border = date === 0 ? 0 : (options.border ?? 0);
    const edges = Array.from({ length: 4 }, () => Math.floor(random.uniform() * (border + 1)));
    const image = new Float32Array(2 * shape.azimuth * shape.range);
    for (let a = edges[0]!; a < shape.azimuth - edges[1]!; a++) {
      let from = (a + pad - lines) * width + edges[2]! + pad - samples;
      for (let r = edges[2]!; r < shape.range - edges[3]!; r++, from++) {
        const at = 2 * (a * shape.range + r);
        image[at] = deviations[from]! * speckle[2 * from]!;
        image[at + 1] = deviations[from]! * speckle[2 * from + 1]!;
      }
    }
    return image;
  });
}

function drawSpeckle(
  height: number,
  width: number,
  seed: number,
  stream: number,
  oversampled = false,
): Float32Array {
  const { normal } = randomOf(seed, stream);
  const samples = Float32Array.from({ length: 2 * height * width }, normal);
  if (!oversampled) return samples;
  const [near, far] = [0.9, Math.sqrt(1 - 0.9 ** 2)];
  for (let i = samples.length - 1; i >= 2; i--) samples[i] = near * samples[i]! + far * samples[i - 2]!;
  return samples;
}

/** Mean power of cells of side x side pixels: an intensity crop of side² looks. */
export function lookScene(
  image: Float32Array,
  shape: Shape,
  side: number,
): { values: Float32Array; shape: Shape } {
  const looked = { azimuth: Math.floor(shape.azimuth / side), range: Math.floor(shape.range / side) };
  const values = new Float32Array(looked.azimuth * looked.range);
  for (let a = 0; a < looked.azimuth * side; a++) {
    for (let r = 0; r < looked.range * side; r++) {
      const at = 2 * (a * shape.range + r);
      const power = image[at]! ** 2 + image[at + 1]! ** 2;
      values[Math.floor(a / side) * looked.range + Math.floor(r / side)]! += power / side ** 2;
    }
  }
  return { values, shape: looked };
}

/** What the plan of an image asks for, of an image in memory. */
export function sampleImage(kind: Samples["kind"], image: Float32Array, shape: Shape): Samples {
  const parts = kind === "complex" ? 2 : 1;
  const cut = ({ azimuth, range, azimuthOffset, rangeOffset }: Window): Float32Array => {
    const values = new Float32Array(parts * azimuth * range);
    for (let line = 0; line < azimuth; line++) {
      const start = parts * ((azimuthOffset + line) * shape.range + rangeOffset);
      values.set(image.subarray(start, start + parts * range), parts * line * range);
    }
    return values;
  };
  const { rows, blocks } = planSamples(shape);
  const values = new Float32Array(parts * rows.length * shape.range);
  rows.forEach((row, i) => {
    values.set(cut({ ...wholeWindow(shape), azimuth: 1, azimuthOffset: row }), i * parts * shape.range);
  });
  return { kind, rows: [values], blocks: blocks.map(cut) };
}
