"""Temporal mean, standard deviation (ddof 0) and count of a folder of SLC images or of intensity crops, in float64.

    python oracle.py DIR OUT [--looks 4 | 4x4] [--crop ROWS,COLS,ROW0,COL0] [--nodata zero|none] [--crops]

DIR with *.slc.vrt or *.slc.xml (ISCE2, told apart by content) is taken from the samples on: |S|^2, looks, crop, with
no rounding to float32 in between; DIR with *.tif is read with rasterio and only reduced. Writes OUT/mean.f64, std.f64
and count.f64 (raw little-endian float64, rows x columns) and OUT/oracle.json (rows, columns, dates); with --crops also
OUT/DATE.f64, the intensity of each date.

A cell whose samples are all exactly 0+0i is no data (NaN) unless --nodata none; NaN dates are left out per pixel.
The headers are read here, not by GDAL: sample type, byte order and offsets as written in the file.
"""

import argparse
import json
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np


def child_texts(element):
    """The text of each child by lower-case name: ISCE2 and GDAL do not agree on case."""
    return {child.tag.lower(): (child.text or "").strip() for child in element}


def read_raw(path, shape, image_offset, pixel_offset, line_offset, byte_order):
    """The samples of a raw complex64 file, azimuth x range."""
    return np.ndarray(shape, f"{byte_order}c8", np.fromfile(path, np.uint8), image_offset, (line_offset, pixel_offset))


def read_vrt(path, root):
    """The samples of a VRT of one complex band: raw, or a whole other file (SimpleSource)."""
    attributes = {name.lower(): value for name, value in root.attrib.items()}
    shape = int(attributes["rasterysize"]), int(attributes["rasterxsize"])
    band = next(child for child in root if child.tag.lower() == "vrtrasterband")
    source = next(element for element in band.iter() if element.tag.lower() == "sourcefilename")
    target = path.resolve().parent / source.text.strip()  # an absolute name replaces the folder
    if any(child.tag.lower() == "simplesource" for child in band):
        return read_slc(target if target.suffix == ".vrt" else target.with_name(target.name + ".vrt"))
    texts = child_texts(band)
    pixel = int(texts.get("pixeloffset", 8))
    line = int(texts.get("lineoffset", pixel * shape[1]))
    order = ">" if texts.get("byteorder", "LSB").upper() == "MSB" else "<"
    return read_raw(target, shape, int(texts.get("imageoffset", 0)), pixel, line, order)


def read_isce(path, root):
    """The samples of the .slc file beside an ISCE2 .slc.xml."""
    values = {}
    for element in root.iter():
        if element.tag.lower() == "property":
            values[element.get("name").lower()] = child_texts(element).get("value", "")
    shape = int(values["length"]), int(values["width"])
    order = ">" if values.get("byte_order", "l").lower() == "b" else "<"
    real = path.resolve()
    return read_raw(real.with_name(real.name.partition(".slc")[0] + ".slc"), shape, 0, 8, 8 * shape[1], order)


def read_slc(path):
    """The samples of one date as complex64, azimuth x range."""
    root = ElementTree.fromstring(path.read_text())
    return read_isce(path, root) if root.tag.lower() == "imagefile" else read_vrt(path, root)


def intensity(samples, looks, crop, zeros_are_missing):
    """Mean of |S|^2 per cell in float64; `crop` is rows, columns, first row, first column in cells, or None.

    Where zeros are missing, a sample of exactly 0+0i or with a NaN is; a cell is the mean of the samples that are
    there when at least half are, else NaN.
    """
    rows, columns = samples.shape[0] // looks[0], samples.shape[1] // looks[1]
    height, width, row0, column0 = crop or (rows, columns, 0, 0)
    if min(height, width) < 1 or min(row0, column0) < 0 or row0 + height > rows or column0 + width > columns:
        raise SystemExit(f"crop {crop} is not inside {rows} x {columns}")
    cells = samples[: rows * looks[0], : columns * looks[1]].reshape(rows, looks[0], columns, looks[1])
    cells = cells[row0 : row0 + height, :, column0 : column0 + width]
    power = cells.real.astype(np.float64) ** 2 + cells.imag.astype(np.float64) ** 2
    if not zeros_are_missing:
        return power.mean(axis=(1, 3))
    there = (cells != 0) & ~np.isnan(power)
    count = there.sum(axis=(1, 3))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, power, 0).sum(axis=(1, 3)) / count
    mean[2 * count < looks[0] * looks[1]] = np.nan
    return mean


def read_crop(path):
    """The intensity of one date from a GeoTIFF."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    warnings.simplefilter("ignore", NotGeoreferencedWarning)  # images in radar geometry have no georeference
    with rasterio.open(path) as dataset:
        return dataset.read(1).astype(np.float64)


def temporal(images):
    """Mean, standard deviation (ddof 0) and number of the dates that are not NaN, per pixel, by two passes."""
    stack = np.stack(images)
    valid = ~np.isnan(stack)
    count = valid.sum(axis=0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(valid, stack, 0).sum(axis=0) / count
        deviations = np.where(valid, stack - mean, 0)
        std = np.sqrt((deviations**2).sum(axis=0) / count)
    return mean, std, count


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--looks", default="4")
    parser.add_argument("--crop")
    parser.add_argument("--nodata", choices=["zero", "none"], default="zero")
    parser.add_argument("--crops", action="store_true")
    args = parser.parse_args()
    azimuth, _, range_ = args.looks.partition("x")
    looks = int(azimuth), int(range_ or azimuth)
    crop = tuple(int(number) for number in args.crop.split(",")) if args.crop else None

    headers = {path.name.partition(".slc")[0]: path for path in sorted(args.folder.glob("*.slc.xml"))}
    headers |= {path.name.partition(".slc")[0]: path for path in sorted(args.folder.glob("*.slc.vrt"))}
    if headers:
        dates = sorted(headers)
        images = [intensity(read_slc(headers[date]), looks, crop, args.nodata == "zero") for date in dates]
    else:
        files = sorted(args.folder.glob("*_int_crop.tif")) or sorted(args.folder.glob("*.tif"))
        if not files:
            raise SystemExit(f"{args.folder}: found no *.slc.vrt, *.slc.xml or *.tif")
        dates = [path.stem.removesuffix("_int_crop") for path in files]
        images = [read_crop(path) for path in files]

    args.out.mkdir(parents=True, exist_ok=True)
    for name, image in zip(("mean", "std", "count"), temporal(images)):
        image.astype("<f8").tofile(args.out / f"{name}.f64")
    if args.crops:
        for date, image in zip(dates, images):
            image.astype("<f8").tofile(args.out / f"{date}.f64")
    rows, columns = images[0].shape
    (args.out / "oracle.json").write_text(json.dumps({"rows": rows, "columns": columns, "dates": dates}) + "\n")


if __name__ == "__main__":
    main()
