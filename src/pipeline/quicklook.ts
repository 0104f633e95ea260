import { setImmediate as letSignalsIn } from "node:timers/promises";
import type { Looks, Raster, Shape } from "../core/raster";
import { openSlcStack } from "../io/slcFolder";
import { BoxMeans, boxFor } from "./boxMeans";
import { drawPicture, type Picture } from "./picture";
import { openPlaneRows } from "./planeRows";
import { scanRows } from "./scanRows";
import { openSlcRows } from "./slcRows";

/** Pixels of the longer side, at most. */
export const LONGEST_SIDE = 1024;

export interface QuicklookOptions {
  /** Pixels of the longer side, at most; default 1024. */
  readonly longest?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A small image of mean power, and its picture in decibels. */
export interface Quicklook extends Picture {
  /** Linear power; NaN where there is none. */
  readonly plane: Raster;
  /** Pixels of the original a pixel. */
  readonly box: Looks;
}

/**
 * Temporal mean of |S|² of a folder of SLC images, averaged over boxes in power: 4 looks of each date or 400, never a
 * sample picked out. Boxes of exact zeros are no data; incomplete boxes at the far edges are dropped.
 * Memory: a few rows of one image and the small one.
 * @throws FormatError, ShapeError an image cannot be read
 */
export async function slcQuicklook(folder: string, options: QuicklookOptions = {}): Promise<Quicklook> {
  const box = boxWithin(openSlcStack(folder).shape, options.longest ?? LONGEST_SIDE);
  const { rows } = openSlcRows(folder, { looks: box, crop: null, nodata: "zero" });
  const { azimuth, range } = rows.window;
  const mean = new BoxMeans(
    { azimuth: rows.sources.length, range: azimuth * range },
    { azimuth: rows.sources.length, range: 1 },
  );
  for (let date = 0; date < rows.sources.length; date++) {
    await letSignalsIn();
    options.signal?.throwIfAborted();
    const values = new Float32Array(azimuth * range);
    scanRows(rows, [date], ([plane], row) => values.set(plane!, row * range));
    mean.add(values, date);
    options.onProgress?.(date + 1, rows.sources.length);
  }
  const plane = { shape: { azimuth, range }, values: mean.finish().values };
  const dates = rows.dates.length;
  return drawQuicklook(plane, box, `mean |S|^2 of ${dates} date${dates === 1 ? "" : "s"}`);
}

/**
 * A float32 plane of linear power (mean, std, a crop) averaged over boxes; incomplete boxes at the far edges are kept.
 * @throws FormatError the file is no one-band TIFF
 */
export async function planeQuicklook(path: string, options: QuicklookOptions = {}): Promise<Quicklook> {
  const rows = await openPlaneRows([path]);
  const box = boxFor(rows.window, options.longest ?? LONGEST_SIDE);
  const means = new BoxMeans(rows.window, box);
  scanRows(rows, [0], ([plane], row) => means.add(plane!, row));
  return drawQuicklook(means.finish(), box, "power");
}

function drawQuicklook(plane: Raster, box: Looks, what: string): Quicklook {
  const boxes = `power-averaged over ${box.azimuth}x${box.range} pixels`;
  const picture = drawPicture(plane, {
    scale: "decibel",
    colours: "grey",
    description: `${what}, ${boxes}, dB, not calibrated`,
  });
  return { ...picture, plane, box };
}

/** A thin image has no whole box of equal sides. */
function boxWithin(shape: Shape, longest: number): Looks {
  const box = boxFor(shape, longest);
  return { azimuth: Math.min(box.azimuth, shape.azimuth), range: Math.min(box.range, shape.range) };
}
