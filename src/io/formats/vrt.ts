import { existsSync } from "node:fs";
import { dirname, isAbsolute, normalize, resolve, sep } from "node:path";
import { fault, RealBandError } from "../../core/errors";
import { type Finding, finding } from "../../core/findings";
import { groupBy } from "../../core/groups";
import {
  HOST_IS_BIG_ENDIAN,
  type MosaicSource,
  PIXEL_BYTES,
  type RawSource,
  type Shape,
  sameShape,
  type Window,
  wholeWindow,
} from "../../core/raster";
import { dateAmong, dateIn, polarisationIn } from "../names";
import { parseNodata } from "../tiff";
import {
  childrenOf,
  childText,
  type DescribedImage,
  type Description,
  requireFilesIn,
  type SlcFormat,
  type XmlElement,
} from "./description";
import { describeByGdal } from "./gdal";
import { checkSurplus, describeRawBand, realPaths, wholeField, wholeNumber } from "./raw";

/**
 * A VRT of complex bands, as ISCE2, FRInGE and GDAL write it. Raw bands, and bands drawn of whole pixels of files that
 * are plain bytes themselves, are read in place; GDAL reads the rest: other sources, resampling, masks, pixel functions.
 * What is absent takes GDAL's defaults: relativeToVRT 1 for raw bands and 0 for others, ImageOffset 0, PixelOffset the
 * bytes of a sample, LineOffset PixelOffset x width, ByteOrder of the host. Data may lie anywhere: a finding says where.
 * @see https://gdal.org/drivers/raster/vrt.html
 */
export const vrt: SlcFormat = {
  title: "VRT",
  files: "DATE.slc.vrt",
  describe(file) {
    const { xml } = file;
    if (xml?.name !== "vrtdataset") return null;
    const bands = childrenOf(xml, "vrtrasterband").map((element, i) => ({ element, band: i + 1 }));
    const complex = bands.filter(({ element }) => /^c/i.test(typeOf(element)));
    if (bands.length === 0)
      throw fault(file.name, "found a VRT of 0 bands, expected one a date; write it again");
    if (complex.length === 0) throw new RealBandError(file.name, typeOf(bands[0]!.element));
    const shape = {
      azimuth: wholeField(file, "rasterYSize", xml.attributes.get("rasterysize") ?? ""),
      range: wholeField(file, "rasterXSize", xml.attributes.get("rasterxsize") ?? ""),
    };
    const isMasked = childrenOf(xml, "maskband").length > 0;
    const plain = complex.map(({ element }) => (isMasked ? null : plainBand(file, element, shape)));
    const findings = surplusFindings(file, plain);
    let byGdal: readonly DescribedImage[] | undefined;
    return complex.map(({ element, band }, i): DescribedImage => {
      const own = plain[i] ?? null;
      if (own === null && byGdal === undefined) {
        requireFilesIn(file);
        byGdal = describeByGdal(file, "a VRT that is not plain bytes");
      }
      const { source, ...rest } = own ?? byGdal!.find((image) => image.band === band)!;
      const isAlone = bands.length === 1;
      const sources = childrenOf(element, "sourcefilename").concat(
        element.children.flatMap((child) => childrenOf(child, "sourcefilename")),
      );
      const named = sources.map(({ text }) => text);
      const description = childText(element, "description");
      return {
        source,
        band,
        label: isAlone ? null : (description ?? `band ${band}`),
        date: bandDate(element, description ?? "", named, isAlone),
        polarisation: polarisationIn(description ?? "") ?? commonOf(named.map(polarisationIn)),
        files:
          own?.files ??
          realPaths(...named.map((name) => resolve(dirname(file.path), name)).filter(existsSync)),
        findings: [...rest.findings, ...(i === 0 ? findings : [])],
      };
    });
  },
};

type PlainBand = Pick<DescribedImage, "source" | "files" | "findings">;

function typeOf(band: XmlElement): string {
  return band.attributes.get("datatype") ?? "Byte";
}

/** How a band is read without GDAL; null where it cannot be. */
function plainBand(file: Description, band: XmlElement, shape: Shape): PlainBand | null {
  const kind = { CFLOAT32: "complex64", CINT16: "cint16" }[typeOf(band).toUpperCase()] as
    | "complex64"
    | "cint16"
    | undefined;
  if (kind === undefined || childrenOf(band, "maskband").length > 0) return null;
  const plane = { kind, shape, nodata: parseNodata(childText(band, "nodatavalue")) };
  const subclass = band.attributes.get("subclass")?.toLowerCase() ?? "vrtsourcedrasterband";
  if (subclass === "vrtrawrasterband") return rawBand(file, band, plane);
  return subclass === "vrtsourcedrasterband" ? drawnBand(file, band, plane) : null;
}

/** What a band says of itself. */
type BandPlane = Pick<RawSource, "shape" | "nodata"> & { readonly kind: "complex64" | "cint16" };

function rawBand(file: Description, band: XmlElement, plane: BandPlane): PlainBand {
  const { path, findings } = sourceFile(file, band, "1");
  const offset = (name: string, otherwise: number): number =>
    wholeField(file, name, childText(band, name.toLowerCase()) ?? String(otherwise));
  const pixelStride = offset("PixelOffset", PIXEL_BYTES[plane.kind]);
  const source = describeRawBand(file, {
    ...plane,
    path,
    dataOffset: offset("ImageOffset", 0),
    pixelStride,
    rowStride: offset("LineOffset", pixelStride * plane.shape.range),
    bigEndian: isBigEndian(file, childText(band, "byteorder")),
  });
  return { source, findings, files: realPaths(path) };
}

function isBigEndian(file: Description, order: string | undefined): boolean {
  if (order === undefined) return HOST_IS_BIG_ENDIAN;
  if (/^(lsb|msb)$/i.test(order)) return order.toLowerCase() === "msb";
  throw fault(file.name, `found ByteOrder ${order}, expected LSB or MSB; correct it`);
}

/** A band that is drawn of other files; null where they are not plain bytes, or not drawn pixel by pixel. */
function drawnBand(file: Description, band: XmlElement, plane: BandPlane): PlainBand | null {
  const elements = band.children.filter(({ name }) => name.endsWith("source"));
  if (elements.length === 0 || elements.some(({ name }) => name !== "simplesource")) return null;
  const drawn: Piece[] = [];
  const files: string[] = [];
  const findings: Finding[] = [];
  for (const element of elements) {
    const isDataset = /^\/vsi|^\w{2,}:/.test(childText(element, "sourcefilename") ?? "");
    if (isDataset) return null;
    const { path, findings: own } = sourceFile(file, element, "0");
    if (!existsSync(path)) {
      throw fault(
        file.name,
        `found no source ${path}, expected the pixels there; put it there, or link the VRT`,
      );
    }
    const image = describedSource(file, path, childText(element, "sourceband") ?? "1");
    if (image === null || image.source.by === "gdal" || image.source.kind !== plane.kind) return null;
    const given = ["srcrect", "dstrect"].filter((name) => childrenOf(element, name).length > 0);
    if (given.length === 1) {
      const found = `a source with ${given[0]} alone, of which GDAL draws nothing`;
      throw fault(file.name, `found ${found}, expected SrcRect and DstRect, or neither; write it again`);
    }
    const from = rectangle(element, "srcrect", image.source.shape);
    const to = rectangle(element, "dstrect", image.source.shape);
    const part = sameShape(from, to) && isInside(to, plane.shape) ? cut(image.source, from) : null;
    if (part === null || !draw(drawn, part, to, plane)) return null;
    files.push(...image.files, ...realPaths(path));
    findings.push(...own, ...image.findings);
  }
  const [only] = drawn;
  const isWhole = drawn.length === 1 && sameShape(only!.window, plane.shape);
  // What pieces leave is 0 or a number that is declared; NaN is GDAL's to draw.
  if (!isWhole && /nan/i.test(childText(band, "nodatavalue") ?? "")) return null;
  const wholeNumbers = plane.kind === "cint16";
  const source: RawSource | MosaicSource = isWhole
    ? { ...only!.source, nodata: plane.nodata }
    : { ...plane, by: "pieces", path: file.path, pieces: drawn, wholeNumbers };
  return { source, findings, files: [...new Set(files)] };
}

type Piece = MosaicSource["pieces"][number];

/** A band of a file that a VRT names; null where that is no complex image that pila reads by itself. */
function describedSource(file: Description, path: string, band: string): DescribedImage | null {
  try {
    return file.describe(path)?.find((image) => String(image.band) === band) ?? null;
  } catch (error) {
    if (error instanceof RealBandError) return null;
    throw error;
  }
}

function rectangle(source: XmlElement, name: string, whole: Shape): Window {
  const [element] = childrenOf(source, name);
  if (element === undefined) return wholeWindow(whole);
  const side = (key: string): number => wholeNumber(element.attributes.get(key) ?? "");
  return {
    azimuthOffset: side("yoff"),
    rangeOffset: side("xoff"),
    azimuth: side("ysize"),
    range: side("xsize"),
  };
}

function isInside(window: Window, shape: Shape): boolean {
  const { azimuth, range, azimuthOffset, rangeOffset } = window;
  const isWhole = [azimuth, range, azimuthOffset, rangeOffset].every(Number.isInteger);
  return (
    isWhole &&
    Math.min(azimuth - 1, range - 1, azimuthOffset, rangeOffset) >= 0 &&
    azimuthOffset + azimuth <= shape.azimuth &&
    rangeOffset + range <= shape.range
  );
}

/** A window of an image; null where it reaches outside, or begins within a strip of a TIFF. */
function cut(source: RawSource | MosaicSource, window: Window): RawSource | MosaicSource | null {
  if (!isInside(window, source.shape)) return null;
  const { azimuthOffset, rangeOffset } = window;
  const shape = { azimuth: window.azimuth, range: window.range };
  if (source.by === "pieces") {
    const pieces = source.pieces.flatMap((piece) => cutPiece(piece, window));
    return pieces.includes(null) ? null : { ...source, shape, pieces: pieces as readonly Piece[] };
  }
  const { strips, rowStride, pixelStride } = source;
  const along = rangeOffset * pixelStride;
  if (strips === null) {
    return { ...source, shape, dataOffset: source.dataOffset + azimuthOffset * rowStride + along };
  }
  if (azimuthOffset % strips.rows !== 0) return null;
  const offsets = strips.offsets.slice(azimuthOffset / strips.rows).map((offset) => offset + along);
  return { ...source, shape, dataOffset: offsets[0]!, strips: { rows: strips.rows, offsets } };
}

/** The part of a piece that lies in a window of its mosaic, as a piece of that window: none, one, or null. */
function cutPiece({ source, window }: Piece, within: Window): readonly (Piece | null)[] {
  const top = Math.max(window.azimuthOffset, within.azimuthOffset);
  const left = Math.max(window.rangeOffset, within.rangeOffset);
  const shape = {
    azimuth: Math.min(window.azimuthOffset + window.azimuth, within.azimuthOffset + within.azimuth) - top,
    range: Math.min(window.rangeOffset + window.range, within.rangeOffset + within.range) - left,
  };
  if (shape.azimuth <= 0 || shape.range <= 0) return [];
  const from = {
    ...shape,
    azimuthOffset: top - window.azimuthOffset,
    rangeOffset: left - window.rangeOffset,
  };
  const part = cut(source, from) as RawSource | null;
  const at = { ...shape, azimuthOffset: top - within.azimuthOffset, rangeOffset: left - within.rangeOffset };
  return [part && { source: part, window: at }];
}

/**
 * Draws a part over what is there already.
 * @returns false where the background of a mosaic would hide what lies below, or is another than the band's
 */
function draw(drawn: Piece[], part: RawSource | MosaicSource, to: Window, plane: BandPlane): boolean {
  if (part.by === "bytes") {
    drawn.push({ source: part, window: to });
    return true;
  }
  const hides = drawn.some((piece) => cutPiece(piece, to).length > 0);
  if (hides || (part.nodata ?? 0) !== (plane.nodata ?? 0)) return false;
  for (const { source, window } of part.pieces) {
    const [azimuthOffset, rangeOffset] = [
      window.azimuthOffset + to.azimuthOffset,
      window.rangeOffset + to.rangeOffset,
    ];
    drawn.push({ source, window: { ...window, azimuthOffset, rangeOffset } });
  }
  return true;
}

/** The file that a raw band or a source names, and what is worth knowing of its place. */
function sourceFile(
  file: Description,
  element: XmlElement,
  relativeByDefault: "0" | "1",
): { readonly path: string; readonly findings: readonly Finding[] } {
  const [named] = childrenOf(element, "sourcefilename");
  const name = named?.text ?? "";
  if (named === undefined || name === "") {
    throw fault(
      file.name,
      "found no SourceFilename, expected the name of the data file; write the VRT again",
    );
  }
  const isRelative = (named.attributes.get("relativetovrt") ?? relativeByDefault) !== "0";
  const beside = resolve(dirname(file.path), name);
  // GDAL takes other names as relative to the folder it was started in, which may have been another one.
  const path = isRelative || !existsSync(resolve(name)) ? beside : resolve(name);
  const isElsewhere = isAbsolute(name) || normalize(name).split(sep).includes("..");
  if (!isElsewhere || dirname(path) === dirname(file.path)) return { path, findings: [] };
  const found = "pixels outside the folder of the VRT";
  return { path, findings: [finding("outside", file.name, [], found, { folder: dirname(path) })] };
}

/** Warnings of surplus of the raw bands, file by file. */
function surplusFindings(file: Description, bands: readonly (PlainBand | null)[]): readonly Finding[] {
  // What a source of a drawn band says of its file was checked where it was described.
  const raw = bands.flatMap((band) =>
    band?.source.by === "bytes" && band.files.length === 1 ? band.source : [],
  );
  return [...groupBy(raw, ({ path }) => path).values()].flatMap((sources) => checkSurplus(file, sources));
}

/** The date of a band: in its metadata, and among several bands in its description or in the one date of its sources. */
function bandDate(
  band: XmlElement,
  description: string,
  named: readonly string[],
  isAlone: boolean,
): string | null {
  const entries = childrenOf(band, "metadata").flatMap((domain) => childrenOf(domain, "mdi"));
  const pairs = entries.map(({ attributes, text }) => [attributes.get("key") ?? "", text] as const);
  const told = dateAmong(pairs);
  if (told !== null || isAlone) return told;
  return dateIn(description)?.day ?? commonOf(named.map((name) => dateIn(name)?.day ?? null));
}

/** What all of them are; null where they differ. */
function commonOf(values: readonly (string | null)[]): string | null {
  return values.every((value) => value === values[0]) ? (values[0] ?? null) : null;
}
