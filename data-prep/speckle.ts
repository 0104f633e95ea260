import { LAYER_STEPS, normalFrom, SURE_EDGES } from "./ziggurat";

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
