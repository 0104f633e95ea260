// Real images of any making: by plain bytes where they are, else by GDAL, else by geotiff as far as it is right.
import { type FormatError, fault, PilaError } from "../../core/errors";
import type { Finding } from "../../core/findings";
import type { PlaneSource, Raster } from "../../core/raster";
import { readHead } from "../inputFile";
import { dateIn, polarisationIn } from "../names";
import { PlaneReader } from "../rows";
import { formatSamples, isTiff, plainTiffBand, readTiff, requireWhole, type TiffImage } from "../tiff";

/** A real band of a file. */
export interface IntensityBand {
  readonly source: PlaneSource;
  /** From 1. */
  readonly band: number;
  /** Its description; null where it has none or is alone. */
  readonly label: string | null;
  /** `20180101`, told by the band itself. */
  readonly date: string | null;
  readonly polarisation: string | null;
  readonly findings: readonly Finding[];
}

/**
 * The real bands of an image, masks and alpha left out.
 * @param band only this one, from 1; null: all
 * @throws FormatError it is no image, complex or truncated, or needs GDAL's library where there is none
 */
export async function describeIntensities(
  path: string,
  band: number | null,
): Promise<readonly IntensityBand[]> {
  const { head, size } = readFirst(path);
  const images = isTiff(head) ? await describeTiffBands(path, band) : describeOthers(path, head, size);
  const chosen = band === null ? images : images.filter((image) => image.band === band);
  if (chosen.length > 0) return chosen;
  throw fault(
    path,
    `found ${images.length === 1 ? "1 band" : `${images.length} bands`}, expected band ${band}; choose another`,
  );
}

/**
 * Where the pixels of an image of one real band are.
 * @throws FormatError as `describeIntensities`, or it has several bands
 */
export async function openIntensity(path: string): Promise<PlaneSource> {
  const bands = await describeIntensities(path, null);
  if (bands.length === 1) return bands[0]!.source;
  throw severalBands(path, bands);
}

/** @throws FormatError always: it lists the bands and says how to choose */
export function severalBands(path: string, bands: readonly IntensityBand[]): FormatError {
  const listed = bands.map(({ band, label }) => (label === null ? String(band) : `${band} (${label})`));
  return fault(
    path,
    `found ${bands.length} bands, ${listed.slice(0, 12).join(", ")}, expected one; choose by --band ${bands[0]!.band}`,
  );
}

async function describeTiffBands(path: string, wanted: number | null): Promise<readonly IntensityBand[]> {
  const image = readTiff(path);
  if (image.sampleFormat.startsWith("complex")) {
    throw fault(
      path,
      `found ${formatSamples(image)}, expected intensity; make intensities of it with pila prep`,
    );
  }
  requireWhole(image);
  const bands = image.bands - image.alphaBands;
  const plain =
    image.alphaBands > 0 ? [] : image.descriptions.map((_, i) => plainTiffBand(image, i + 1, "float32"));
  if (plain.length > 0 && plain.every((source) => source !== null)) {
    return plain.map((source, i) => ofBand(source!, i + 1, bands, image.descriptions[i] ?? ""));
  }
  if (gdal().hasGdal()) return bandsByGdal({ path, name: path }, bands);
  requireDecodable(image, wanted);
  const { decodeTiff } = require("../decodeTiff") as typeof import("../decodeTiff");
  return [ofBand(await decodeTiff(path, image.nodata), 1, 1, "")];
}

function ofBand(source: PlaneSource, band: number, bands: number, description: string): IntensityBand {
  return {
    source,
    band,
    label: bands === 1 || description === "" ? null : description,
    date: dateIn(description)?.day ?? null,
    polarisation: polarisationIn(description),
    findings: [],
  };
}

/** @throws FormatError geotiff would read other numbers than are there, or none */
function requireDecodable(image: TiffImage, wanted: number | null): void {
  const { path, bands, bits, sampleFormat, encoding, bigEndian, isPredicted, hasOtherNodata } = image;
  const isWide = sampleFormat === "float" ? bits !== 32 : bits > 16 || sampleFormat === "undefined";
  const found =
    bands !== 1 || (wanted ?? 1) !== 1
      ? `a TIFF of ${bands} bands`
      : isWide
        ? formatSamples(image)
        : bigEndian && isPredicted
          ? "a big-endian TIFF with a predictor"
          : encoding === "sparse"
            ? "a sparse TIFF"
            : hasOtherNodata
              ? "a TIFF with no data told by a mask or a sidecar"
              : null;
  if (found === null) return;
  throw fault(
    path,
    `found ${found} and no libgdal, expected one band of float32 or GDAL's library; run npm run setup`,
  );
}

function describeOthers(path: string, head: Buffer, size: number): readonly IntensityBand[] {
  const text = head.toString("latin1");
  const isEnviHeader = /^\s*ENVI[ \t]*[\r\n]/.test(text);
  const isVrt = /<VRTDataset/i.test(text);
  if (isEnviHeader || isVrt) description().requireSmall(path, size);
  const context = { allowSurplus: false, describe: () => null };
  if (isVrt) description().requireFilesIn(description().readDescription(path, context));
  if (!isEnviHeader && !isVrt && !envi().hasEnviHeader(path)) {
    throw fault(path, "found no TIFF, VRT or ENVI image, expected intensity; name another file");
  }
  const data = isEnviHeader ? envi().enviDataOf({ path, name: path }) : path;
  return bandsByGdal({ path: data, name: path }, Infinity);
}

/** The first bands of an image: those that follow are alpha. */
function bandsByGdal(file: { path: string; name: string }, bands: number): readonly IntensityBand[] {
  const images = gdal().describeByGdal(file, "an image that is not plain bytes", "float32");
  const own = images.filter(({ band }) => band <= bands);
  return own.map(({ label, ...image }) => ({ ...image, label: own.length === 1 ? null : label }));
}

/**
 * A whole float32 TIFF in memory, its declared no data turned to NaN: for comparing and drawing products, never for
 * reducing a stack.
 * @param path of the TIFF
 * @returns shape azimuth x range, values row-major in the unit of the file
 * @throws FormatError the file is no one-band TIFF
 */
export async function readPlane(path: string): Promise<Raster> {
  const source = await openIntensity(path);
  const { shape } = source;
  const reader = new PlaneReader([source]);
  try {
    const values = reader.values(0, { row: 0, rows: shape.azimuth, column: 0, columns: shape.range });
    return { shape, values };
  } finally {
    reader.close();
  }
}

// Loaded where they are needed: crops that pila made are plain bytes.
const gdal = () => require("./gdal") as typeof import("./gdal");
const envi = () => require("./envi") as typeof import("./envi");
const description = () => require("./description") as typeof import("./description");

function readFirst(path: string): ReturnType<typeof readHead> {
  try {
    return readHead(path, 4096, (found) => fault(path, `found ${found}, expected an image; name a file`));
  } catch (cause) {
    if (cause instanceof PilaError) throw cause;
    throw fault(path, "found no readable file, expected an image; check the path", { cause });
  }
}
