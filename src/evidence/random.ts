/** A stream of pseudo-random numbers that one seed fixes on every machine. */
export interface Random {
  /** Whole number 0 .. 2^32 - 1. */
  uint32(): number;
  /** 0 <= x < 1, a multiple of 2^-32. */
  uniform(): number;
  /** Whole number 0 .. count - 1, each equally likely; count is 1 .. 2^32. */
  below(count: number): number;
  /** Standard normal (Box-Muller, the cosine half only). */
  normal(): number;
}

const TWO_32 = 2 ** 32;

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** splitmix32: turns any whole number into well-mixed words of state. */
function splitMix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna, 2018; public domain) on four words of state, not all zero.
 * Period 2^128 - 1.
 */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;
  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  }
  const uniform = (): number => uint32() / TWO_32;
  function below(count: number): number {
    // Words past the last whole multiple of count would favour the small numbers.
    const limit = TWO_32 - (TWO_32 % count);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % count;
  }
  function normal(): number {
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }
  return { uint32, uniform, below, normal };
}

/**
 * The stream of a seed: xoshiro128** whose four words are the first four of splitmix32.
 * @param seed whole number; only its low 32 bits count
 */
export function createRandom(seed: number): Random {
  const next = splitMix(seed);
  return randomFromState([next(), next(), next(), next()]);
}

/** A copy in random order, every order equally likely (Fisher-Yates from the last place down). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    const held = result[last]!;
    result[last] = result[chosen]!;
    result[chosen] = held;
  }
  return result;
}
