import { readFileSync, realpathSync } from "node:fs";
import { FormatError } from "../../core/errors";
import type { PlaneSource } from "../../core/raster";
import { describeIsceXml } from "./isce";
import { describeIsceVrt } from "./vrt";
import { parseXml, type XmlElement } from "./xml";

/** Descriptions of SLC images, told apart by their root element and not by their name. */
const SLC_FORMATS = [
  { root: "vrtdataset", title: "VRT over a raw file", describe: describeIsceVrt },
  { root: "imagefile", title: "ISCE2 image description", describe: describeIsceXml },
] as const satisfies readonly {
  root: string;
  title: string;
  describe(root: XmlElement, path: string): PlaneSource;
}[];

/** A description of a few kB; anything far above is not one. */
const LARGEST_DESCRIPTION_BYTES = 4_000_000;

/**
 * Where the pixels of one SLC lie.
 * @param path an ISCE2 `.slc.vrt` or `.slc.xml`, or a link to one: names inside resolve against its real path
 * @throws FormatError the file is none of the known descriptions, or what it describes is wrong
 */
export function describeSlc(path: string): PlaneSource {
  const real = realPath(path);
  const text = readFileSync(real);
  if (text.length > LARGEST_DESCRIPTION_BYTES || text.includes(0)) throw unknownKind(path, "binary data");
  const root = parseXml(text.toString("utf8"), path);
  const format = SLC_FORMATS.find((candidate) => candidate.root === root.name);
  if (format === undefined) {
    throw unknownKind(path, `an XML document <${root.name}>`);
  }
  return format.describe(root, real);
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw new FormatError(
      `${path}: found a link that leads nowhere or no such file, expected an SLC description; link it again`,
      { path, cause },
    );
  }
}

function unknownKind(path: string, found: string): FormatError {
  return new FormatError(
    `${path}: found ${found}, expected an ISCE2 description (.slc.vrt or .slc.xml of raw complex64); this kind is not supported`,
    { path },
  );
}
