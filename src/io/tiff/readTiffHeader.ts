import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { FormatError } from "../../core/errors";
import { FIELD_BYTES } from "./tiffTags";

/** The first image directory of a TIFF: numbers by tag, texts by tag. */
export interface TiffHeader {
  readonly bigEndian: boolean;
  readonly fileBytes: number;
  readonly numbers: ReadonlyMap<number, readonly number[]>;
  readonly texts: ReadonlyMap<number, string>;
}

/** Longer lists of offsets than any sane image has mean a damaged file. */
const MOST_VALUES = 50_000_000;

/**
 * Reads the first image directory of a classic or BigTIFF file, either byte order.
 * @throws FormatError not a TIFF, or a directory that reaches beyond the file
 * @see TIFF 6.0 (Adobe, 1992) section 2; BigTIFF: libtiff.gitlab.io/libtiff/specification/bigtiff.html
 */
export function readTiffHeader(path: string): TiffHeader {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    throw new FormatError(`${path}: found no readable file, expected a TIFF; check the path`, {
      path,
      cause,
    });
  }
  try {
    return parse(path, file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function parse(path: string, file: number, fileBytes: number): TiffHeader {
  const broken = (found: string): FormatError =>
    new FormatError(
      `${path}: found ${found}, expected a float32 GeoTIFF; make the crops again with pila prep`,
      { path },
    );
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
  const directory = big ? long8(at(8, 8)) : long(head, 4);
  const entries = big ? long8(at(directory, 8)) : short(at(directory, 2));
  if (entries > 4096) throw broken(`a TIFF directory of ${entries} entries`);
  const entryBytes = big ? 20 : 12;
  const table = at(directory + (big ? 8 : 2), entries * entryBytes);

  const numbers = new Map<number, readonly number[]>();
  const texts = new Map<number, string>();
  for (let i = 0; i < entries; i++) {
    const entry = table.subarray(i * entryBytes, (i + 1) * entryBytes);
    const type = short(entry, 2);
    const count = big ? long8(entry, 4) : long(entry, 4);
    const width = FIELD_BYTES[type];
    if (width === undefined) continue;
    if (count > MOST_VALUES) throw broken(`a TIFF tag of ${count} values`);
    const inline = entry.subarray(big ? 12 : 8);
    const values =
      count * width <= inline.length ? inline : at(big ? long8(inline) : long(inline), count * width);
    if (type === 2) {
      texts.set(short(entry), values.toString("latin1", 0, count).replace(/\0.*$/s, ""));
    } else if (type === 3 || type === 4 || type === 16) {
      const read = type === 3 ? short : type === 4 ? long : long8;
      numbers.set(
        short(entry),
        Array.from({ length: count }, (_, k) => read(values, k * width)),
      );
    }
  }
  return { bigEndian, fileBytes, numbers, texts };
}
