// TIFFs written field by field, so that any of their numbers may be wrong.

/** A field of an image directory; what is given besides its values lies about them. */
export interface TiffField {
  readonly tag: number;
  /** 2 text, 3 uint16, 4 uint32, 16 uint64. */
  readonly type: number;
  readonly values: readonly (number | bigint)[];
  /** The number of values that is said to be there. */
  readonly count?: bigint;
  /** The byte at which they are said to be, if there are too many for the field itself. */
  readonly at?: bigint;
}

/** What is not as usual. */
export interface TiffChanges {
  /** BigTIFF. */
  readonly big?: boolean;
  readonly bigEndian?: boolean;
  /** By tag: other values of uint32, a field, or null for none. */
  readonly fields?: Readonly<Record<number, readonly (number | bigint)[] | Omit<TiffField, "tag"> | null>>;
  /** Where the directory is said to be. */
  readonly directory?: bigint;
  /** The number of fields it is said to have. */
  readonly entries?: bigint;
  /** Where the next directory is said to be. */
  readonly next?: bigint;
  /** Bytes at the beginning of the file. */
  readonly magic?: readonly number[];
}

/** Size of the image, azimuth x range, and where things lie in the file. */
export const TIFF = { azimuth: 13, range: 10, directory: 16, lists: 512, data: 1024 } as const;

/** Rows a strip: 13 rows make strips of 5, 5 and 3. */
const ROWS = 5;

/** A TIFF of one band in three strips. @param samples format and bits of a sample: 3 float, 5 and 6 complex */
export function tiffBytes(format: 1 | 3 | 5 | 6, bits: number, changes: TiffChanges = {}): Buffer {
  const { big = false, bigEndian = false } = changes;
  const rowBytes = (TIFF.range * bits) / 8;
  const strips = [0, 1, 2].map((i) => Math.min(ROWS, TIFF.azimuth - ROWS * i) * rowBytes);
  const fields = new Map<number, Omit<TiffField, "tag">>();
  const usual: Readonly<Record<number, readonly number[]>> = {
    256: [TIFF.range],
    257: [TIFF.azimuth],
    258: [bits],
    259: [1],
    262: [1],
    273: strips.map((_, i) => TIFF.data + ROWS * i * rowBytes),
    277: [1],
    278: [ROWS],
    279: strips,
    339: [format],
  };
  for (const [tag, values] of Object.entries({ ...usual, ...changes.fields })) {
    if (values === null) continue;
    fields.set(Number(tag), "type" in values ? values : { type: 4, values });
  }
  const bytes = Buffer.alloc(TIFF.data + TIFF.azimuth * rowBytes);
  for (let at = TIFF.data; at < bytes.length; at += 2) bytes.writeUInt16LE(at % 9973, at);
  const put = (value: number | bigint, at: number, width: number): void => {
    let rest = BigInt.asUintN(8 * width, BigInt(value));
    for (let i = 0; i < width; i++, rest >>= 8n)
      bytes[at + (bigEndian ? width - 1 - i : i)] = Number(rest & 255n);
  };
  const word = big ? 8 : 4;
  bytes.write(bigEndian ? "MM" : "II", 0, "latin1");
  put(big ? 43 : 42, 2, 2);
  if (big) put(8, 4, 2);
  put(changes.directory ?? TIFF.directory, big ? 8 : 4, word);
  put(changes.entries ?? fields.size, TIFF.directory, big ? 8 : 2);
  let at = TIFF.directory + (big ? 8 : 2);
  let listAt: number = TIFF.lists;
  for (const [tag, { type, values, count, at: said }] of [...fields].sort(([a], [b]) => a - b)) {
    const width = { 2: 1, 3: 2, 4: 4, 16: 8 }[type] ?? 1;
    put(tag, at, 2);
    put(type, at + 2, 2);
    put(count ?? values.length, at + 4, word);
    const isInline = values.length * width <= word && said === undefined;
    if (!isInline) put(said ?? listAt, at + 4 + word, word);
    values.forEach((value, i) => {
      put(value, (isInline ? at + 4 + word : listAt) + i * width, width);
    });
    if (!isInline) listAt += values.length * width;
    at += 4 + 2 * word;
  }
  put(changes.next ?? 0, at, word);
  for (const [i, byte] of (changes.magic ?? []).entries()) bytes[i] = byte;
  return bytes;
}
