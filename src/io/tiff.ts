// The header of a TIFF: what it says of its pixels, and whether they can be read where they lie.
import { closeSync, existsSync, readSync } from "node:fs";
import { type FormatError, fault, namedError, PilaError } from "../core/errors";
import { PIXEL_BYTES, type RawSource, type Shape } from "../core/raster";
import { type InputFile, openRegular, readBounded } from "./inputFile";

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
  const [bands, bits] = [one(TAG.samplesPerPixel, 1), one(TAG.bitsPerSample, 1)];
  if (bands < 1 || bands > MOST_BANDS || bits < 1 || bits > MOST_BITS) {
    const expected = `1 to ${MOST_BANDS} bands of 1 to ${MOST_BITS} bits`;
    throw fault(
      path,
      `found a TIFF of ${bands} bands of ${bits}-bit samples, expected ${expected}; make it again`,
    );
  }
  // GDAL makes a mask of alpha only where it is a whole number.
  const extra = one(TAG.sampleFormat, 1) === 1 ? (header.numbers.get(TAG.extraSamples) ?? []) : [];
  const isTiled = header.numbers.has(TAG.tileWidth);
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
  let [end, last] = [0, 0];
  offsets.forEach((offset, i) => {
    const rows = strips && Math.min(strips.rows, shape.azimuth - (i % strips.perBand) * strips.rows);
    const bytes = strips ? rows! * strips.rowBytes : (counts[i] ?? 0);
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

/** The first image directory of a TIFF: numbers by tag, texts by tag. */
interface TiffHeader {
  readonly bigEndian: boolean;
  /** A further directory of the file is a mask of this one. */
  readonly hasMask: boolean;
  readonly fileBytes: number;
  readonly numbers: ReadonlyMap<number, readonly number[]>;
  readonly texts: ReadonlyMap<number, string>;
}

/** Longer lists of offsets, all together, than any sane image has mean a damaged file. */
const MOST_VALUES = 5_000_000;

/**
 * Reads the first image directory of a classic or BigTIFF file, either byte order.
 * @throws FormatError not a TIFF, or a directory that reaches beyond the file
 * @see TIFF 6.0 (Adobe, 1992) section 2; BigTIFF: libtiff.gitlab.io/libtiff/specification/bigtiff.html
 */
function readTiffHeader(path: string): TiffHeader {
  let opened: InputFile;
  try {
    opened = openRegular(path, (found) => fault(path, `found ${found}, expected a TIFF; name a file`));
  } catch (cause) {
    if (cause instanceof PilaError) throw cause;
    throw fault(path, "found no readable file, expected a TIFF; check the path", { cause });
  }
  try {
    return parse(path, opened.file, opened.size);
  } catch (error) {
    throw namedError(error, path);
  } finally {
    closeSync(opened.file);
  }
}

function parse(path: string, file: number, fileBytes: number): TiffHeader {
  const broken = (found: string): FormatError =>
    fault(path, `found ${found}, expected a float32 GeoTIFF; make the crops again with pila prep`);
  // Most directories stand within the first kilobytes: one read serves them.
  const head = Buffer.alloc(Math.min(4096, fileBytes));
  readSync(file, head, 0, head.length, 0);
  const at = (offset: number, bytes: number): Buffer => {
    if (!(offset >= 0) || offset + bytes > fileBytes)
      throw broken("a TIFF directory beyond the end of the file");
    if (offset + bytes <= head.length) return head.subarray(offset, offset + bytes);
    const part = Buffer.alloc(bytes);
    readSync(file, part, 0, bytes, offset);
    return part;
  };
  const order = fileBytes < 8 ? "" : head.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") throw broken("no TIFF");
  const bigEndian = order === "MM";
  const short = (b: Buffer, o = 0): number => (bigEndian ? b.readUInt16BE(o) : b.readUInt16LE(o));
  const long = (b: Buffer, o = 0): number => (bigEndian ? b.readUInt32BE(o) : b.readUInt32LE(o));
  const long8 = (b: Buffer, o = 0): number => Number(bigEndian ? b.readBigUInt64BE(o) : b.readBigUInt64LE(o));
  const version = short(head, 2);
  if (version !== 42 && version !== 43) throw broken("no TIFF");
  const big = version === 43;
  if (big && short(at(4, 2)) !== 8) throw broken(`a BigTIFF with offsets of ${short(head, 4)} bytes`);
  const directory = big ? long8(at(8, 8)) : long(head, 4);
  const entries = big ? long8(at(directory, 8)) : short(at(directory, 2));
  if (entries > 4096) throw broken(`a TIFF directory of ${entries} entries`);
  const entryBytes = big ? 20 : 12;
  const [countBytes, linkBytes] = big ? [8, 8] : [2, 4];
  const table = at(directory + countBytes, entries * entryBytes);

  const numbers = new Map<number, readonly number[]>();
  const texts = new Map<number, string>();
  let all = 0;
  for (let i = 0; i < entries; i++) {
    const entry = table.subarray(i * entryBytes, (i + 1) * entryBytes);
    const type = short(entry, 2);
    const count = big ? long8(entry, 4) : long(entry, 4);
    const width = FIELD_BYTES[type] ?? 0;
    const read = { [FIELD.short]: short, [FIELD.long]: long, [FIELD.long8]: long8 }[type];
    if (type !== FIELD.ascii && read === undefined) continue;
    all += count;
    if (all > MOST_VALUES) throw broken(`TIFF tags of ${all} values and more`);
    const inline = entry.subarray(big ? 12 : 8);
    const values =
      count * width <= inline.length ? inline : at(big ? long8(inline) : long(inline), count * width);
    if (read === undefined) {
      texts.set(short(entry), values.toString("latin1", 0, count).replace(/\0.*$/s, ""));
      continue;
    }
    const list = Array.from({ length: count }, (_, k) => read(values, k * width));
    numbers.set(short(entry), list);
  }
  /** Where the next directory begins; 0 for none, and where the file ends before it. */
  const next = (place: number): number => {
    const count = big ? long8(at(place, 8)) : short(at(place, 2));
    const link = place + countBytes + count * entryBytes;
    if (link + linkBytes > fileBytes) return 0;
    return big ? long8(at(link, 8)) : long(at(link, 4));
  };
  const isMask = (place: number): boolean => {
    const count = Math.min(big ? long8(at(place, 8)) : short(at(place, 2)), 4096);
    const all = at(place + countBytes, count * entryBytes);
    const kind = Array.from({ length: count }, (_, i) => all.subarray(i * entryBytes)).find(
      (entry) => short(entry) === TAG.newSubfileType,
    );
    return kind !== undefined && (long(kind, big ? 12 : 8) & 4) !== 0;
  };
  let hasMask = false;
  // Overviews and masks follow the image; a chain that is longer leads in a circle.
  for (let i = 0, place = next(directory); place !== 0 && place < fileBytes && i < 64 && !hasMask; i++) {
    hasMask = isMask(place);
    place = next(place);
  }
  return { bigEndian, hasMask, fileBytes, numbers, texts };
}

/** TIFF 6.0 tags that pila reads or writes, and GDAL's own for no data. */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  tileWidth: 322,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  gdalMetadata: 42112,
  gdalNodata: 42113,
} as const;

/** Bytes of one value by its field type (LONG8, 16, is BigTIFF's); 0: no type, or one that no tag above has. */
export const FIELD_BYTES: readonly number[] = [0, 1, 1, 2, 4, 0, 1, 1, 2, 4, 0, 4, 8, 0, 0, 0, 8, 8, 8];

export const FIELD = { ascii: 2, short: 3, long: 4, long8: 16 } as const;
