// Random numbers that are the same on every machine and in any order of drawing: streams, uniform and normal numbers.

/** Words of state of one stream of random numbers. */
export const STATE_WORDS = 4;

/** Rounds that mix the three key words before the first number is used, as the author of sfc32 does it. */
const MIXING_ROUNDS = 15;

/** The stream of a date that belongs to no row: border widths, phases of the point targets. */
export const DATE_STREAM = 0xffffffff;

/**
 * Starts the stream of (seed, date, row). Every round of sfc32 is a bijection of its state, so different keys can
 * never start in the same state: rows may be drawn in any order, by any number of workers.
 * Source: C. Doty-Humphrey, PractRand, generator sfc32 with its seeding from three words.
 * @param state receives the start, STATE_WORDS words
 * @param seed 0 to 2^32 - 1
 * @param date the date as a number, 20230105
 * @param row line of the image, or DATE_STREAM
 */
export function startStream(state: Int32Array, seed: number, date: number, row: number): void {
  state[0] = seed;
  state[1] = date;
  state[2] = row;
  state[3] = 1;
  for (let round = 0; round < MIXING_ROUNDS; round++) nextWord(state);
}

/** The next 32 random bits of a stream, as a signed whole number; `fillSpeckle` holds the same round. */
export function nextWord(state: Int32Array): number {
  const a = state[0]!;
  const b = state[1]!;
  const c = state[2]!;
  const counter = state[3]!;
  const word = (a + b + counter) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = (c + (c << 3)) | 0;
  state[2] = (((c << 21) | (c >>> 11)) + word) | 0;
  state[3] = (counter + 1) | 0;
  return word;
}

/** A uniform number strictly between 0 and 1, in steps of 2^-32. */
export function nextUniform(state: Int32Array): number {
  return ((nextWord(state) >>> 0) + 0.5) / 2 ** 32;
}

// ECMAScript leaves the last bits of Math.exp and Math.log to the engine, and V8 has changed such functions between
// versions. These two use + - * / alone, which IEEE 754 fixes to the last bit: simulated bytes are equal everywhere.

const HALVINGS = 10;
const EXPONENTIAL_TERMS = 8;
const LOGARITHM_TERMS = 24;
const LN_2 = Math.LN2;

/**
 * e^x for -50 <= x <= 0, relative error below 1e-12: Taylor series of x / 2^10, squared ten times.
 */
export function exponential(x: number): number {
  const small = x / 2 ** HALVINGS;
  let sum = 1;
  for (let term = EXPONENTIAL_TERMS; term >= 1; term--) sum = 1 + (small / term) * sum;
  for (let halving = 0; halving < HALVINGS; halving++) sum *= sum;
  return sum;
}

/**
 * Natural logarithm of 2^-33 <= x <= 1, absolute error below 1e-14: x is doubled until it lies in (1/2, 1], there
 * ln x = 2 artanh((x - 1) / (x + 1)) by its series.
 */
export function naturalLogarithm(x: number): number {
  let mantissa = x;
  let doublings = 0;
  while (mantissa <= 0.5) {
    mantissa *= 2;
    doublings++;
  }
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = LOGARITHM_TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return 2 * ratio * sum - doublings * LN_2;
}

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
