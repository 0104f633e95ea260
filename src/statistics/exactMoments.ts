/** Mean and std of the valid dates of one cell. */
interface Moments {
  readonly mean: number;
  readonly std: number;
  readonly count: number;
}

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/**
 * Mean and std (ddof 0), NaN left out, each the float32 nearest to the exact value (ties to even), by whole numbers:
 * for the few cells that float64 pairs cannot decide.
 * Infinite values give the mean IEEE sums give (an infinity, or NaN when both signs meet) and std NaN;
 * no valid value gives NaN, NaN and count 0.
 * @param values float32 values
 */
export function exactMoments(values: Iterable<number>): Moments {
  let count = 0;
  let infinite = 0;
  let sum = 0n;
  let squares = 0n;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count += 1;
    if (!Number.isFinite(value)) {
      infinite += value;
      continue;
    }
    const units = toUnits(value);
    sum += units;
    squares += units * units;
  }
  if (count === 0) return { mean: Number.NaN, std: Number.NaN, count };
  if (infinite !== 0) return { mean: infinite, std: Number.NaN, count };
  const n = BigInt(count);
  const variance = n * squares - sum * sum;
  return { mean: nearestQuotient(sum, n), std: nearestRoot(variance, n), count };
}

/** value * 2^149: every finite float32 is a whole number of 2^-149. */
function toUnits(value: number): bigint {
  single[0] = Math.abs(value);
  const magnitude = unitsOfBits(word[0]!);
  return value < 0 ? -magnitude : magnitude;
}

/** The float32 nearest to (numerator / n) * 2^-149. */
function nearestQuotient(numerator: bigint, n: bigint): number {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const nearest = nearestFloat((halfUnits) => compare(halfUnits * n, 2n * magnitude));
  return numerator < 0n ? -nearest : nearest;
}

/** The float32 nearest to sqrt(variance) / n * 2^-149. */
function nearestRoot(variance: bigint, n: bigint): number {
  return nearestFloat((halfUnits) => compare((halfUnits * n) ** 2n, 4n * variance));
}

/**
 * The float32 nearest to a number that is only known by comparison, ties to even.
 * @param compareTo sign of (halfUnits * 2^-150 - exact): midpoints of neighbouring float32 are whole half units
 */
function nearestFloat(compareTo: (halfUnits: bigint) => number): number {
  // Positive float32 are ordered as their bits: the largest whose value is not above the exact one, by bisection.
  let low = 0;
  let high = 0x7f800000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (compareTo(2n * unitsOfBits(middle)) <= 0) low = middle;
    else high = middle;
  }
  const side = compareTo(unitsOfBits(low) + unitsOfBits(low + 1));
  const roundsUp = side < 0 || (side === 0 && low % 2 === 1);
  word[0] = roundsUp ? low + 1 : low;
  return single[0]!;
}

function unitsOfBits(bits: number): bigint {
  const exponent = bits >>> 23;
  const fraction = bits & 0x7fffff;
  return exponent === 0 ? BigInt(fraction) : BigInt(fraction | 0x800000) << BigInt(exponent - 1);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
