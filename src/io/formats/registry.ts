// The formats in which an SLC may be described. A new one is a file beside this one, and a line in `SLC_FORMATS`.
import { FormatError } from "../../core/errors";
import type { PlaneSource } from "../../core/raster";
import { parseXml, readDescription, type SlcFormat } from "./description";
import { isceXml } from "./isce";
import { isceVrt } from "./vrt";

/** All formats, the preferred ones first: `X.slc.vrt` and `X.slc.xml` are one date, read from the VRT. */
const SLC_FORMATS: readonly SlcFormat[] = [isceVrt, isceXml];

/** What a folder of dates holds, for messages. */
export function slcNames(): string {
  const [preferred, ...others] = SLC_FORMATS.map(({ files }) => files);
  return `${preferred} (or ${others.join(", ")})`;
}

/** The file that describes each date, by date, among the names of a folder. */
export function findDescriptions(names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const format of SLC_FORMATS.toReversed()) {
    for (const name of names) {
      const date = format.names.exec(name)?.[1];
      if (date !== undefined) found.set(date, name);
    }
  }
  return found;
}

/**
 * Where the pixels of one SLC lie.
 * @param path a file of one of the formats, or a link to one
 * @throws FormatError the file is of none of them, or what it describes is wrong
 */
export function describeSlc(path: string): PlaneSource {
  const description = readDescription(path);
  for (const format of SLC_FORMATS) {
    const source = format.describe(description);
    if (source !== null) return source;
  }
  const { text, xml } = description;
  const found = text === null ? "binary data" : `an XML document <${(xml ?? parseXml(text, path)).name}>`;
  throw new FormatError(
    `${path}: found ${found}, expected an ISCE2 description (.slc.vrt or .slc.xml of raw complex64); this kind is not supported`,
    { path },
  );
}
