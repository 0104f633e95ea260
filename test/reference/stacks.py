"""Stacks of float32 values that are hard on a mean and a standard deviation.

    python stacks.py OUT_DIR [--seed 1]

writes, for every kind of data and number of dates, NAME.f32 (raw little-endian float32, dates x pixels) and NAME.json
(name, kind, dates, pixels, description). The same seed gives the same bytes.
"""

import argparse
import json
from pathlib import Path

import numpy as np

DATES = (1, 2, 3, 31, 64, 257)
TINY = np.float32(2.0**-149)


def speckle(rng, shape):
    """16-look speckle over pixels of 40 dB range: Gamma(16) intensities."""
    return rng.gamma(16, 1 / 16, shape) * 10 ** rng.uniform(-3, 1, shape[1])


def constant(rng, shape):
    """Every date of a pixel holds the same value: the standard deviation is exactly zero."""
    return np.broadcast_to(rng.gamma(1, 1, shape[1]).astype(np.float32), shape)


def huge_offset(rng, shape):
    """Mean about a million times the standard deviation."""
    return 1e6 + rng.standard_normal(shape)


def offset_1e12(rng, shape):
    """Values near 1e12 that differ in the last bits a float32 has there."""
    return np.float32(1e12) + 65536 * rng.integers(-3, 4, shape)


def wide_range(rng, shape):
    """Magnitudes from 1e-30 to 1e30 in one pixel."""
    return 10 ** rng.uniform(-30, 30, shape)


def cancelling(rng, shape):
    """Both signs and magnitudes from 1e-20 to 1e20: sums that nearly vanish."""
    values = (10 ** rng.uniform(-20, 20, shape)).astype(np.float32)
    half = shape[0] // 2
    values[half : 2 * half] = -values[:half]
    return rng.permuted(values, axis=0)


def denormal(rng, shape):
    """Multiples of the smallest float32, below and around the smallest normal one."""
    return (rng.integers(0, 1 << 25, shape) >> rng.integers(0, 25, shape)) * float(TINY)


def largest(rng, shape):
    """Values close to the largest float32, whose plain sum would overflow."""
    return rng.uniform(0.9, 1, shape) * np.finfo(np.float32).max


def nan_dotted(rng, shape):
    """Speckle with a third of the dates missing; the first pixels have no valid date at all."""
    values = speckle(rng, shape)
    values[rng.random(shape) < 1 / 3] = np.nan
    values[:, :4] = np.nan
    return values


def infinite_dotted(rng, shape):
    """Speckle with a few infinities of either sign and some missing dates."""
    values = speckle(rng, shape)
    draw = rng.random(shape)
    values[draw < 0.02] = np.inf
    values[(draw >= 0.02) & (draw < 0.03)] = -np.inf
    values[(draw >= 0.03) & (draw < 0.1)] = np.nan
    return values


def integer_ties(rng, shape):
    """Whole numbers about 2^24, whose means fall halfway between two float32 values again and again."""
    base = (1 << 24) + 2 * rng.integers(0, 1 << 20, shape[1])
    return base + 2 * rng.integers(0, 3, shape)


def near_ties(rng, shape):
    """Means exactly halfway between two float32 values but for one date of 0 or ±2^-100 (odd counts: one is missing)."""
    dates, pixels = shape
    if dates < 4:
        return integer_ties(rng, shape)
    valid = dates - dates % 2
    tie = (1 << 24) + 1 + 2 * rng.integers(0, 1 << 20, pixels)
    values = tie + 1 + 2 * rng.integers(-3, 3, (valid - 2, pixels))
    values[0] += (valid * tie - values.sum(axis=0)) % 4  # the last whole number must be a multiple of 4
    last = valid * tie - values.sum(axis=0)
    grain = rng.integers(-1, 2, pixels) * 2.0**-100
    missing = np.full((dates - valid, pixels), np.nan)
    return rng.permuted(np.vstack([values, last, grain, missing]), axis=0)


def deviation_ties(rng, shape):
    """Two values in equal numbers, so far apart that mean and standard deviation are halfway between two float32."""
    high = (1 << 25) + 4 * rng.integers(0, 1 << 20, shape[1])
    return np.where(np.arange(shape[0])[:, None] % 2, high, -2)


def two_valued(rng, shape):
    """Each pixel holds two values, in turn as chance has it."""
    low, high = rng.gamma(1, 1, (2, shape[1]))
    return np.where(rng.random(shape) < 0.5, low, high)


def square_deviations(rng, shape):
    """Half the dates at a - b, half at a + b: for even counts the standard deviation is exactly b."""
    a = rng.integers(1 << 10, 1 << 20, shape[1])
    b = rng.integers(1, 1 << 10, shape[1])
    return a + b * np.where(np.arange(shape[0])[:, None] % 2, 1, -1)


def nist_num_acc(rng, shape):
    """After NIST StRD NumAcc1-4: 1e7 + {1, 3, 2}; then an offset and offsets ±0.1 in turn for 1, 1e6 and 1e7.

    The offsets of NumAcc3 and NumAcc4 are widened to what a float32 can hold there (1/8 and 1).
    """
    dates, pixels = shape
    turn = np.where(np.arange(dates) % 2, -1.0, 1.0)
    turn[0] = 0
    acc1 = 1e7 + np.array([1, 3, 2])[np.arange(dates) % 3]
    columns = [acc1, 1.2 + 0.1 * turn, 1000000.25 + 0.125 * turn, 10000002 + turn]
    return np.stack([columns[i % 4] for i in range(pixels)], axis=1)


KINDS = (
    speckle, constant, huge_offset, offset_1e12, wide_range, cancelling, denormal, largest, nan_dotted,
    infinite_dotted, integer_ties, near_ties, deviation_ties, two_valued, square_deviations, nist_num_acc,
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out_dir.mkdir(parents=True, exist_ok=True)
    for number, kind in enumerate(KINDS):
        for dates in DATES:
            pixels = max(32, min(2048, 4096 // dates))
            rng = np.random.default_rng([args.seed, number, dates])
            values = np.ascontiguousarray(kind(rng, (dates, pixels)), "<f4")
            name = f"{kind.__name__}-{dates}"
            values.tofile(args.out_dir / f"{name}.f32")
            description = kind.__doc__.partition("\n")[0]
            facts = {"name": name, "kind": kind.__name__, "dates": dates, "pixels": pixels}
            (args.out_dir / f"{name}.json").write_text(json.dumps({**facts, "description": description}) + "\n")


if __name__ == "__main__":
    main()
