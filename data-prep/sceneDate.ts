import { DATE_STREAM, nextWord, STATE_WORDS, startStream } from "./random";
import {
  type SceneParameters,
  sceneTiles,
  TARGET_INTENSITY,
  targetPositions,
  tileIntensity,
  validWindow,
} from "./scene";
import { fillSpeckle } from "./speckle";
import { normalFrom } from "./ziggurat";

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
