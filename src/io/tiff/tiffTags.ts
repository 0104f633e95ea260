/** TIFF 6.0 tags that pila reads or writes, and GDAL's own for no data. */
export const TAG = {
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
  tileWidth: 322,
  sampleFormat: 339,
  gdalNodata: 42113,
} as const;

/** Field types: bytes of one value. LONG8 (16) is BigTIFF's. */
export const FIELD_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  11: 4,
  12: 8,
  16: 8,
  17: 8,
  18: 8,
};

export const FIELD = { ascii: 2, short: 3, long: 4, long8: 16 } as const;
