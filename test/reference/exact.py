"""Correctly rounded temporal mean and standard deviation (ddof 0) of a stack of float32 values.

    python exact.py STACK.json [STACK.json ...]

reads STACK.f32 (raw little-endian float32, dates x pixels, as stacks.py writes it) beside each STACK.json and writes
STACK.mean.f32, STACK.std.f32 (raw float32) and STACK.count.u32 (raw uint32).

Every finite float32 is a whole number of 2^-149, so the sums are integers of Python and nothing is rounded before the
end: the result is the float32 nearest to the exact value, ties to even. NaN dates are left out; no valid date gives
NaN. With infinities among the dates the mean is what their IEEE sum is (an infinity, or NaN for both signs) and the
standard deviation is NaN. An exact zero is +0; a negative mean too small for a float32 is -0.

Only the standard library of Python is used.
"""

import json
import math
import struct
import sys
from array import array
from math import isqrt
from pathlib import Path

INFINITY = 0x7F800000
NAN = 0x7FC00000
SIGN = 0x80000000


def scaled(bits):
    """The value of a finite float32, given its bits, as a whole number of 2^-149."""
    exponent = bits >> 23 & 0xFF
    fraction = bits & 0x7FFFFF
    magnitude = (fraction | 0x800000) << exponent - 1 if exponent else fraction
    return -magnitude if bits & SIGN else magnitude


def pack(significand, shift):
    """The bits of the float32 significand * 2^(shift - 149), where 0 <= significand <= 2^24, full if shift > 0."""
    if significand == 1 << 24:
        significand, shift = 1 << 23, shift + 1
    if significand < 1 << 23:
        return significand
    return min(shift + 1 << 23 | significand & 0x7FFFFF, INFINITY)


def nearest_even(halves, exact):
    """Half of a whole number, rounded to nearest, ties to even; `exact` is False if a remainder was cut off."""
    quotient, odd = divmod(halves, 2)
    return quotient + (1 if odd and (not exact or quotient & 1) else 0)


def rounded_ratio(numerator, denominator):
    """The bits of the float32 nearest to numerator / denominator units of 2^-149."""
    magnitude = abs(numerator)
    shift = max(0, (magnitude // denominator).bit_length() - 24)
    halves, rest = divmod(2 * magnitude, denominator << shift)
    bits = pack(nearest_even(halves, rest == 0), shift)
    return bits | SIGN if numerator < 0 else bits


def rounded_root_ratio(radicand, denominator):
    """The bits of the float32 nearest to sqrt(radicand) / denominator units of 2^-149."""
    shift = max(0, (isqrt(radicand) // denominator).bit_length() - 24)
    divisor = denominator << shift
    halves = isqrt(4 * radicand) // divisor
    return pack(nearest_even(halves, (halves * divisor) ** 2 == 4 * radicand), shift)


def statistics(values):
    """Bits of the mean, bits of the standard deviation, and the number of valid dates, from the bits of the dates."""
    valid = [bits for bits in values if bits & 0x7FFFFFFF <= INFINITY]
    count = len(valid)
    if count == 0:
        return NAN, NAN, 0
    infinities = {bits for bits in valid if bits & 0x7FFFFFFF == INFINITY}
    if infinities:
        return infinities.pop() if len(infinities) == 1 else NAN, NAN, count
    numbers = [scaled(bits) for bits in valid]
    total = sum(numbers)
    spread = count * sum(number * number for number in numbers) - total * total
    return rounded_ratio(total, count), rounded_root_ratio(spread, count), count


def bits_of(number):
    """The bits of a number that is a float32 (used by the tests)."""
    return struct.unpack("<I", struct.pack("<f", number))[0]


def value_of(bits):
    """The float32 with these bits, as a Python float."""
    return math.nan if bits == NAN else struct.unpack("<f", struct.pack("<I", bits))[0]


def words(path):
    """The little-endian 32-bit words of a file."""
    result = array("I", path.read_bytes())
    if sys.byteorder == "big":
        result.byteswap()
    return result


def write_words(path, numbers):
    """Writes 32-bit words, little-endian."""
    path.write_bytes(struct.pack(f"<{len(numbers)}I", *numbers))


def process(description):
    """Writes the exact results of one stack beside its description."""
    facts = json.loads(description.read_text())
    dates, pixels = facts["dates"], facts["pixels"]
    stack = words(description.with_suffix(".f32"))
    if len(stack) != dates * pixels:
        raise SystemExit(f"{description}: found {len(stack)} values, expected {dates} x {pixels}")
    results = [statistics(stack[pixel::pixels]) for pixel in range(pixels)]
    for suffix, column in zip((".mean.f32", ".std.f32", ".count.u32"), zip(*results)):
        write_words(description.with_suffix(suffix), column)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: exact.py STACK.json [STACK.json ...]")
    for argument in sys.argv[1:]:
        process(Path(argument))
