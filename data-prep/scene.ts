// The simulated scene: what stands where, how bright it is on each date, and how its rows are drawn.
import { ShapeError, UsageError } from "../src/core/errors";
import { formatShape, type Shape, type Window } from "../src/core/raster";
import {
  DATE_STREAM,
  LAYER_STEPS,
  nextWord,
  normalFrom,
  STATE_WORDS,
  SURE_EDGES,
  startStream,
} from "./random";

/** Tiles along each axis; every tile holds one level, or the patch that changes, or the point targets. */
const TILES = 4;
/** Smaller images leave no room for tiles with a border around them. */
const SMALLEST_SIDE = 16;
/** Mean intensities of the fields [linear power, not calibrated]: six levels over 15.05 dB, each exact in float32. */
const LEVELS: readonly number[] = [100, 200, 400, 800, 1600, 3200];
/** Mean intensity of the changing patch on the first date, the second, ...; begins again after the last. */
const PATCH_LEVELS: readonly number[] = [200, 200, 400, 1600, 3200, 800];
/** Intensity of a point target alone, 30.1 dB above the clutter around it. */
export const TARGET_INTENSITY = 102_400;
/** Level of the clutter around the point targets. */
export const CLUTTER_INTENSITY = 100;

const DAYS_BETWEEN_DATES = 16;
const FIRST_DAY = Date.UTC(2023, 0, 5);
const WIDEST_BORDER = 37;
const MOST_DATES = 4096;

/** What a tile holds: an index of LEVELS of LEVELS, the patch or the targets; rows are azimuth. */
const CONTENT: readonly (readonly (number | "patch" | "targets")[])[] = [
  [0, 3, 1, 5],
  [4, "patch", 2, 0],
  [1, 5, "targets", 3],
  [2, 0, 4, 1],
];

interface Tile {
  readonly content: number | "patch" | "targets";
  readonly window: Window;
}

/** Everything that decides a simulated stack; plain data, so that it can cross to a worker. */
export interface SceneParameters {
  readonly shape: Shape;
  readonly dates: readonly string[];
  /** 0 to 2^32 - 1. */
  readonly seed: number;
}

/** `20230105` and every 16 days from there; a longer stack begins with the dates of a shorter one. */
export function simulatedDates(count: number): string[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_DATES) {
    throw new UsageError(`found ${count} dates, expected a whole number from 1 to ${MOST_DATES}`);
  }
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(FIRST_DAY + index * DAYS_BETWEEN_DATES * 86_400_000);
    return day.toISOString().slice(0, 10).replaceAll("-", "");
  });
}

/**
 * The parameters themselves when a scene can be made of them.
 * @throws ShapeError a side is not a whole number or is below SMALLEST_SIDE
 * @throws UsageError the seed is not a whole number from 0 to 2^32 - 1
 */
export function requireScene(parameters: SceneParameters): SceneParameters {
  const { shape, seed } = parameters;
  const sides = [shape.azimuth, shape.range];
  if (!sides.every((side) => Number.isInteger(side) && side >= SMALLEST_SIDE)) {
    throw new ShapeError(
      `found a scene of ${formatShape(shape)} pixels, expected at least ${SMALLEST_SIDE} x ${SMALLEST_SIDE}; ask for a larger size`,
    );
  }
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new UsageError(`found seed ${seed}, expected a whole number from 0 to ${2 ** 32 - 1}`);
  }
  return parameters;
}

/** The TILES x TILES tiles of a scene, row-major; they cover it without overlap. */
export function sceneTiles(shape: Shape): Tile[] {
  return CONTENT.flatMap((contents, row) =>
    contents.map((content, column) => {
      const azimuthOffset = tileEdge(shape.azimuth, row);
      const rangeOffset = tileEdge(shape.range, column);
      return {
        content,
        window: {
          azimuth: tileEdge(shape.azimuth, row + 1) - azimuthOffset,
          range: tileEdge(shape.range, column + 1) - rangeOffset,
          azimuthOffset,
          rangeOffset,
        },
      };
    }),
  );
}

function tileEdge(side: number, tile: number): number {
  return Math.floor((side * tile) / TILES);
}

/** Mean intensity of a tile's speckle on a date. */
export function tileIntensity(tile: Tile, dateIndex: number): number {
  if (tile.content === "patch") return PATCH_LEVELS[dateIndex % PATCH_LEVELS.length]!;
  if (tile.content === "targets") return CLUTTER_INTENSITY;
  return LEVELS[tile.content]!;
}

/** Line and sample of the 3 x 3 point targets: at the quarters of their tile. */
export function targetPositions(shape: Shape): { line: number; sample: number }[] {
  const { window } = sceneTiles(shape).find(({ content }) => content === "targets")!;
  const quarters = [1, 2, 3];
  return quarters.flatMap((row) =>
    quarters.map((column) => ({
      line: window.azimuthOffset + Math.floor((window.azimuth * row) / 4),
      sample: window.rangeOffset + Math.floor((window.range * column) / 4),
    })),
  );
}

/**
 * The pixels of a date that are not the exact zeros of a resampler's border. The first date is the reference and has
 * none; every other date lacks lines on one side and samples on one side, never a multiple of 4 of them.
 */
export function validWindow(parameters: SceneParameters, dateIndex: number): Window {
  const { azimuth, range } = parameters.shape;
  if (dateIndex === 0) return { azimuth, range, azimuthOffset: 0, rangeOffset: 0 };
  const state = new Int32Array(STATE_WORDS);
  startStream(state, parameters.seed, Number(parameters.dates[dateIndex]), DATE_STREAM);
  const lines = borderWidth(nextWord(state) >>> 0, azimuth);
  const samples = borderWidth(nextWord(state) >>> 0, range);
  return {
    azimuth: azimuth - lines,
    range: range - samples,
    azimuthOffset: dateIndex % 2 === 1 ? lines : 0,
    rangeOffset: dateIndex % 4 < 2 ? samples : 0,
  };
}

function borderWidth(word: number, side: number): number {
  const width = 1 + (word % Math.min(WIDEST_BORDER, Math.floor(side / SMALLEST_SIDE)));
  return width % 4 === 0 ? width - 1 : width;
}

/** One date of a scene, ready to be drawn row by row in any order. */
export interface SceneDate {
  /** Writes line `row`, interleaved complex64, from complex sample `offset` of `samples` on. */
  fillRow(row: number, samples: Float32Array, offset: number): void;
}

/** S = sqrt(s / 2) (g1 + i g2), plus the target where there is one, and 0 outside the valid window. */
export function sceneDate(parameters: SceneParameters, dateIndex: number): SceneDate {
  const { shape, seed } = parameters;
  const date = Number(parameters.dates[dateIndex]);
  const state = new Int32Array(STATE_WORDS);
  const strips = sceneTiles(shape).map((tile) => ({
    window: tile.window,
    deviation: Math.sqrt(tileIntensity(tile, dateIndex) / 2),
  }));
  const targets = targetEchoes(parameters, dateIndex);
  const valid = validWindow(parameters, dateIndex);

  return {
    fillRow(row, samples, offset) {
      startStream(state, seed, date, row);
      for (const { window, deviation } of strips) {
        if (row < window.azimuthOffset || row >= window.azimuthOffset + window.azimuth) continue;
        const from = offset + window.rangeOffset;
        fillSpeckle(samples, from, from + window.range, deviation, state);
      }
      for (const { line, sample, real, imaginary } of targets) {
        if (line !== row) continue;
        samples[2 * (offset + sample)]! += real;
        samples[2 * (offset + sample) + 1]! += imaginary;
      }
      const rowIsValid = row >= valid.azimuthOffset && row < valid.azimuthOffset + valid.azimuth;
      const first = rowIsValid ? valid.rangeOffset : shape.range;
      const last = rowIsValid ? valid.rangeOffset + valid.range : shape.range;
      samples.fill(0, 2 * offset, 2 * (offset + first));
      samples.fill(0, 2 * (offset + last), 2 * (offset + shape.range));
    },
  };
}

/** The targets keep their intensity; their phase is uniform and new on every date. */
function targetEchoes(parameters: SceneParameters, dateIndex: number) {
  const state = new Int32Array(STATE_WORDS);
  startStream(state, parameters.seed, Number(parameters.dates[dateIndex]), DATE_STREAM);
  // The first two words of this stream are the border's.
  nextWord(state);
  nextWord(state);
  return targetPositions(parameters.shape).map(({ line, sample }) => {
    const x = normalFrom(nextWord(state), state);
    const y = normalFrom(nextWord(state), state);
    const scale = Math.sqrt(TARGET_INTENSITY / (x * x + y * y));
    return { line, sample, real: scale * x, imaginary: scale * y };
  });
}

/**
 * Fills samples from..to with independent circular-Gaussian speckle: real and imaginary part are normal with mean 0
 * and the given standard deviation, so the mean intensity is 2 * deviation^2 and |S|^2 is exponential.
 * No part is ever exactly 0.
 * @param samples interleaved real and imaginary parts
 * @param from first complex sample, `to` the one after the last
 * @param state stream of random numbers, left where the last number was taken
 */
export function fillSpeckle(
  samples: Float32Array,
  from: number,
  to: number,
  deviation: number,
  state: Int32Array,
): void {
  // The round of nextWord with its state in local variables: calling it would halve the speed.
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let counter = state[3]!;
  const steps = LAYER_STEPS;
  const edges = SURE_EDGES;
  const end = 2 * to;
  for (let part = 2 * from; part < end; part++) {
    const word = (a + b + counter) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    counter = (counter + 1) | 0;
    const layer = word & 255;
    let normal = ((word >> 8) + 0.5) * steps[layer]!;
    if (Math.abs(normal) >= edges[layer]!) {
      state[0] = a;
      state[1] = b;
      state[2] = c;
      state[3] = counter;
      normal = normalFrom(word, state);
      a = state[0]!;
      b = state[1]!;
      c = state[2]!;
      counter = state[3]!;
    }
    samples[part] = deviation * normal;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = counter;
}
