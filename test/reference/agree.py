"""How far two results of the same work are apart, over the pixels valid in both. Prints one JSON object.

    python agree.py MEAN_A STD_A MEAN_B STD_B      GeoTIFF, or raw float32 (.f32)
    python agree.py --crops DIR_A DIR_B            *_int_crop.tif of the same names

`mean`: greatest |A - B| / B of means (or crops); `std`: greatest |A - B| / mean of standard deviations; `nan`: pixels
that are NaN on one side only; `pixels`: pixels valid in both.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning

warnings.simplefilter("ignore", NotGeoreferencedWarning)


def read(path):
    """The values of an image in float64, as one row."""
    if path.suffix == ".f32":
        return np.fromfile(path, "<f4").astype(np.float64)
    with rasterio.open(path) as dataset:
        return dataset.read(1).ravel().astype(np.float64)


def difference(a, b, scale):
    """Greatest |a - b| / scale over the pixels valid on both sides, pixels NaN on one side only, pixels valid."""
    if a.size != b.size:
        raise SystemExit(f"found images of {a.size} and {b.size} pixels, expected the same size")
    both = ~np.isnan(a) & ~np.isnan(b)
    gap = np.abs(a - b)[both]
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(gap == 0, 0, gap / scale[both])
    return float(relative.max(initial=0)), int((np.isnan(a) != np.isnan(b)).sum()), int(both.sum())


def compare_statistics(mean_a, std_a, mean_b, std_b):
    """The differences of two pairs of mean and standard deviation."""
    means = [read(mean_a), read(mean_b)]
    mean, mean_nan, pixels = difference(*means, np.abs(means[1]))
    std, std_nan, _ = difference(read(std_a), read(std_b), np.abs(means[1]))
    return {"mean": mean, "std": std, "nan": mean_nan + std_nan, "pixels": pixels}


def compare_crops(folder_a, folder_b):
    """The differences of two folders of crops."""
    names = [sorted(path.name for path in folder.glob("*_int_crop.tif")) for folder in (folder_a, folder_b)]
    if names[0] != names[1] or not names[0]:
        raise SystemExit(f"found crops {names[0]} and {names[1]}, expected the same names")
    pairs = [(read(folder_a / name), read(folder_b / name)) for name in names[0]]
    rows = [difference(a, b, np.abs(b)) for a, b in pairs]
    return {
        "mean": max(row[0] for row in rows),
        "std": 0.0,
        "nan": sum(row[1] for row in rows),
        "pixels": sum(row[2] for row in rows),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--crops"] and len(sys.argv) == 4:
        found = compare_crops(Path(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) == 5:
        found = compare_statistics(*map(Path, sys.argv[1:]))
    else:
        raise SystemExit("usage: agree.py MEAN_A STD_A MEAN_B STD_B | agree.py --crops DIR_A DIR_B")
    print(json.dumps(found))
