// The first image directory of a TIFF, classic or Big: its fields, as far as pila reads or writes them.
import { closeSync, readSync } from "node:fs";
import { type FormatError, fault, namedError, PilaError } from "../core/errors";
import { type InputFile, openRegular } from "./inputFile";

/** The first image directory of a TIFF: numbers by tag, texts by tag. */
export interface TiffHeader {
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
export function readTiffHeader(path: string): TiffHeader {
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
  const byte = (b: Buffer, o = 0): number => b.readUInt8(o);
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
    const tag = short(entry);
    // Of a tag that is there twice the first counts, as for GDAL.
    if (width === 0 || !KNOWN_TAGS.has(tag) || numbers.has(tag) || texts.has(tag)) continue;
    all += count;
    if (all > MOST_VALUES) throw broken(`TIFF tags of ${all} values and more`);
    const inline = entry.subarray(big ? 12 : 8);
    const values =
      count * width <= inline.length ? inline : at(big ? long8(inline) : long(inline), count * width);
    if (TEXT_TAGS.has(tag)) {
      texts.set(tag, values.toString("latin1", 0, count).replace(/\0.*$/s, ""));
      continue;
    }
    const read = WHOLE_FIELDS.has(type) ? { 1: byte, 2: short, 4: long, 8: long8 }[width] : undefined;
    if (read === undefined) throw broken(`TIFF tag ${tag} of field type ${type}`);
    if (count !== 1 && !LISTS.has(tag)) throw broken(`${count} values of TIFF tag ${tag}`);
    const list = Array.from({ length: count }, (_, k) => read(values, k * width));
    numbers.set(tag, list);
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
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  gdalMetadata: 42112,
  gdalNodata: 42113,
} as const;

const KNOWN_TAGS: ReadonlySet<number> = new Set(Object.values(TAG));
const TEXT_TAGS: ReadonlySet<number> = new Set([TAG.gdalMetadata, TAG.gdalNodata]);
/** Those of several values: one a strip, a tile or a band. */
const LISTS: ReadonlySet<number> = new Set([
  TAG.bitsPerSample,
  TAG.stripOffsets,
  TAG.stripByteCounts,
  TAG.tileOffsets,
  TAG.tileByteCounts,
  TAG.extraSamples,
  TAG.sampleFormat,
]);

/** Bytes of one value by its field type (LONG8, 16, is BigTIFF's); 0: no type, or one that no tag above has. */
export const FIELD_BYTES: readonly number[] = [0, 1, 1, 2, 4, 0, 1, 1, 2, 4, 0, 4, 8, 4, 0, 0, 8, 8, 8];

/** The types of whole numbers; a sign is as good as none: no number of ours is negative. */
const WHOLE_FIELDS: ReadonlySet<number> = new Set([1, 3, 4, 6, 8, 9, 13, 16, 17, 18]);

export const FIELD = { ascii: 2, short: 3, long: 4, long8: 16 } as const;
