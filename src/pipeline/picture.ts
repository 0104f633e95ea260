import { setImmediate as letSignalsIn } from "node:timers/promises";
import type { ColourName, MapScale } from "../core/maps";
import { type Looks, pixelCount, type Raster, type Shape } from "../core/raster";
import { quantileOfSorted } from "../evidence/numbers";
import type { SlcChoice } from "../io/choose";
import { openSlcStack } from "../io/folders";
import { scanRows } from "./rowReader";
import { openPlaneRows, openSlcRows } from "./stackRows";

const LONGEST_SIDE = 1024;

interface QuicklookOptions {
  /** Pixels of the longer side, at most; default 1024. */
  readonly longest?: number;
  /** Which images are meant, where several of a date are there. */
  readonly choice?: SlcChoice;
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
 * sample picked out. Boxes less than half of which is there are no data; incomplete
 * boxes at the far edges are dropped.
 * Memory: a few rows of one image and the small one.
 * @param folder of SLC images
 * @param options pixels of the longer side, signal and progress
 * @returns a PNG in dB, the averaged plane it shows (linear power), and a description
 * @throws FormatError, ShapeError an image cannot be read
 */
export async function slcQuicklook(folder: string, options: QuicklookOptions = {}): Promise<Quicklook> {
  const { choice } = options;
  const image = openSlcStack(folder, choice).shape;
  const side = boxFor(image, options.longest ?? LONGEST_SIDE).azimuth;
  // A thin image has no whole box of equal sides.
  const box = { azimuth: Math.min(side, image.azimuth), range: Math.min(side, image.range) };
  const { rows } = openSlcRows(folder, { looks: box, crop: null, nodata: "zero", choice });
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
 * @param path of the TIFF
 * @param options pixels of the longer side, signal and progress
 * @returns a PNG in dB, the averaged plane it shows, and a description
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
  const description = `${what}, ${boxes}, dB, not calibrated`;
  return { ...drawPicture(plane, { scale: "decibel", colours: "grey", description }), plane, box };
}

/** The part of the values that the colours are spread over. */
export const PERCENTILES: readonly [number, number] = [2, 98];

interface PictureOptions {
  readonly scale: MapScale;
  readonly colours: ColourName;
  /** In decibels where the scale is so; left out: between the percentiles of the values. */
  readonly stretch?: Stretch;
  /** What the values are; the stretch is added. */
  readonly description: string;
}

/** A plane as PNG, with the stretch it was drawn with. */
interface Picture {
  readonly png: Uint8Array;
  readonly stretch: Stretch;
  /** The stretch is between PERCENTILES. */
  readonly byPercentiles: boolean;
  /** The sentence that the PNG carries too. */
  readonly description: string;
  /** Colours from low to high, as #rrggbb. */
  readonly colourStops: readonly string[];
}

/** Draws a plane; NaN is transparent. A plane without finite values is drawn over 0 to 1. */
export function drawPicture(plane: Raster, options: PictureOptions): Picture {
  const values = options.scale === "decibel" ? toDecibels(plane.values) : plane.values;
  const stretch = options.stretch ?? percentileStretch(values, PERCENTILES) ?? { low: 0, high: 1 };
  const palette = makePalette(options.colours);
  const unit = options.scale === "decibel" ? " dB" : "";
  const byPercentiles = options.stretch === undefined;
  const how = byPercentiles ? ` (${PERCENTILES.join("-")} %)` : "";
  const description = `${options.description}; stretch ${stretch.low.toFixed(2)} to ${stretch.high.toFixed(2)}${unit}${how}`;
  const png = encodePng({ shape: plane.shape, levels: toLevels(values, stretch), palette, description });
  return { png, stretch, byPercentiles, description, colourStops: colourBar(palette) };
}

/** Cells a pixel so that no side has more than `longest` pixels; the same along both axes. */
export function boxFor(shape: Shape, longest: number): Looks {
  const side = Math.max(1, Math.ceil(Math.max(shape.azimuth, shape.range) / longest));
  return { azimuth: side, range: side };
}

/** Shape of the means of boxes: those at the far edges may be incomplete. */
export function boxedShape(shape: Shape, box: Looks): Shape {
  return { azimuth: Math.ceil(shape.azimuth / box.azimuth), range: Math.ceil(shape.range / box.range) };
}

/**
 * Averages an image over boxes while its rows come in. Values are averaged as they are: of power, so that speckle keeps its
 * mean; decibels are taken afterwards. NaN cells are left out; a box of nothing else is NaN. Float64 sums.
 */
export class BoxMeans {
  /** Of the means. */
  readonly shape: Shape;
  readonly #width: number;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(
    shape: Shape,
    private readonly box: Looks,
  ) {
    this.shape = boxedShape(shape, box);
    this.#width = shape.range;
    this.#sums = new Float64Array(this.shape.azimuth * this.shape.range);
    this.#counts = new Uint32Array(this.#sums.length);
  }

  /** @param values whole rows, one after the other, from `row` of the image on */
  add(values: ArrayLike<number>, row: number): void {
    const rows = values.length / this.#width;
    for (let r = 0; r < rows; r++) {
      const first = Math.floor((row + r) / this.box.azimuth) * this.shape.range;
      let at = r * this.#width;
      for (let column = 0; column < this.#width; column++, at++) {
        const value = values[at]!;
        if (Number.isNaN(value)) continue;
        const box = first + Math.floor(column / this.box.range);
        this.#sums[box]! += value;
        this.#counts[box]! += 1;
      }
    }
  }

  /** The mean of each box, shape ceil(azimuth / box.azimuth) x ceil(range / box.range). */
  finish(): Raster {
    return { shape: this.shape, values: Float32Array.from(this.#sums, (sum, i) => sum / this.#counts[i]!) };
  }
}

/** What the first and the last level stand for. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/** Level 0 is no data. */
const LEVELS = 255;

/** 10 log10 of linear power: -Infinity of 0, NaN of NaN and of negative values. */
export function toDecibels(power: Float32Array): Float32Array {
  return power.map((value) => 10 * Math.log10(value));
}

/**
 * The stretch between two percentiles of the finite values, by linear interpolation between order statistics (numpy's
 * default).
 * @returns null where no value is finite
 */
export function percentileStretch(
  values: Float32Array,
  percentiles: readonly [number, number],
): Stretch | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0) return null;
  const [low, high] = percentiles.map((percent) => quantileOfSorted(sorted, percent / 100)) as [
    number,
    number,
  ];
  // Values that are all equal stand in the middle of a stretch of width 1.
  return low < high ? { low, high } : { low: low - 0.5, high: low + 0.5 };
}

/** NaN becomes 0; else 1 (low and below) to 255 (high and above), evenly spaced, rounded to the nearest. */
export function toLevels(values: Float32Array, { low, high }: Stretch): Uint8Array {
  return Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    return 1 + Math.round(share * (LEVELS - 1));
  });
}

/** Red, green, blue and opacity, 0..255. */
type Colour = readonly [number, number, number, number];

/**
 * Colours of the levels of `toLevels`: 0 transparent, then dark to light in perceptually even steps. Grey for power, as
 * radar images are shown; cividis (Nuñez, Anderton and Renslow 2018), which colour-blind readers see alike, for the rest.
 */
function makePalette(name: ColourName): readonly Colour[] {
  const colourAt = name === "grey" ? greyAt : cividisAt();
  return [[0, 0, 0, 0], ...Array.from({ length: LEVELS }, (_, i) => colourAt(i / (LEVELS - 1)))];
}

/** A palette at nine even places from dark to light, as #rrggbb: for a colour bar. */
function colourBar(palette: readonly Colour[]): readonly string[] {
  return Array.from({ length: 9 }, (_, i) => {
    const [red, green, blue] = palette[1 + Math.round((i / 8) * (LEVELS - 1))]!;
    return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  });
}

function greyAt(share: number): Colour {
  const level = Math.round(share * 255);
  return [level, level, level, 255];
}

function cividisAt(): (share: number) => Colour {
  // The package carries no types.
  const scales = require("d3-scale-chromatic") as { interpolateCividis(share: number): string };
  return (share) => {
    const [red, green, blue] = scales.interpolateCividis(share).match(/\d+/g)!.map(Number);
    return [red!, green!, blue!, 255];
  };
}

/** A picture of up to 256 colours. */
interface IndexedImage {
  readonly shape: Shape;
  /** One a pixel, row-major, the place of its colour in the palette. */
  readonly levels: Uint8Array;
  /** Only the first colours may be other than opaque. */
  readonly palette: readonly Colour[];
  /** What the picture shows, kept in the file (Latin-1). */
  readonly description: string;
}

/** The bytes of a PNG file: 8 bits, palette, no interlacing. Equal images give equal bytes. */
export function encodePng({ shape, levels, palette, description }: IndexedImage): Uint8Array {
  if (levels.length !== pixelCount(shape))
    throw new RangeError(`${levels.length} levels for ${pixelCount(shape)} pixels`);
  const { encode } = require("fast-png") as typeof import("fast-png");
  return encode(
    {
      width: shape.range,
      height: shape.azimuth,
      data: levels,
      depth: 8,
      channels: 1,
      palette: palette.map((colour) => [...colour]),
      text: { Description: description, Software: "pila" },
    },
    // Levels of speckle hardly compress better with more effort.
    { zlib: { level: 6 } },
  );
}
