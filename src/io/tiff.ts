// What the header of a TIFF says of its pixels, and whether they can be read where they lie.
import { existsSync } from "node:fs";
import { type FormatError, fault } from "../core/errors";
import { PIXEL_BYTES, type RawSource, requireImageSize, type Shape } from "../core/raster";
import { readBounded } from "./inputFile";
import { readTiffHeader, TAG, type TiffHeader } from "./tiffHeader";

/** What the header of a TIFF says of its pixels. */
export interface TiffImage {
  readonly path: string;
  readonly shape: Shape;
  readonly bands: number;
  /** How many of the bands, the last ones, are alpha: they say which pixels are there. */
  readonly alphaBands: number;
  readonly bits: number;
  readonly sampleFormat: "unsigned" | "signed" | "float" | "undefined" | "complex integer" | "complex float";
  /** null: as they are; sparse: without the strips of no data (offset 0), as GDAL can write it. */
  readonly encoding: "compressed" | "tiled" | "sparse" | null;
  /** A predictor other than none. */
  readonly isPredicted: boolean;
  readonly bigEndian: boolean;
  readonly nodata: number | null;
  /** No data is told by something else than the value in the header: a mask in the file or beside it, or PAM. */
  readonly hasOtherNodata: boolean;
  /** GDAL's description of each band, where it has one. */
  readonly descriptions: readonly (string | null)[];
  readonly metadata: readonly (readonly [name: string, value: string])[];
  readonly header: TiffHeader;
}

/** What the fields of a TIFF can tell, and the widest samples there are: complex128. */
const [MOST_BANDS, MOST_BITS] = [65_535, 128];

const SAMPLE_FORMATS = [
  "unsigned",
  "signed",
  "float",
  "undefined",
  "complex integer",
  "complex float",
] as const;

/** True for the first bytes of a TIFF. */
export function isTiff(head: Buffer): boolean {
  return head.length >= 8 && /^(II[*+]\0|MM\0[*+])/.test(head.toString("latin1", 0, 4));
}

/** @throws FormatError no TIFF, or without a size */
export function readTiff(path: string): TiffImage {
  const header = readTiffHeader(path);
  const one = (tag: number, otherwise: number): number => header.numbers.get(tag)?.[0] ?? otherwise;
  const shape = { azimuth: one(TAG.imageLength, 0), range: one(TAG.imageWidth, 0) };
  if (shape.azimuth === 0 || shape.range === 0) {
    throw fault(path, "found a TIFF without an image size, expected one; make it again");
  }
  requireImageSize(path, shape);
  const [bands, bits] = [one(TAG.samplesPerPixel, 1), one(TAG.bitsPerSample, 1)];
  const planar = one(TAG.planarConfiguration, 1);
  if (planar !== 1 && planar !== 2) {
    throw fault(path, `found planar configuration ${planar}, expected 1 or 2; make the TIFF again`);
  }
  if (bands < 1 || bands > MOST_BANDS || bits < 1 || bits > MOST_BITS) {
    const expected = `1 to ${MOST_BANDS} bands of 1 to ${MOST_BITS} bits`;
    throw fault(
      path,
      `found a TIFF of ${bands} bands of ${bits}-bit samples, expected ${expected}; make it again`,
    );
  }
  // GDAL makes a mask of alpha only where it is a whole number.
  const extra = one(TAG.sampleFormat, 1) === 1 ? (header.numbers.get(TAG.extraSamples) ?? []) : [];
  const ofTiles = [TAG.tileWidth, TAG.tileLength, TAG.tileOffsets, TAG.tileByteCounts];
  const isTiled = ofTiles.every((tag) => header.numbers.has(tag));
  if (ofTiles.some((tag) => header.numbers.has(tag)) && (!isTiled || header.numbers.has(TAG.stripOffsets))) {
    throw fault(path, "found some fields of tiles and some of strips, expected one of them; make it again");
  }
  const isSparse = header.numbers.get(TAG.stripOffsets)?.includes(0) === true;
  const metadata = header.texts.get(TAG.gdalMetadata);
  const items = metadata === undefined ? [] : [...metadata.matchAll(/<Item name="([^"]*)"([^>]*)>([^<]*)/g)];
  const ofBand = (text: string): number => Number(/ sample="(\d+)"/.exec(text)?.[1] ?? 0);
  const description = (band: number): string | null =>
    items.find(([, , rest]) => / role="description"/.test(rest!) && ofBand(rest!) === band)?.[3] ?? null;
  return {
    path,
    shape,
    bands,
    alphaBands: extra.filter((each) => each === 1 || each === 2).length,
    bits,
    sampleFormat: SAMPLE_FORMATS[one(TAG.sampleFormat, 1) - 1] ?? "undefined",
    encoding: one(TAG.compression, 1) !== 1 ? "compressed" : isTiled ? "tiled" : isSparse ? "sparse" : null,
    isPredicted: one(TAG.predictor, 1) !== 1,
    bigEndian: header.bigEndian,
    nodata: parseNodata(header.texts.get(TAG.gdalNodata)),
    hasOtherNodata: header.hasMask || hasNodataBeside(path),
    descriptions: Array.from({ length: bands }, (_, band) => description(band)),
    metadata: items.map(([, name, , value]) => [name!, value!]),
    header,
  };
}

/** A sidecar of statistics, histograms and tables of attributes has some kB to some MB. */
const LARGEST_SIDECAR_BYTES = 1 << 24;

/** GDAL's sidecars: `X.tif.msk` is a mask, `X.tif.aux.xml` (PAM) may declare no data. */
function hasNodataBeside(path: string): boolean {
  if (existsSync(`${path}.msk`)) return true;
  const auxiliary = `${path}.aux.xml`;
  if (!existsSync(auxiliary)) return false;
  const refuse = (found: string): FormatError =>
    fault(auxiliary, `found ${found}, expected a file of at most ${LARGEST_SIDECAR_BYTES} bytes; remove it`);
  return /<NoDataValue/i.test(readBounded(auxiliary, LARGEST_SIDECAR_BYTES, refuse).toString("latin1"));
}

/**
 * Where the pixels of a one-band float32 TIFF lie: uncompressed strips are read as they are, in either byte order.
 * @returns null for every other TIFF, and where no data is told by more than a value in the header
 * @throws FormatError no TIFF, or a truncated file
 */
export function describeTiff(path: string): RawSource | null {
  const image = readTiff(path);
  requireWhole(image);
  return image.bands === 1 ? plainTiffBand(image, 1, "float32") : null;
}

/** `64-bit samples of format complex float`, for messages. */
export function formatSamples({ bits, sampleFormat }: TiffImage): string {
  return `${bits}-bit samples of format ${sampleFormat}`;
}

const SAMPLES = {
  float32: { bits: 32, sampleFormat: "float" },
  complex64: { bits: 64, sampleFormat: "complex float" },
  cint16: { bits: 32, sampleFormat: "complex integer" },
} as const;

/** What the samples of a TIFF are as they lie in it; null for a type that has to be converted. */
export function plainKind({ bits, sampleFormat }: TiffImage): keyof typeof SAMPLES | null {
  const kinds = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];
  return (
    kinds.find((kind) => SAMPLES[kind].bits === bits && SAMPLES[kind].sampleFormat === sampleFormat) ?? null
  );
}

/**
 * Where the pixels of a band lie in a TIFF that was found whole.
 * @param band from 1
 * @returns null where they are of another kind or need a decoder, or no data is told by more than a value in the header
 * @throws FormatError there is not a strip for each row
 */
export function plainTiffBand(image: TiffImage, band: number, kind: keyof typeof SAMPLES): RawSource | null {
  const { path, shape, bands, header } = image;
  if (plainKind(image) !== kind || image.encoding !== null || image.hasOtherNodata) return null;
  const { perBand, rows, rowBytes, isPlanar } = stripLayout(image);
  const all = header.numbers.get(TAG.stripOffsets) ?? [];
  const within = isPlanar ? 0 : (band - 1) * PIXEL_BYTES[kind];
  const own = isPlanar ? all.slice((band - 1) * perBand, band * perBand) : all;
  const offsets = own.map((offset) => offset + within);
  const first = offsets[0]!;
  const contiguous = offsets.every((offset, strip) => offset === first + strip * rows * rowBytes);
  return {
    by: "bytes",
    path,
    kind,
    wholeNumbers: kind === "cint16",
    shape,
    dataOffset: first,
    pixelStride: PIXEL_BYTES[kind] * (isPlanar ? 1 : bands),
    rowStride: rowBytes,
    bigEndian: image.bigEndian,
    strips: contiguous ? null : { rows, offsets },
    nodata: image.nodata,
  };
}

/** How uncompressed strips lie: rows of a full one, strips of one band (of all of them where they are interleaved). */
function stripLayout({ path, shape, bands, bits, header }: TiffImage): {
  readonly rows: number;
  readonly perBand: number;
  readonly rowBytes: number;
  readonly isPlanar: boolean;
} {
  const isPlanar = bands > 1 && header.numbers.get(TAG.planarConfiguration)?.[0] === 2;
  const rows = Math.min(header.numbers.get(TAG.rowsPerStrip)?.[0] ?? shape.azimuth, shape.azimuth);
  if (rows === 0) throw fault(path, "found strips of 0 rows, expected 1 at least; make it again");
  const perBand = Math.ceil(shape.azimuth / rows);
  const expected = perBand * (isPlanar ? bands : 1);
  const found = header.numbers.get(TAG.stripOffsets)?.length ?? 0;
  if (found !== expected) {
    const sentence = `found ${found} strips, expected ${expected}; the file is damaged, make it again`;
    throw fault(path, sentence);
  }
  return { rows, perBand, isPlanar, rowBytes: Math.ceil((shape.range * bits * (isPlanar ? 1 : bands)) / 8) };
}

/**
 * A TIFF of any kind has all the bytes of its strips or tiles, as far as its header tells where they end.
 * @throws FormatError it is truncated
 */
export function requireWhole(image: TiffImage): void {
  const { path, shape, encoding, header } = image;
  const isTiled = header.numbers.has(TAG.tileWidth);
  const offsets = header.numbers.get(isTiled ? TAG.tileOffsets : TAG.stripOffsets) ?? [];
  const counts = header.numbers.get(isTiled ? TAG.tileByteCounts : TAG.stripByteCounts) ?? [];
  const strips = encoding === null ? stripLayout(image) : null;
  if (counts.length !== offsets.length && !(counts.length === 0 && offsets.length === 1)) {
    const found = `${offsets.length} offsets of strips or tiles and ${counts.length} sizes`;
    throw fault(path, `found ${found}, expected as many; the file is damaged, make it again`);
  }
  let [end, last] = [0, 0];
  offsets.forEach((offset, i) => {
    const rows = strips && Math.min(strips.rows, shape.azimuth - (i % strips.perBand) * strips.rows);
    const bytes = strips ? rows! * strips.rowBytes : (counts[i] ?? 0);
    if (strips && (counts[i] ?? bytes) < bytes) {
      throw fault(
        path,
        `found ${counts[i]} bytes in strip ${i}, expected ${bytes}; the file is damaged, make it again`,
      );
    }
    if (offset > 0 && offset + bytes > end) [end, last] = [offset + bytes, i];
  });
  if (end <= header.fileBytes) return;
  const sentence = `found ${header.fileBytes} bytes, expected ${end} up to the end of ${isTiled ? "tile" : "strip"} ${last}; the file is truncated, copy it again`;
  throw fault(path, sentence, { kind: "truncated" });
}

/** The number that a text declares as no data, infinite ones too; null where it declares none, or NaN. */
export function parseNodata(text: string | undefined): number | null {
  // "nan", as pila writes it, needs no closer look.
  if (text === undefined || text === "nan") return null;
  const [, sign, isInfinite, digits] = /^\s*([+-]?)(?:(inf|1\.#inf)|(.*))/is.exec(text) ?? [];
  const value = isInfinite === undefined ? Number.parseFloat(`${sign}${digits}`) : Infinity;
  return nodataPixel(isInfinite !== undefined && sign === "-" ? -value : value);
}

/**
 * The pixel that a declared no data stands for: numbers such as 0.1 or -3.4028e38 name the float32 nearest to them, and
 * doubles beyond all of them become infinite as the pixels do. NaN needs no declaration: null.
 */
export function nodataPixel(declared: number | null): number | null {
  const pixel = Math.fround(declared ?? Number.NaN);
  return Number.isNaN(pixel) ? null : pixel;
}
