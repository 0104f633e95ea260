// Descriptions of SLC images that are wrong: VRT, ISCE2's XML, ENVI, GAMMA and ROI_PAC.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RawSource } from "../../src/core/raster";
import { hasGdal } from "../../src/io/formats/gdal";
import { describeFile } from "../../src/io/formats/registry";
import { PlaneReader } from "../../src/io/rows";
import { withFolder } from "../io/slcFile.fixture";
import { testUnless } from "../testUnless";
import { type BadInput, put, testBadInputs } from "./badInput.fixture";

const noGdal = hasGdal() ? undefined : "no libgdal";
/** Bytes of the file of pixels: 13 lines of 10 complex64. */
const PIXELS = Buffer.alloc(13 * 10 * 8, 0x3f);
const FUSED = "fused {} {}/out/mean.tif {}/out/std.tif";

/** A description `name` beside the pixels of `20230105.slc`. */
function described(
  format: string,
  name: string,
  cases: readonly (readonly [name: string, text: string | Buffer, says: RegExp, more?: Partial<BadInput>])[],
): readonly BadInput[] {
  return cases.map(([what, text, says, more]) => ({
    name: `${format}: ${what}`,
    make: (folder) => {
      put(join(folder, "20230105.slc"), PIXELS);
      put(join(folder, name), text);
    },
    words: FUSED,
    error: "FormatError",
    says,
    ...more,
  }));
}

const SIZE = 'rasterXSize="10" rasterYSize="13"';
const SOURCE = '<SourceFilename relativeToVRT="1">20230105.slc</SourceFilename>';
const rawBand = (inside: string): string =>
  `<VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">${inside}</VRTRasterBand>`;
const vrtOf = (inside: string, size = SIZE): string => `<VRTDataset ${size}>${inside}</VRTDataset>`;
const raw = (inside: string, size = SIZE): string => vrtOf(rawBand(SOURCE + inside), size);
const drawn = (inside: string, source = "20230105.slc"): string =>
  vrtOf(
    `<VRTRasterBand dataType="CFloat32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">${source}</SourceFilename>${inside}</SimpleSource></VRTRasterBand>`,
  );
const WHOLE_NUMBERS = /slc\.vrt: found size .*, expected whole numbers above 0/;
const NO_NUMBER = /slc\.vrt: found \w+ ".*", expected a whole number; correct it/;
const BROKEN_XML = /slc\.vrt: found broken XML .*, expected a VRT or ISCE2 description; write it again/;

const VRT = described("VRT", "20230105.slc.vrt", [
  ["an empty file", "", /slc\.vrt: found /],
  ["blanks alone", " \n ", /slc\.vrt: found /],
  ["words", "no pixels here", /slc\.vrt: found /],
  ["NUL bytes", Buffer.alloc(64), /slc\.vrt: found binary data/],
  ["cut in its first tag", vrtOf("").slice(0, 20), BROKEN_XML],
  ["cut in a band", raw("").slice(0, 150), BROKEN_XML],
  ["two roots", `${raw("")}${raw("")}`, BROKEN_XML],
  [
    "tags that cross",
    raw("").replace("</VRTRasterBand></VRTDataset>", "</VRTDataset></VRTRasterBand>"),
    BROKEN_XML,
  ],
  ["an entity that is not declared", raw("&pixels;"), BROKEN_XML],
  ["another root", "<Dataset/>", /slc\.vrt: found an XML document <dataset>/],
  ["no band", vrtOf(""), /slc\.vrt: found a VRT of 0 bands/],
  ["a real band", raw("").replace("CFloat32", "Float32"), /slc\.vrt: found Float32, an intensity/],
  [
    "a band without a type",
    raw("").replace('dataType="CFloat32" ', ""),
    /slc\.vrt: found Byte, an intensity/,
  ],
  ["no size", vrtOf(rawBand(SOURCE), ""), NO_NUMBER],
  ["a size of words", raw("", 'rasterXSize="ten" rasterYSize="13"'), NO_NUMBER],
  ["an empty size", raw("", 'rasterXSize="" rasterYSize="13"'), NO_NUMBER],
  ["a size of 0", raw("", 'rasterXSize="0" rasterYSize="13"'), WHOLE_NUMBERS],
  ["a negative size", raw("", 'rasterXSize="10" rasterYSize="-13"'), WHOLE_NUMBERS],
  ["half a sample", raw("", 'rasterXSize="9.5" rasterYSize="13"'), NO_NUMBER],
  ["a size in hexadecimal", raw("", 'rasterXSize="0xA" rasterYSize="13"'), NO_NUMBER],
  [
    "a size of 1e9 samples",
    raw("", 'rasterXSize="1000000000" rasterYSize="13"'),
    /20230105\.slc: found 1040 bytes, expected 104000000000 .*truncated/,
  ],
  [
    "a size beyond whole numbers",
    raw("", 'rasterXSize="99999999999999999999" rasterYSize="13"'),
    WHOLE_NUMBERS,
  ],
  [
    "a line more than the file has",
    raw("", 'rasterXSize="10" rasterYSize="14"'),
    /20230105\.slc: found 1040 bytes, expected 1120 .*the last 1 lines/,
  ],
  [
    "a sample less in each line",
    raw("", 'rasterXSize="9" rasterYSize="13"'),
    /20230105\.slc: found 1040 bytes, expected 936 .*a width that fits/s,
  ],
  ["no source", vrtOf(rawBand("")), /slc\.vrt: found no SourceFilename/],
  ["a source without a name", vrtOf(rawBand("<SourceFilename/>")), /slc\.vrt: found no SourceFilename/],
  [
    "a source that is not there",
    raw("").replace("20230105.slc<", "gone.slc<"),
    /slc\.vrt: found no data file \{\}\/gone\.slc/,
  ],
  ["a source that is a folder", raw("").replace("20230105.slc<", ".<"), /slc\.vrt: found no data file \{\}/],
  [
    "itself as raw bytes",
    raw("").replace("20230105.slc<", "20230105.slc.vrt<"),
    /slc\.vrt: found \d+ bytes, expected 1040/,
  ],
  ["a negative ImageOffset", raw("<ImageOffset>-8</ImageOffset>"), WHOLE_NUMBERS],
  [
    "an ImageOffset behind the file",
    raw("<ImageOffset>4096</ImageOffset>"),
    /20230105\.slc: found 1040 bytes, expected 5136/,
  ],
  ["an ImageOffset of words", raw("<ImageOffset>start</ImageOffset>"), NO_NUMBER],
  ["an ImageOffset that is empty", raw("<ImageOffset></ImageOffset>"), NO_NUMBER],
  ["a PixelOffset of 0", raw("<PixelOffset>0</PixelOffset>"), WHOLE_NUMBERS],
  [
    "a PixelOffset within a sample",
    raw("<PixelOffset>4</PixelOffset>"),
    /slc\.vrt: found PixelOffset 4 .*do not overlap/,
  ],
  [
    "a PixelOffset that splits samples",
    raw("<PixelOffset>9</PixelOffset>"),
    /slc\.vrt: found PixelOffset 9 .*do not overlap/,
  ],
  [
    "a LineOffset within a line",
    raw("<LineOffset>79</LineOffset>"),
    /slc\.vrt: found .*LineOffset 79, expected/,
  ],
  ["a negative LineOffset", raw("<LineOffset>-80</LineOffset>"), WHOLE_NUMBERS],
  [
    "another ByteOrder",
    raw("<ByteOrder>VAX</ByteOrder>"),
    /slc\.vrt: found ByteOrder VAX, expected LSB or MSB/,
  ],
  ["itself as its source", drawn("", "20230105.slc.vrt"), /slc\.vrt: found a VRT that leads back to itself/],
  ["a source that is gone", drawn("", "gone.vrt"), /slc\.vrt: found no source \{\}\/gone\.vrt/],
  ["a source that is words", drawn("", "20230105.slc.vrt/none"), /slc\.vrt: found no source/],
  ["a source band that is not there", drawn("<SourceBand>9</SourceBand>"), /found /],
]);

const property = (name: string, value: string): string =>
  `<property name="${name}"><value>${value}</value></property>`;
/** An ISCE2 description with some of its properties changed, or left out by null. */
function isce(changes: Readonly<Record<string, string | null>>): string {
  const all = {
    data_type: "CFLOAT",
    length: "13",
    width: "10",
    byte_order: "l",
    number_bands: "1",
    scheme: "BIP",
    ...changes,
  };
  const kept = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [property(name, value)],
  );
  return `<imageFile>${kept.join("")}</imageFile>`;
}

const ISCE = described("ISCE2", "20230105.slc.xml", [
  ["cut", isce({}).slice(0, 99), /slc\.xml: found broken XML/],
  ["no type", isce({ data_type: null }), /slc\.xml: found no property data_type/],
  ["no length", isce({ length: null }), /slc\.xml: found no property length/],
  ["no width", isce({ width: null }), /slc\.xml: found no property width/],
  ["an empty width", isce({ width: "" }), /slc\.xml: found [\w ]+ ".*", expected a whole number/],
  ["a width of words", isce({ width: "wide" }), /slc\.xml: found [\w ]+ ".*", expected a whole number/],
  ["a width of 0", isce({ width: "0" }), /slc\.xml: found size/],
  ["a negative length", isce({ length: "-13" }), /slc\.xml: found size/],
  ["a width in hexadecimal", isce({ width: "0xA" }), /slc\.xml: found [\w ]+ ".*", expected a whole number/],
  ["more lines", isce({ length: "14" }), /20230105\.slc: found 1040 bytes, expected 1120/],
  ["a real type", isce({ data_type: "FLOAT" }), /slc\.xml: found FLOAT, an intensity/],
  ["another byte order", isce({ byte_order: "vax" }), /slc\.xml: found byte_order vax, expected l or b/],
  ["another scheme", isce({ scheme: "BIX" }), /slc\.xml: found scheme bix, expected bsq, bil or bip/],
  ["0 bands", isce({ number_bands: "0" }), /slc\.xml: found 0 bands/],
  [
    "half a band",
    isce({ number_bands: "1.5" }),
    /slc\.xml: found number_bands "1\.5", expected a whole number/,
  ],
  ["1e9 bands", isce({ number_bands: "1000000000" }), /found .*bands|20230105\.slc: found 1040 bytes/],
  ["2^32 bands", isce({ number_bands: "4294967296" }), /slc\.xml: found 4294967296 bands/],
  ["nothing inside", "<imageFile/>", /slc\.xml: found no property data_type/],
]);

/** An ENVI header with some of its fields changed, or left out by null. */
function enviHeader(changes: Readonly<Record<string, string | null>>): string {
  const all = {
    samples: "10",
    lines: "13",
    bands: "1",
    "data type": "6",
    interleave: "bsq",
    "byte order": "0",
    ...changes,
  };
  const kept = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [`${name} = ${value}\n`],
  );
  return `ENVI\n${kept.join("")}`;
}

const ENVI = described("ENVI", "20230105.hdr", [
  ["no type", enviHeader({ "data type": null }), /20230105\.hdr: found no data type/],
  ["no lines", enviHeader({ lines: null }), /20230105\.hdr: found no lines/],
  ["no samples", enviHeader({ samples: null }), /20230105\.hdr: found no samples/],
  ["a real type", enviHeader({ "data type": "4" }), /20230105\.hdr: found Float32, an intensity/],
  [
    "a type that ENVI does not have",
    enviHeader({ "data type": "77" }),
    /20230105\.hdr: found ENVI data type 77/,
  ],
  [
    "samples of words",
    enviHeader({ samples: "ten" }),
    /20230105\.hdr: found [\w ]+ ".*", expected a whole number/,
  ],
  ["empty samples", enviHeader({ samples: "" }), /20230105\.hdr: found [\w ]+ ".*", expected a whole number/],
  [
    "samples in hexadecimal",
    enviHeader({ samples: "0xA" }),
    /20230105\.hdr: found [\w ]+ ".*", expected a whole number/,
  ],
  ["negative lines", enviHeader({ lines: "-13" }), /20230105\.hdr: found size/],
  ["1e15 lines", enviHeader({ lines: "1000000000000000" }), /found /],
  ["0 bands", enviHeader({ bands: "0" }), /20230105\.hdr: found 0 bands/],
  ["a brace that is never closed", enviHeader({ bands: "{1" }), /20230105\.hdr: found no data type/],
  ["1e9 bands", enviHeader({ bands: "1000000000" }), /found .*bands|20230105\.slc: found 1040 bytes/],
  ["another interleave", enviHeader({ interleave: "bix" }), /20230105\.hdr: found interleave bix/],
  [
    "another byte order",
    enviHeader({ "byte order": "2" }),
    /20230105\.hdr: found byte order 2, expected 0 or 1/,
  ],
  ["a negative header offset", enviHeader({ "header offset": "-8" }), /20230105\.hdr: found size/],
  [
    "a header offset behind the file",
    enviHeader({ "header offset": "1041" }),
    /20230105\.slc: found 1040 bytes/,
  ],
]);

/** A GAMMA parameter file with some of its fields changed, or left out by null. */
function gammaPar(changes: Readonly<Record<string, string | null>>): string {
  const all = {
    title: "a",
    date: "2023 1 5",
    range_samples: "10",
    azimuth_lines: "13",
    image_format: "FCOMPLEX",
    ...changes,
  };
  const kept = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [`${name}:   ${value}\n`],
  );
  return `Gamma Interferometric SAR Processor (ISP) - Image Parameter File\n\n${kept.join("")}`;
}

const GAMMA = described("GAMMA", "20230105.slc.par", [
  ["no format", gammaPar({ image_format: null }), /slc\.par: found no image_format/],
  ["no lines", gammaPar({ azimuth_lines: null }), /slc\.par: found no azimuth_lines/],
  ["a real format", gammaPar({ image_format: "FLOAT" }), /slc\.par: found FLOAT, an intensity/],
  [
    "samples of words",
    gammaPar({ range_samples: "ten" }),
    /slc\.par: found [\w ]+ ".*", expected a whole number/,
  ],
  [
    "half a line",
    gammaPar({ azimuth_lines: "12.5" }),
    /slc\.par: found [\w ]+ ".*", expected a whole number/,
  ],
  [
    "a number and more",
    gammaPar({ range_samples: "10x13" }),
    /slc\.par: found [\w ]+ ".*", expected a whole number/,
  ],
  ["negative lines", gammaPar({ azimuth_lines: "-13" }), /slc\.par: found size/],
  ["more lines", gammaPar({ azimuth_lines: "20" }), /20230105\.slc: found 1040 bytes, expected 1600/],
  ["a negative line header", gammaPar({ line_header_size: "-8" }), /slc\.par: found size/],
  [
    "a line header that is not there",
    gammaPar({ line_header_size: "12" }),
    /20230105\.slc: found 1040 bytes/,
  ],
]);

const ROI_PAC = described("ROI_PAC", "20230105.slc.rsc", [
  ["no width", "FILE_LENGTH 13\n", /slc\.rsc: found no WIDTH/],
  ["a width of words", "WIDTH ten\nFILE_LENGTH 13\n", /slc\.rsc: found [\w ]+ ".*", expected a whole number/],
  ["a negative width", "WIDTH -10\nFILE_LENGTH 13\n", /slc\.rsc: found size/],
  ["half a sample", "WIDTH 9.5\nFILE_LENGTH 13\n", /slc\.rsc: found [\w ]+ ".*", expected a whole number/],
  [
    "a number and more",
    "WIDTH 10\nFILE_LENGTH 13m\n",
    /slc\.rsc: found [\w ]+ ".*", expected a whole number/,
  ],
  ["more lines", "WIDTH 10\nFILE_LENGTH 14\n", /20230105\.slc: found 1040 bytes, expected 1120/],
  ["1e15 lines", "WIDTH 10\nFILE_LENGTH 1000000000000000\n", /found /],
]);

const GOOD = raw("<ByteOrder>LSB</ByteOrder>");

/** What lies where an image or a folder of them is expected. */
const PLACES: readonly BadInput[] = [
  {
    name: "a folder that is not there",
    make: () => undefined,
    words: FUSED.replace("{} ", "{}/none "),
    error: "FormatError",
    says: /\{\}\/none: found no readable folder/,
  },
  {
    name: "an empty folder",
    make: () => undefined,
    words: FUSED,
    error: "FormatError",
    says: /\{\}: found an empty folder/,
  },
  {
    name: "a folder of other things",
    make: (folder) => put(join(folder, "notes.txt"), "none"),
    words: FUSED,
    error: "FormatError",
    says: /\{\}: found notes\.txt, expected /,
  },
  {
    name: "a file of other things",
    make: (folder) => put(join(folder, "notes.txt"), "none"),
    words: FUSED.replace("{} ", "{}/notes.txt "),
    error: "FormatError",
    says: /notes\.txt: found a file of another kind/,
  },
  {
    name: "a link to nothing",
    make: (folder) => symlinkSync("gone.vrt", join(folder, "20230105.slc.vrt")),
    words: FUSED,
    error: "FormatError",
    says: /slc\.vrt: found a link that leads nowhere/,
  },
  {
    name: "a link to itself",
    make: (folder) => symlinkSync("20230105.slc.vrt", join(folder, "20230105.slc.vrt")),
    words: FUSED,
    error: "FileError",
    says: /slc\.vrt: found links that lead in a circle/,
  },
  {
    name: "two links in a circle, one of them named",
    make: (folder) => {
      symlinkSync("b.slc.vrt", join(folder, "a.slc.vrt"));
      symlinkSync("a.slc.vrt", join(folder, "b.slc.vrt"));
    },
    words: FUSED.replace("{} ", "{}/a.slc.vrt "),
    error: "FileError",
    says: /a\.slc\.vrt: found links that lead in a circle/,
  },
  {
    name: "two VRTs, each the source of the other",
    make: (folder) => {
      put(join(folder, "20230105.slc.vrt"), drawn("", "20230117.slc.vrt"));
      put(join(folder, "20230117.slc.vrt"), drawn("", "20230105.slc.vrt"));
    },
    words: FUSED,
    error: "FormatError",
    says: /found a VRT that leads back to itself/,
  },
  ...["SrcRect", "DstRect"].map(
    (name): BadInput => ({
      name: `a VRT that draws with a ${name} alone`,
      make: (folder) => {
        put(join(folder, "parts/20230105.slc"), PIXELS);
        put(join(folder, "parts/whole.vrt"), GOOD);
        const rectangle = `<${name} xOff="0" yOff="0" xSize="10" ySize="13"/>`;
        put(join(folder, "20230105.slc.vrt"), drawn(rectangle, "parts/whole.vrt"));
      },
      words: FUSED.replace("{} ", "{}/20230105.slc.vrt "),
      error: "FormatError",
      says: /slc\.vrt: found a source with (srcrect|dstrect) alone, of which GDAL draws nothing/,
    }),
  ),
  ...[
    [1_000_000_000, 13],
    [13, 1_000_000_000],
    [4_000_000, 4_000_000],
    [2_147_483_647, 2_147_483_647],
  ].flatMap(([width, lines]) =>
    ["fused {}/20230105.slc.vrt {}/out/mean.tif {}/out/std.tif", "inspect {}/20230105.slc.vrt"].map(
      (words): BadInput => ({
        name: `${words.split(" ")[0]}: a VRT of ${width} x ${lines} with a source of a few bytes`,
        make: (folder) => {
          put(join(folder, "parts/20230105.slc"), PIXELS);
          put(join(folder, "parts/whole.vrt"), GOOD);
          const size = `rasterXSize="${width}" rasterYSize="${lines}"`;
          put(join(folder, "20230105.slc.vrt"), drawn("", "parts/whole.vrt").replace(SIZE, size));
        },
        words,
        error: "FormatError",
        says: /slc\.vrt: found an image of .*, expected at most 10000000 x 1000000/,
        prints: true,
      }),
    ),
  ),
  {
    name: "a VRT within a VRT, 30 deep",
    make: (folder) => {
      put(join(folder, "parts/29.slc"), PIXELS);
      put(join(folder, "parts/29.vrt"), GOOD.replace("20230105.slc<", "29.slc<"));
      for (let i = 28; i >= 0; i--) put(join(folder, `parts/${i}.vrt`), drawn("", `${i + 1}.vrt`));
      put(join(folder, "20230105.slc.vrt"), drawn("", "parts/0.vrt"));
    },
    words: FUSED.replace("{} ", "{}/20230105.slc.vrt "),
    error: "FormatError",
    says: /found .*VRT/,
  },
  {
    name: "a real image and nothing else",
    make: (folder) => put(join(folder, "20230105.vrt"), GOOD.replace("CFloat32", "Float32")),
    words: "inspect {}",
    error: "FormatError",
    says: /20230105\.vrt: found /,
    prints: true,
  },
  {
    name: "dates of two sizes",
    make: (folder) => {
      for (const [date, lines] of [
        ["20230105", 13],
        ["20230117", 12],
      ] as const) {
        put(join(folder, `${date}.slc`), PIXELS.subarray(0, lines * 80));
        put(
          join(folder, `${date}.slc.vrt`),
          GOOD.replace("20230105.slc<", `${date}.slc<`).replace('"13"', `"${lines}"`),
        );
      }
    },
    words: FUSED,
    error: "ShapeError",
    says: /found 2 dates of 2 sizes .*none has a majority/,
  },
  {
    name: "two images of one date",
    make: (folder) => {
      for (const name of ["a_20230105.slc", "b_20230105.slc"]) {
        put(join(folder, name), PIXELS);
        put(join(folder, `${name}.vrt`), GOOD.replace("20230105.slc<", `${name}<`));
      }
    },
    words: FUSED,
    error: "FormatError",
    says: /found .*20230105/,
  },
  {
    name: "link: a tree that is not there",
    make: () => undefined,
    words: "link {}/none {}/flat",
    error: "FormatError",
    says: /\{\}\/none: found nothing, expected a folder/,
  },
  {
    name: "link: a tree without images",
    make: (folder) => mkdirSync(join(folder, "tree/20230105"), { recursive: true }),
    words: "link {}/tree {}/flat",
    error: "FormatError",
    says: /\{\}\/tree: found /,
  },
  {
    name: "link: a file where the links should go",
    make: (folder) => {
      put(join(folder, "tree/20230105.slc"), PIXELS);
      put(join(folder, "tree/20230105.slc.vrt"), GOOD);
      put(join(folder, "flat"), "a file");
    },
    words: "link {}/tree {}/flat",
    error: "FormatError",
    says: /\{\}\/flat: found /,
  },
];

testUnless(noGdal)("what no source covers is NaN where that is declared", () =>
  withFolder((folder) => {
    put(join(folder, "parts/20230105.slc"), PIXELS);
    put(join(folder, "parts/whole.vrt"), GOOD);
    const path = join(folder, "20230105.slc.vrt");
    const wide = drawn("", "parts/whole.vrt").replace(SIZE, 'rasterXSize="11" rasterYSize="13"');
    put(path, wide.replace("<SimpleSource>", "<NoDataValue>nan</NoDataValue><SimpleSource>"));
    const reader = new PlaneReader([describeFile(path, false)!.images[0]!.source]);
    const line = reader.values(0, { row: 0, rows: 1, column: 9, columns: 2 });
    reader.close();
    assert.is.not(Number.isNaN(line[0]), true);
    assert.is(Number.isNaN(line[2]), true);
  }),
);

test("an offset as an attribute counts before an element, as for GDAL", () =>
  withFolder((folder) => {
    put(join(folder, "20230105.slc"), PIXELS);
    const path = join(folder, "20230105.slc.vrt");
    const both = GOOD.replace("<VRTRasterBand", '<VRTRasterBand ImageOffset="8"').replace('"13"', '"12"');
    put(path, both.replace("<ByteOrder>", "<ImageOffset>0</ImageOffset><ByteOrder>"));
    const { images, problem } = describeFile(path, true)!;
    assert.is(problem, null);
    assert.is((images[0]!.source as RawSource).dataOffset, 8);
  }));

testBadInputs([...VRT, ...ISCE, ...ENVI, ...GAMMA, ...ROI_PAC, ...PLACES]);

test.run();
