// The formats in which SLC images may come. A new one is a file beside this one, and a line in `SLC_FORMATS`.
import { existsSync } from "node:fs";
import { type FormatError, fault, PilaError, RealBandError } from "../../core/errors";
import { requireImageSize } from "../../core/raster";
import {
  type DescribedImage,
  type Description,
  parseXml,
  readDescription,
  type SlcFormat,
} from "./description";
import { envi } from "./envi";
import { gamma, roipac } from "./gamma";
import { hdf5 } from "./gdal";
import { isceXml } from "./isce";
import { tiff } from "./tiff";
import { vrt } from "./vrt";

/** All formats, the preferred ones first: of several descriptions of one date the first of them is read. */
export const SLC_FORMATS: readonly SlcFormat[] = [vrt, isceXml, envi, gamma, roipac, tiff, hdf5];

/** What a folder of dates holds, for messages. */
export function slcNames(): string {
  const [preferred, ...others] = SLC_FORMATS.map(({ files }) => files);
  return `${preferred} (or ${others.join(", ")})`;
}

/** What a file describes, or why it cannot be read. */
export interface DescribedFile {
  /** Its format; null where it failed before that was told. */
  readonly format: SlcFormat | null;
  readonly images: readonly DescribedImage[];
  readonly problem: PilaError | null;
}

/** Names that promise a description: whatever else such a file holds is an error. */
const PROMISE = /\.r?slc(\.full)?\.(vrt|xml)$|\.vrt$/i;

/**
 * The images of a file, told by its content; null for a file of no format.
 * @param path a file, or a link to one
 * @param allowSurplus raw files may be longer than described by any number of bytes
 */
export function describeFile(path: string, allowSurplus: boolean): DescribedFile | null {
  let format: SlcFormat | null = null;
  try {
    const file = openDescription(path, allowSurplus, []);
    for (format of SLC_FORMATS) {
      const images = format.describe(file);
      if (images === null) continue;
      for (const { source } of images) requireImageSize(path, source.shape);
      return { format, images, problem: null };
    }
    format = null;
    if (PROMISE.test(path)) throw notADescription(file);
    return null;
  } catch (error) {
    if (!(error instanceof PilaError)) throw error;
    return { format, images: [], problem: error };
  }
}

/** True where a file is named like a description. */
export function isNamedLikeSlc(path: string): boolean {
  return PROMISE.test(path);
}

/** The description beside a file of pixels; null where there is none. */
export function findDescriptionOf(data: string): string | null {
  const names = SLC_FORMATS.flatMap(({ descriptionsOf }) => descriptionsOf?.(data) ?? []);
  return names.find((name) => name !== data && existsSync(name)) ?? null;
}

/** VRTs of VRTs are two or three deep. */
const DEEPEST = 16;

function openDescription(path: string, allowSurplus: boolean, above: readonly string[]): Description {
  const describe = (named: string): readonly DescribedImage[] | null => {
    const inside = openDescription(named, allowSurplus, [...above, file.path]);
    if (above.includes(inside.path) || inside.path === file.path || above.length >= DEEPEST) {
      throw fault(path, "found a VRT that leads back to itself, expected pixels; write it again");
    }
    const images = describeBy(inside);
    if (images !== null) return images;
    const header = findDescriptionOf(inside.path);
    return header === null ? null : describeBy(openDescription(header, allowSurplus, [...above, file.path]));
  };
  const file = readDescription(path, { allowSurplus, describe });
  return file;
}

function describeBy(file: Description): readonly DescribedImage[] | null {
  for (const format of SLC_FORMATS) {
    const images = format.describe(file);
    if (images !== null) return images;
  }
  return null;
}

function notADescription(file: Description): FormatError {
  const { text, name } = file;
  const found = text === null ? "binary data" : `an XML document <${parseXml(text, name).name}>`;
  return fault(
    name,
    `found ${found}, expected an ISCE2 description (.slc.vrt or .slc.xml of raw complex64); this kind is not supported`,
  );
}

/** True for a problem that is none where complex images are there too. */
export function isReal(file: DescribedFile): boolean {
  return file.problem instanceof RealBandError;
}
