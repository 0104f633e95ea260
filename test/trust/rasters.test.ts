// Binary images that are wrong: TIFF, classic and Big, real and complex, and HDF5.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasGdal } from "../../src/io/formats/gdal";
import { readTiff } from "../../src/io/tiff";
import { withFolder } from "../io/slcFile.fixture";
import { type BadInput, put, testBadInputs } from "./badInput.fixture";
import { TIFF, type TiffChanges, tiffBytes } from "./tiffBytes.fixture";

const STATS = "stats sec {} {}/out/mean.tif {}/out/std.tif";
const FUSED = "fused {} {}/out/mean.tif {}/out/std.tif";
const noGdal = hasGdal() ? undefined : "no libgdal";

/** A crop that is wrong, for `stats`. */
function crop(name: string, bytes: Uint8Array, says: RegExp, more: Partial<BadInput> = {}): BadInput {
  return {
    name: `crop: ${name}`,
    make: (folder) => put(join(folder, "20230105_int_crop.tif"), bytes),
    words: STATS,
    error: "FormatError",
    says,
    ...more,
  };
}

/** A float32 crop with some of its numbers changed. */
const float = (name: string, changes: TiffChanges, says: RegExp, more: Partial<BadInput> = {}): BadInput =>
  crop(name, tiffBytes(3, 32, changes), says, more);
/** A complex TIFF with some of its numbers changed, for `fused`. */
const complex = (
  name: string,
  changes: TiffChanges,
  says: RegExp,
  more: Partial<BadInput> = {},
): BadInput => ({
  ...crop("", tiffBytes(6, 64, changes), says, more),
  name: `SLC: ${name}`,
  words: FUSED,
});

const NO_TIFF = /_int_crop\.tif: found no TIFF/;
const DIRECTORY = /_int_crop\.tif: found a TIFF directory beyond the end of the file/;
const TRUNCATED = /_int_crop\.tif: found \d+ bytes, expected \d+ .*the file is truncated/;
const STRIPS = /_int_crop\.tif: found \d+ strips, expected \d+/;
const SHORT_STRIP = /_int_crop\.tif: found \d+ bytes in strip 0, expected \d+; the file is damaged/;
const HUGE = /_int_crop\.tif: found an image of .*, expected at most 10000000 x 1000000/;
const SIZE = /_int_crop\.tif: found a TIFF without an image size/;
const BIG = 2n ** 60n;

const HEADERS: readonly BadInput[] = [
  ...[0, 1, 2, 4, 7].map((bytes) =>
    crop(`cut after ${bytes} bytes`, tiffBytes(3, 32).subarray(0, bytes), NO_TIFF),
  ),
  ...[8, 12, 17, 18, 40, 137, 138].map((bytes) =>
    crop(
      `cut after ${bytes} bytes, before its directory ends`,
      tiffBytes(3, 32).subarray(0, bytes),
      DIRECTORY,
    ),
  ),
  ...[142, 512, 520, 535].map((bytes) =>
    crop(`cut after ${bytes} bytes, before its lists end`, tiffBytes(3, 32).subarray(0, bytes), DIRECTORY),
  ),
  ...[536, 1023, 1024, 1025, 1224, 1500, 1543].map((bytes) =>
    crop(`cut after ${bytes} bytes, before its pixels end`, tiffBytes(3, 32).subarray(0, bytes), TRUNCATED),
  ),
  ...[8, 15, 16, 23, 100, 231].map((bytes) =>
    crop(
      `BigTIFF cut after ${bytes} bytes`,
      tiffBytes(3, 32, { big: true }).subarray(0, bytes),
      /found (no TIFF|a TIFF directory beyond)/,
    ),
  ),
  crop("big-endian, cut in its pixels", tiffBytes(3, 32, { bigEndian: true }).subarray(0, 1400), TRUNCATED),
  crop("BigTIFF, cut in its pixels", tiffBytes(3, 32, { big: true }).subarray(0, 1400), TRUNCATED),
  crop("NUL bytes", Buffer.alloc(2000), NO_TIFF),
  crop("words", Buffer.from("<html>not found</html>".repeat(20)), NO_TIFF),
  float("an order of bytes that there is not", { magic: [0x49, 0x4d] }, NO_TIFF),
  float("version 44", { magic: [0x49, 0x49, 44] }, NO_TIFF),
  float("version 0", { magic: [0x49, 0x49, 0] }, NO_TIFF),
  float(
    "BigTIFF with offsets of 4 bytes",
    { big: true, magic: [0x49, 0x49, 43, 0, 4] },
    /found a BigTIFF with offsets of 4 bytes/,
  ),
];

const DIRECTORIES: readonly BadInput[] = [
  float("a directory at 0", { directory: 0n }, /found a TIFF (directory|without)/),
  float("a directory behind the file", { directory: 4_000_000_000n }, DIRECTORY),
  float("a directory in the last byte", { directory: 1543n }, DIRECTORY),
  float("BigTIFF with a directory at 2^60", { big: true, directory: BIG }, DIRECTORY),
  float("BigTIFF with a directory at 2^64 - 1", { big: true, directory: 2n ** 64n - 1n }, DIRECTORY),
  float("a directory without fields", { entries: 0n }, SIZE),
  float("a directory of 65535 fields", { entries: 65_535n }, /found a TIFF directory of 65535 entries/),
  float("a directory of 4000 fields", { entries: 4000n }, DIRECTORY),
  float(
    "BigTIFF with a directory of 2^60 fields",
    { big: true, entries: BIG },
    /found a TIFF directory of \d+ entries/,
  ),
  float("a next directory that is itself, and no size", { next: 16n, fields: { 256: null } }, SIZE),
  float(
    "a field of 2^32 - 1 values",
    { fields: { 273: { type: 4, values: [1024], count: 2n ** 32n - 1n, at: 512n } } },
    /found TIFF tags of 429496\d+ values/,
  ),
  float(
    "a field of 4.9 million values",
    { fields: { 273: { type: 4, values: [1024], count: 4_900_000n, at: 512n } } },
    DIRECTORY,
  ),
  float(
    "BigTIFF with a field of 2^60 values",
    { big: true, fields: { 273: { type: 16, values: [1024], count: BIG, at: 512n } } },
    /found TIFF tags of \d+ values/,
  ),
  float(
    "values behind the file",
    { fields: { 273: { type: 4, values: [1, 2, 3], at: 4_000_000_000n } } },
    DIRECTORY,
  ),
  float(
    "BigTIFF with values at 2^60",
    { big: true, fields: { 273: { type: 16, values: [1, 2, 3], at: BIG } } },
    DIRECTORY,
  ),
  float("a width without a value", { fields: { 256: [] } }, /found 0 values of TIFF tag 256/),
  float("no width", { fields: { 256: null } }, SIZE),
  float("no length", { fields: { 257: null } }, SIZE),
  float("a width of 0", { fields: { 256: [0] } }, SIZE),
  float(
    "a width as text",
    { fields: { 256: { type: 2, values: [49, 48, 0] } } },
    /found TIFF tag 256 of field type 2/,
  ),
  float("a width of 2^32 - 1", { fields: { 256: [2 ** 32 - 1] } }, HUGE),
  float("a length of 2^32 - 1", { fields: { 257: [2 ** 32 - 1] } }, HUGE),
  float("BigTIFF with a width of 2^60", { big: true, fields: { 256: { type: 16, values: [BIG] } } }, HUGE),
  float("no strips", { fields: { 273: null } }, STRIPS),
  float("two strips of three", { fields: { 273: [1024, 1224] } }, STRIPS),
  float("a strip behind the file", { fields: { 273: [1024, 1224, 4_000_000_000] } }, TRUNCATED),
  float(
    "BigTIFF with a strip at 2^60",
    { big: true, fields: { 273: { type: 16, values: [1024, 1224, BIG] } } },
    TRUNCATED,
  ),
  float("0 rows a strip", { fields: { 278: [0] } }, /found strips of 0 rows/),
  float("0 samples a pixel", { fields: { 277: [0] } }, /found a TIFF of 0 bands/),
  float("2^32 - 1 samples a pixel", { fields: { 277: [2 ** 32 - 1] } }, /found /),
  float("65535 samples a pixel", { fields: { 277: [65_535] } }, /found /),
  float("samples of 0 bits", { fields: { 258: [0] } }, /of 0-bit samples/),
  float("samples of 2^32 - 1 bits", { fields: { 258: [2 ** 32 - 1] } }, /found /),
  float("a sample format that there is not", { fields: { 339: [9] } }, /found /, { missing: noGdal }),
  float("a compression that there is not", { fields: { 259: [50_999] } }, /_int_crop\.tif: found /, {
    missing: noGdal,
  }),
  ...Object.entries({ LZW: 5, deflate: 8, zstd: 50_000, PackBits: 32_773, JPEG: 7 }).map(([name, code]) =>
    float(`bytes that are no ${name}`, { fields: { 259: [code] } }, /_int_crop\.tif: found /, {
      missing: noGdal,
    }),
  ),
  float(
    "tiles of 0 x 0",
    { fields: { 273: null, 279: null, 322: [0], 323: [0], 324: [1024], 325: [400] } },
    /found /,
    {
      missing: noGdal,
    },
  ),
  float(
    "tiles of 2^31 x 2^31",
    { fields: { 273: null, 279: null, 322: [2 ** 31], 323: [2 ** 31], 324: [1024], 325: [400] } },
    /found /,
    { missing: noGdal },
  ),
  float(
    "a tile behind the file",
    { fields: { 273: null, 279: null, 322: [16], 323: [16], 324: [5000], 325: [1024] } },
    /tile 0; the file is truncated/,
  ),
  float("a width of two values", { fields: { 256: [10, 10] } }, /found 2 values of TIFF tag 256/),
  float(
    "a strip that is said to be empty",
    { fields: { 279: [200, 200, 0] } },
    /found 0 bytes in strip 2, expected 120/,
  ),
  float(
    "one size for three strips",
    { fields: { 279: [200] } },
    /found 3 offsets of strips or tiles and 1 sizes/,
  ),
  float(
    "no sizes for three strips",
    { fields: { 279: null } },
    /found 3 offsets of strips or tiles and 0 sizes/,
  ),
  float(
    "an offset of tiles beside strips",
    { fields: { 324: [0] } },
    /found some fields of tiles and some of strips/,
  ),
  float(
    "an offset of tiles as a byte",
    { fields: { 324: { type: 1, values: [0] } } },
    /found some fields of tiles/,
  ),
  float(
    "a tile length beside strips",
    { fields: { 323: [1] } },
    /found some fields of tiles and some of strips/,
  ),
  float(
    "a planar configuration of 3",
    { fields: { 284: [3] } },
    /found planar configuration 3, expected 1 or 2/,
  ),
];

const COMPLEX: readonly BadInput[] = [
  complex("cut in its pixels", {}, /_int_crop\.tif: found 1500 bytes, expected 2064/, {
    make: (folder) => put(join(folder, "20230105_int_crop.tif"), tiffBytes(6, 64).subarray(0, 1500)),
  }),
  complex("real samples", { fields: { 339: [3] } }, /found 64-bit samples of format float/),
  complex("two strips of three", { fields: { 273: [1024, 1424] } }, STRIPS),
  complex("a strip behind the file", { fields: { 273: [1024, 1424, 1e9] } }, TRUNCATED),
  complex("a width of 2^32 - 1", { fields: { 256: [2 ** 32 - 1] } }, HUGE),
  complex("0 samples a pixel", { fields: { 277: [0] } }, /found a TIFF of 0 bands/),
  complex("2^32 - 1 samples a pixel", { fields: { 277: [2 ** 32 - 1] } }, /found /),
  complex("0 rows a strip", { fields: { 278: [0] } }, /found /),
  complex("samples of 48 bits", { fields: { 258: [48] } }, /found /, { missing: noGdal }),
  complex("bytes that are no deflate", { fields: { 259: [8] } }, /found /, { missing: noGdal }),
  complex("two bands and room for one", { fields: { 277: [2], 258: [64, 64] } }, SHORT_STRIP),
  complex("two planes and strips for one", { fields: { 277: [2], 258: [64, 64], 284: [2] } }, STRIPS),
];

const HDF5_HEAD = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

function hdf5(name: string, bytes: Uint8Array, words = FUSED): BadInput {
  return {
    name: `HDF5: ${name}`,
    make: (folder) => put(join(folder, "20230105.h5"), bytes),
    words,
    error: "FormatError",
    says: /20230105\.h5: found /,
    missing: noGdal,
  };
}

const HDF5: readonly BadInput[] = [
  hdf5("its signature alone", HDF5_HEAD),
  hdf5("its signature and zeros", Buffer.concat([HDF5_HEAD, Buffer.alloc(4000)])),
  hdf5("its signature and 0xff", Buffer.concat([HDF5_HEAD, Buffer.alloc(4000, 0xff)])),
  hdf5("its signature behind a block", Buffer.concat([Buffer.alloc(512), HDF5_HEAD, Buffer.alloc(100)])),
  hdf5("a version that there is not", Buffer.concat([HDF5_HEAD, Buffer.from([9]), Buffer.alloc(2000)])),
  hdf5("named by itself", HDF5_HEAD, FUSED.replace("{} ", "{}/20230105.h5 ")),
];

const two = (folder: string, bytes: Uint8Array): void => {
  put(join(folder, "20230105_int_crop.tif"), tiffBytes(3, 32));
  put(join(folder, "20230117_int_crop.tif"), bytes);
};

/** Folders of crops, and what is beside them. */
const FOLDERS: readonly BadInput[] = [
  {
    name: "crops: none",
    make: () => undefined,
    words: STATS,
    error: "FormatError",
    says: /\{\}: found no \*_int_crop\.tif/,
  },
  {
    name: "crops: no folder",
    make: () => undefined,
    words: STATS.replace("{} ", "{}/none "),
    error: "FormatError",
    says: /\{\}\/none: found no readable folder/,
  },
  {
    name: "crops: the second of two cut",
    make: (folder) => two(folder, tiffBytes(3, 32).subarray(0, 1400)),
    words: STATS,
    error: "FormatError",
    says: /20230117_int_crop\.tif: found 1400 bytes/,
  },
  {
    name: "crops: a folder under the name of one",
    make: (folder) => mkdirSync(join(folder, "20230105_int_crop.tif")),
    words: STATS,
    error: "FormatError",
    says: /20230105_int_crop\.tif: found a folder, expected a TIFF/,
  },
  {
    name: "crops: two sizes",
    make: (folder) => two(folder, tiffBytes(3, 32, { fields: { 256: [9] } })),
    words: STATS,
    error: "ShapeError",
    says: /found 2 dates of 2 sizes/,
  },
  {
    name: "crops: complex samples",
    make: (folder) => two(folder, tiffBytes(6, 64)),
    words: STATS,
    error: "FormatError",
    says: /20230117_int_crop\.tif: found 64-bit samples of format complex float/,
  },
  ...Object.entries({
    words: "no JSON",
    cut: '{"schema": 1, "sources": [',
    null: "null",
    "a list": "[]",
    "another schema": '{"schema": 2, "sources": []}',
    "sources that are no list": '{"schema": 1, "sources": 5}',
    "sources that are nothing": '{"schema": 1, "sources": [null]}',
    "a source without names": '{"schema": 1, "sources": [{}]}',
    "a date that is a number":
      '{"schema": 1, "sources": [{"date": 5, "path": "a", "bytes": 1, "modified": 1}]}',
    "a date outside the folder":
      '{"schema": 1, "sources": [{"date": "../20230105", "path": "a", "bytes": 1, "modified": 1}]}',
  }).map(
    ([name, text]): BadInput => ({
      name: `pila-prep.json: ${name}`,
      make: (folder) => {
        two(folder, tiffBytes(3, 32));
        put(join(folder, "pila-prep.json"), text);
      },
      words: STATS,
      error: "FormatError",
      says: /pila-prep\.json: found a damaged description of the crops/,
    }),
  ),
  {
    name: "verify: a file that is not there",
    make: (folder) => put(join(folder, "a.tif"), tiffBytes(3, 32)),
    words: "verify {}/a.tif {}/none.tif",
    error: "FormatError",
    says: /none\.tif: found no readable file/,
  },
  {
    name: "verify: a table",
    make: (folder) => {
      put(join(folder, "a.tif"), tiffBytes(3, 32));
      put(join(folder, "b.csv"), "backend\ttiempo\n");
    },
    words: "verify {}/a.tif {}/b.csv",
    error: "FormatError",
    says: /b\.csv: found no TIFF, VRT or ENVI image/,
  },
  {
    name: "verify: two sizes",
    make: (folder) => {
      put(join(folder, "a.tif"), tiffBytes(3, 32));
      put(join(folder, "b.tif"), tiffBytes(3, 32, { fields: { 256: [9] } }));
    },
    words: "verify {}/a.tif {}/b.tif",
    error: "ShapeError",
    says: /a\.tif: found 13 x 10, expected 13 x 9/,
  },
  {
    name: "verify: other pixels",
    make: (folder) => {
      const bytes = tiffBytes(3, 32);
      put(join(folder, "a.tif"), bytes);
      bytes.writeFloatLE(7, TIFF.data);
      put(join(folder, "b.tif"), bytes);
    },
    words: "verify {}/a.tif {}/b.tif",
    error: "VerifyError",
    says: /a\.tif: found 1 of 130 pixels that differ/,
    prints: true,
  },
];

/** Outputs that cannot be, and crops of the image that are not there. */
const soundStack = (folder: string): void => put(join(folder, "slc/20230105.tif"), tiffBytes(6, 64));
const OUTPUTS: readonly BadInput[] = [
  ...Object.entries({
    "an empty crop": ["--crop 0,2,0,0", "ShapeError", /found crop 0,2,0,0 .*--crop 3,2,0,0/],
    "a crop larger than the image": ["--crop 99,99,0,0", "ShapeError", /found crop 99,99,0,0/],
    "a crop that begins outside": ["--crop 1,1,9,9", "ShapeError", /no window fits from that corner/],
    "a crop beyond whole numbers": ["--crop 99999999999999999999,1,0,0", "ShapeError", /found crop/],
    "more looks than the image has": ["--looks 14", "ShapeError", /ask for fewer looks/],
    "a band that is not there": ["--band 2", "FormatError", /found .*band/],
    "a polarisation that is not there": ["--pol VV", "FormatError", /found .*VV/],
    "a subdataset that is not there": ["--subdataset VV", "FormatError", /found .*VV/],
  } as const).map(
    ([name, [options, error, says]]): BadInput => ({
      name: `fused: ${name}`,
      make: soundStack,
      words: `fused {}/slc {}/mean.tif {}/std.tif ${options}`,
      error,
      says,
    }),
  ),
  {
    name: "outputs: one name for both",
    make: soundStack,
    words: "fused {}/slc {}/same.tif {}/same.tif",
    error: "UsageError",
    says: /same\.tif: found an output that is named twice/,
  },
  {
    name: "outputs: an input",
    make: soundStack,
    words: "fused {}/slc {}/slc/20230105.tif {}/std.tif",
    error: "UsageError",
    says: /20230105\.tif: found an output that is also an input/,
  },
  {
    name: "outputs: a folder",
    make: (folder) => {
      soundStack(folder);
      mkdirSync(join(folder, "mean.tif"));
    },
    words: "fused {}/slc {}/mean.tif {}/std.tif",
    error: "UsageError",
    says: /mean\.tif: found a folder, expected the name of a file/,
  },
  {
    name: "outputs: below a file",
    make: soundStack,
    words: "fused {}/slc {}/slc/20230105.tif/mean.tif {}/std.tif",
    error: "FormatError",
    says: /20230105\.tif: found that it cannot be made/,
  },
  {
    name: "outputs: a name that is too long",
    make: soundStack,
    words: `fused {}/slc {}/${"m".repeat(300)}.tif {}/std.tif`,
    error: "FileError",
    says: /found a name that is too long/,
  },
  {
    name: "outputs: a name of /dev/null's folder",
    make: soundStack,
    words: "fused {}/slc /dev/null/mean.tif {}/std.tif",
    error: "FormatError",
    says: /found that it cannot be made/,
  },
  {
    name: "prep: a file where the crops should go",
    make: (folder) => {
      soundStack(folder);
      put(join(folder, "intens"), "a file");
    },
    words: "prep {}/slc {}/intens",
    error: "FormatError",
    says: /intens: found /,
  },
  {
    name: "prep: crops that pila did not make",
    make: (folder) => {
      soundStack(folder);
      put(join(folder, "intens/20230105_int_crop.tif"), tiffBytes(3, 32));
    },
    words: "prep {}/slc {}/intens",
    error: "FormatError",
    says: /intens: found 1 crops of unknown making/,
  },
  {
    name: "inspect: a quicklook in place of the image",
    make: soundStack,
    words: "inspect {}/slc --quicklook {}/slc/20230105.tif",
    error: "UsageError",
    says: /found an output that is also an input/,
  },
];

test("of a field that is there twice the first counts, as for GDAL", () =>
  withFolder((folder) => {
    const bytes = tiffBytes(3, 32, { fields: { 254: [TIFF.range], 256: [1] } });
    bytes.writeUInt16LE(256, TIFF.directory + 2);
    put(join(folder, "a.tif"), bytes);
    assert.is(readTiff(join(folder, "a.tif")).shape.range, TIFF.range);
  }));

testBadInputs([...HEADERS, ...DIRECTORIES, ...COMPLEX, ...HDF5, ...FOLDERS, ...OUTPUTS]);

test.run();
