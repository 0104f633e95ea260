import { exponential, naturalLogarithm } from "./elementary";
import { nextUniform, nextWord } from "./random";

const LAYERS = 256;
/** Where the tail of the normal density begins, and the area of each layer, for 256 layers. */
const TAIL_START = 3.6541528853610088;
const LAYER_AREA = 0.004928673233974655;

function density(x: number): number {
  return exponential((-x * x) / 2);
}

/** Right edges of the layers from the lowest (its width stands for strip and tail together) to 0 at the top. */
function layerEdges(): Float64Array {
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = LAYER_AREA / density(TAIL_START);
  edges[1] = TAIL_START;
  for (let layer = 2; layer < LAYERS; layer++) {
    const below = edges[layer - 1]!;
    edges[layer] = Math.sqrt(-2 * naturalLogarithm(LAYER_AREA / below + density(below)));
  }
  return edges;
}

const EDGES = layerEdges();
const DENSITIES = EDGES.map(density);

/** Step of a layer: its low eight bits choose the layer, the other 24 bits (signed, plus a half) count steps. */
export const LAYER_STEPS: Float64Array = EDGES.map((edge) => edge / 2 ** 23);

/** A candidate closer to 0 than this lies under the density for certain. */
export const SURE_EDGES: Float64Array = EDGES.slice(1);

/**
 * A standard normal number from a word whose candidate was not sure (1 % of the words); draws on as needed.
 * The candidate is (word >> 8) + 1/2 steps of its layer: layer and value share no bit, and the value is never 0.
 * Source: G. Marsaglia and W. W. Tsang, The ziggurat method for generating random variables, J. Stat. Softw. 5(8),
 * 2000, with separate bits for layer and value (J. A. Doornik, An improved ziggurat method, 2005).
 */
export function normalFrom(word: number, state: Int32Array): number {
  for (let candidate = word; ; candidate = nextWord(state)) {
    const layer = candidate & 255;
    const x = ((candidate >> 8) + 0.5) * LAYER_STEPS[layer]!;
    if (Math.abs(x) < SURE_EDGES[layer]!) return x;
    if (layer === 0) return x < 0 ? -tail(state) : tail(state);
    const height = DENSITIES[layer]! + nextUniform(state) * (DENSITIES[layer + 1]! - DENSITIES[layer]!);
    if (height < density(x)) return x;
  }
}

/** A normal number beyond TAIL_START (Marsaglia 1964). */
function tail(state: Int32Array): number {
  for (;;) {
    const beyond = -naturalLogarithm(nextUniform(state)) / TAIL_START;
    const excess = -naturalLogarithm(nextUniform(state));
    if (2 * excess > beyond * beyond) return TAIL_START + beyond;
  }
}
