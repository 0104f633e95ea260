// The readers of images that are tried with files of any content, and GDAL's reading of the same.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { PlaneSource, RowRange, Shape } from "../../src/core/raster";
import { hasGdal } from "../../src/io/formats/gdal";
import { describeIntensities } from "../../src/io/formats/intensity";
import { describeFile } from "../../src/io/formats/registry";
import { PlaneReader } from "../../src/io/rows";
import { put } from "./badInput.fixture";
import { applyEdits, edits, NUMBERS } from "./mutations.fixture";
import type { FuzzCase, FuzzedReader, Outcome } from "./property.fixture";
import { TIFF, type TiffChanges, tiffBytes } from "./tiffBytes.fixture";

/** Bytes of the file that is tried; what it may name lies beside it. */
interface FuzzedFile {
  readonly bytes: Buffer;
}

/** Parts of samples: numbers that are all different, and such as int16 and float32 hold. */
function pixels(bytes: number): Buffer {
  const all = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) all.writeFloatLE((at / 4) % 4099, at);
  return all;
}

function shown(bytes: Buffer, isText: boolean): FuzzCase<FuzzedFile> {
  const text = isText
    ? JSON.stringify(bytes.toString("latin1"))
    : bytes
        .subarray(0, 560)
        .toString("hex")
        .replace(/(00){8,}/g, "…");
  return { input: { bytes }, [fc.toStringMethod]: () => `${bytes.length} bytes: ${text}` };
}

/** Sound files with a few changes. */
function mutated(bases: readonly (string | Buffer)[], isText: boolean): fc.Arbitrary<FuzzCase<FuzzedFile>> {
  return fc
    .tuple(fc.constantFrom(...bases), edits)
    .map(([base, all]) => shown(applyEdits(Buffer.from(base as string, "latin1"), all, isText, 600), isText));
}

const noGdal = hasGdal() ? undefined : "no libgdal";
const small = fc.constantFrom("0", "1", "5", "8", "10", "12", "13", "14", "16", "80", "104", "1040");
const numbers: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: small },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...NUMBERS.map(String), "", " 10 ", "1e1", "0xA", "10.0", "9.5", "ten"),
  },
);
const often = <T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
const perhaps = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(""), text);

const SOURCES = [
  "a.slc",
  "b.slc",
  "raw.vrt",
  "drawn.vrt",
  "a.tif",
  "real.tif",
  "a.envi",
  "fuzzed.slc.vrt",
  "gone",
  "",
];
const named = (source: string): string => `<SourceFilename relativeToVRT="1">${source}</SourceFilename>`;
const element = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  perhaps(value.map((text) => `<${name}>${text}</${name}>`));
const rectangle = (name: string): fc.Arbitrary<string> =>
  perhaps(
    fc
      .tuple(often("0", numbers), often("0", numbers), often("10", numbers), often("13", numbers))
      .map(
        ([x, y, width, height]) => `<${name} xOff="${x}" yOff="${y}" xSize="${width}" ySize="${height}"/>`,
      ),
  );
const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(""));

const rawBand: fc.Arbitrary<string> = joined(
  often("a.slc", fc.constantFrom(...SOURCES)).map(named),
  element("ImageOffset", often("0", numbers)),
  element("PixelOffset", often("8", numbers)),
  element("LineOffset", often("80", numbers)),
  element("ByteOrder", fc.constantFrom("LSB", "MSB", "lsb", "VAX")),
  element("NoDataValue", fc.constantFrom("0", "5", "-9999", "nan", "inf", "1e300", "word")),
);
const drawnBand: fc.Arbitrary<string> = joined(
  element("NoDataValue", fc.constantFrom("0", "5", "nan")),
  fc
    .array(
      joined(
        fc.constantFrom(...SOURCES).map(named),
        element("SourceBand", often("1", numbers)),
        rectangle("SrcRect"),
        rectangle("DstRect"),
      ).map((inside) => `<SimpleSource>${inside}</SimpleSource>`),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.join("")),
);
const band: fc.Arbitrary<string> = fc
  .tuple(
    often("CFloat32", fc.constantFrom("CInt16", "Float32", "CFloat64", "Complex")),
    fc.boolean(),
    rawBand,
    drawnBand,
  )
  .map(([type, isRaw, raw, drawn]) =>
    isRaw
      ? `<VRTRasterBand dataType="${type}" subClass="VRTRawRasterBand">${raw}</VRTRasterBand>`
      : `<VRTRasterBand dataType="${type}">${drawn}</VRTRasterBand>`,
  );
const vrtGrammar: fc.Arbitrary<string> = fc
  .tuple(often("10", numbers), often("13", numbers), fc.array(band, { minLength: 1, maxLength: 2 }))
  .map(([x, y, bands]) => `<VRTDataset rasterXSize="${x}" rasterYSize="${y}">${bands.join("")}</VRTDataset>`);

const SOUND_VRTS = [
  `<VRTDataset rasterXSize="10" rasterYSize="13">\n<VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">\n${named("a.slc")}\n<ByteOrder>LSB</ByteOrder>\n<ImageOffset>0</ImageOffset>\n<PixelOffset>8</PixelOffset>\n<LineOffset>80</LineOffset>\n</VRTRasterBand>\n</VRTDataset>\n`,
  `<VRTDataset rasterXSize="10" rasterYSize="13">\n<VRTRasterBand dataType="CInt16" band="1" subClass="VRTRawRasterBand">\n${named("a.slc")}\n<ByteOrder>MSB</ByteOrder>\n<ImageOffset>520</ImageOffset>\n</VRTRasterBand>\n</VRTDataset>\n`,
  `<VRTDataset rasterXSize="10" rasterYSize="13">\n<VRTRasterBand dataType="CFloat32" band="1">\n<NoDataValue>0</NoDataValue>\n<SimpleSource>\n${named("raw.vrt")}\n<SourceBand>1</SourceBand>\n<SrcRect xOff="1" yOff="2" xSize="9" ySize="8"/>\n<DstRect xOff="1" yOff="3" xSize="9" ySize="8"/>\n</SimpleSource>\n<SimpleSource>\n${named("a.tif")}\n<SrcRect xOff="0" yOff="0" xSize="5" ySize="5"/>\n<DstRect xOff="0" yOff="0" xSize="5" ySize="5"/>\n</SimpleSource>\n</VRTRasterBand>\n</VRTDataset>\n`,
];

const vrt: FuzzedReader<FuzzedFile> = {
  name: "VRT",
  cases: 16_000,
  missing: noGdal,
  prepare(folder) {
    put(join(folder, "a.slc"), pixels(1040));
    put(join(folder, "b.slc"), pixels(1120).reverse());
    put(join(folder, "raw.vrt"), SOUND_VRTS[0]!);
    put(join(folder, "drawn.vrt"), SOUND_VRTS[2]!);
    put(join(folder, "a.tif"), tiffBytes(6, 64));
    put(join(folder, "real.tif"), tiffBytes(3, 32));
    put(join(folder, "a.envi"), pixels(1040));
    put(join(folder, "a.envi.hdr"), enviHeader({}));
    const made = vrtGrammar.map((text) => shown(Buffer.from(text), true));
    return fc.oneof(mutated(SOUND_VRTS, true), made);
  },
  read: ({ bytes }, folder) =>
    readComplex(join(folder, "fuzzed.slc.vrt"), bytes, join(folder, "fuzzed.slc.vrt")),
};

/** A text of fields and the file of pixels beside it, which is what GDAL opens. */
function besidePixels(
  name: string,
  cases: number,
  ending: string,
  bases: readonly string[],
  grammar: fc.Arbitrary<string>,
  opens: string | ((text: string) => string),
): FuzzedReader<FuzzedFile> {
  return {
    name,
    cases,
    missing: noGdal,
    prepare(folder) {
      put(join(folder, "20230105.slc"), pixels(1040));
      return fc.oneof(
        mutated(bases, true),
        grammar.map((text) => shown(Buffer.from(text), true)),
      );
    },
    read({ bytes }, folder) {
      const other = join(folder, typeof opens === "string" ? opens : ".gdal.vrt");
      if (typeof opens !== "string") writeFileSync(other, opens(bytes.toString("latin1")));
      return readComplex(join(folder, `20230105${ending}`), bytes, other);
    },
  };
}

/** Some of the fields, each as the sound file has it or with another value, now and then twice. */
function fieldsOf(
  usual: Readonly<Record<string, string>>,
  others: Readonly<Record<string, fc.Arbitrary<string>>>,
  write: (name: string, value: string) => string,
): fc.Arbitrary<string> {
  const one = ([name, value]: [string, string]): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 12, arbitrary: often(value, others[name] ?? numbers).map((text) => write(name, text)) },
      { weight: 1, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: numbers.map((text) => write(name, value) + write(name, text)) },
    );
  return joined(...Object.entries(usual).map(one));
}

const ENVI_FIELDS = {
  samples: "10",
  lines: "13",
  bands: "1",
  "header offset": "0",
  "data type": "6",
  interleave: "bsq",
  "byte order": "0",
};
function enviHeader(changes: Readonly<Record<string, string>>): string {
  return `ENVI\n${Object.entries({ ...ENVI_FIELDS, ...changes })
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("")}`;
}
const envi = besidePixels(
  "ENVI",
  10_000,
  ".hdr",
  [
    enviHeader({}),
    enviHeader({
      samples: "5",
      bands: "2",
      interleave: "bil",
      "byte order": "1",
      "band names": "{\n a,\n b}",
    }),
    enviHeader({ lines: "12", "header offset": "80", interleave: "bip", description: "{two\nlines}" }),
  ],
  fieldsOf(
    ENVI_FIELDS,
    {
      "data type": fc.constantFrom("4", "6", "9", "1", "77", ""),
      interleave: fc.constantFrom("bil", "BIP", "bix", ""),
      "byte order": fc.constantFrom("1", "2", "", "01"),
      bands: fc.constantFrom("1", "2", "0", "5"),
    },
    (name, value) => `${name} = ${value}\n`,
  ).map((fields) => `ENVI\n${fields}`),
  "20230105.slc",
);

const ISCE_FIELDS = {
  data_type: "CFLOAT",
  length: "13",
  width: "10",
  byte_order: "l",
  number_bands: "1",
  scheme: "BIP",
};
const property = (name: string, value: string): string =>
  `<property name="${name}">\n<value>${value}</value>\n</property>\n`;
const isceOf = (changes: Readonly<Record<string, string>>): string =>
  `<imageFile>\n${Object.entries({ ...ISCE_FIELDS, ...changes })
    .map(([name, value]) => property(name, value))
    .join("")}</imageFile>\n`;
const isce = besidePixels(
  "ISCE2 XML",
  10_000,
  ".slc.xml",
  [
    isceOf({}),
    isceOf({ byte_order: "b", width: "5", number_bands: "2", scheme: "BIL" }),
    isceOf({ data_type: "CSHORT", width: "20" }),
  ],
  fieldsOf(
    ISCE_FIELDS,
    {
      data_type: fc.constantFrom("FLOAT", "CSHORT", "CDOUBLE", "cfloat", ""),
      byte_order: fc.constantFrom("b", "L", "x", ""),
      scheme: fc.constantFrom("BSQ", "bil", "bix", ""),
      number_bands: fc.constantFrom("1", "2", "0", ""),
    },
    property,
  ).map((fields) => `<imageFile>${fields}</imageFile>`),
  "20230105.slc",
);

const ROI_PAC_FIELDS = { WIDTH: "10", FILE_LENGTH: "13", XMIN: "0", DATE: "230105" };
const roipac = besidePixels(
  "ROI_PAC",
  6000,
  ".slc.rsc",
  [`WIDTH  10\nFILE_LENGTH    13\nXMIN 0\nDATE 230105\n`],
  fieldsOf(ROI_PAC_FIELDS, {}, (name, value) => `${name}   ${value}\n`),
  "20230105.slc",
);

const GAMMA_FIELDS = {
  title: "a",
  date: "2023 1 5",
  range_samples: "10",
  azimuth_lines: "13",
  line_header_size: "0",
  image_format: "FCOMPLEX",
};
const gammaOf = (changes: Readonly<Record<string, string>>): string =>
  `Gamma Image Parameter File\n\n${Object.entries({ ...GAMMA_FIELDS, ...changes })
    .map(([name, value]) => `${name}:   ${value}\n`)
    .join("")}`;
/** GDAL does not know it, but the VRT of the same numbers. */
function gammaVrt(text: string): string {
  const fields = text.split("\n").flatMap((line) => {
    const [name = "", ...rest] = line.split(":");
    return rest.length === 0 || /\W/.test(name) ? [] : [[name, rest.join(":").trim()] as const];
  });
  const field: Readonly<Record<string, string>> = Object.fromEntries(fields);
  const [width, header] = [Number(field.range_samples), Number(field.line_header_size ?? 0)];
  const isShort = /^scomplex$/i.test(field.image_format ?? "");
  const offsets = `<ImageOffset>${header}</ImageOffset><LineOffset>${width * (isShort ? 4 : 8) + header}</LineOffset>`;
  const inside = `${named("20230105.slc")}${offsets}<ByteOrder>MSB</ByteOrder>`;
  return `<VRTDataset rasterXSize="${width}" rasterYSize="${Number(field.azimuth_lines)}"><VRTRasterBand dataType="${isShort ? "CInt16" : "CFloat32"}" subClass="VRTRawRasterBand">${inside}</VRTRasterBand></VRTDataset>`;
}
const gamma = besidePixels(
  "GAMMA",
  8000,
  ".slc.par",
  [
    gammaOf({}),
    gammaOf({ image_format: "SCOMPLEX", azimuth_lines: "26" }),
    gammaOf({ range_samples: "9", line_header_size: "8" }),
  ],
  fieldsOf(
    GAMMA_FIELDS,
    { title: fc.string(), date: fc.string(), image_format: fc.constantFrom("SCOMPLEX", "FLOAT", "") },
    (name, value) => `${name}:   ${value}\n`,
  ),
  gammaVrt,
);

/** Fields of a TIFF with values of any kind. */
const tiffFields: fc.Arbitrary<NonNullable<TiffChanges["fields"]>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        254,
        256,
        257,
        258,
        259,
        273,
        277,
        278,
        279,
        284,
        317,
        322,
        323,
        324,
        325,
        338,
        339,
        42_113,
      ),
      fc.oneof(
        fc.constant(null),
        fc.record({
          type: fc.constantFrom(3, 4, 16, 2, 1),
          values: fc.array(
            fc.oneof(fc.constantFrom(...NUMBERS), fc.constantFrom(1n, 2n, 5n, 6n, 13n, 32n, 64n, 1024n)),
            {
              minLength: 1,
              maxLength: 6,
            },
          ),
        }),
      ),
    ),
    { maxLength: 3 },
  )
  .map((all) => Object.fromEntries(all));
const tiffGrammar = (format: 1 | 3 | 5 | 6, bits: number): fc.Arbitrary<FuzzCase<FuzzedFile>> =>
  fc
    .record({ big: fc.boolean(), bigEndian: fc.boolean(), fields: tiffFields })
    .map((changes) => shown(tiffBytes(format, bits, changes), false));
const SOUND_LAYOUTS: readonly TiffChanges[] = [
  {},
  { bigEndian: true },
  { big: true },
  { big: true, bigEndian: true, fields: { 278: [13], 273: [TIFF.data], 279: [1040] } },
];

function tiff(name: string, cases: number, format: 3 | 5 | 6, bits: number): FuzzedReader<FuzzedFile> {
  const bases = SOUND_LAYOUTS.map((layout) => tiffBytes(format, bits, layout));
  return {
    name,
    cases,
    missing: noGdal,
    prepare: () => fc.oneof(mutated(bases, false), tiffGrammar(format, bits)),
    read: ({ bytes }, folder) => {
      const path = join(folder, "20230105.tif");
      return format === 3 ? readIntensity(path, bytes) : readComplex(path, bytes, path);
    },
  };
}

/** TIFFs that GDAL has to decode, made by another GDAL. */
const decodedTiff: FuzzedReader<FuzzedFile> = {
  name: "TIFF by GDAL",
  cases: 8000,
  missing:
    noGdal ??
    (existsSync(join(__dirname, "../../../node_modules/gdal-async/lib/binding"))
      ? undefined
      : "no gdal-async"),
  prepare(folder) {
    const gdal = require("gdal-async") as typeof import("gdal-async");
    const source = join(folder, "source.tif");
    writeFileSync(source, tiffBytes(6, 64));
    const kinds = [
      ["COMPRESS=DEFLATE", "BLOCKYSIZE=4"],
      ["COMPRESS=LZW", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"],
      ["COMPRESS=ZSTD", "BIGTIFF=YES", "ENDIANNESS=BIG"],
      ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"],
      ["COMPRESS=PACKBITS"],
    ];
    const { readFileSync } = require("node:fs") as typeof import("node:fs");
    const bases = kinds.map((kind) => {
      const path = join(folder, "made.tif");
      gdal
        .translate(
          path,
          gdal.open(source),
          kind.flatMap((option) => ["-co", option]),
        )
        .close();
      return readFileSync(path);
    });
    return mutated(bases, false);
  },
  read: ({ bytes }, folder) => readComplex(join(folder, "20230105.tif"), bytes, join(folder, "20230105.tif")),
};

export const IMAGE_READERS: readonly FuzzedReader<FuzzedFile>[] = [
  vrt,
  isce,
  envi,
  gamma,
  roipac,
  tiff("TIFF of complex64", 12_000, 6, 64),
  tiff("TIFF of CInt16", 8000, 5, 32),
  tiff("TIFF of float32", 10_000, 3, 32),
  decodedTiff,
];

/** Reads a description as every command does, and as GDAL does. @param opens what GDAL opens */
function readComplex(path: string, bytes: Buffer, opens: string): Outcome {
  writeFileSync(path, bytes);
  const file = describeFile(path, false);
  if (file === null) return "refused";
  if (file.problem !== null) throw file.problem;
  const outcomes = file.images.slice(0, 3).map(({ source, band }) => compare(source, band, opens));
  return outcomes.every((each) => each === "confirmed") ? "confirmed" : "accepted";
}

async function readIntensity(path: string, bytes: Buffer): Promise<Outcome> {
  writeFileSync(path, bytes);
  const bands = await describeIntensities(path, null);
  const outcomes = bands.slice(0, 3).map(({ source, band }) => compare(source, band, path));
  return outcomes.every((each) => each === "confirmed") ? "confirmed" : "accepted";
}

/** Both corners of an image, at most 16 x 16 each, read by pila and by GDAL. */
function compare(source: PlaneSource, band: number, opens: string): Outcome {
  const reader = new PlaneReader([source]);
  const corners = cornersOf(source.shape);
  let own: readonly Float32Array[];
  try {
    own = corners.map((corner) => reader.values(0, corner));
  } finally {
    reader.close();
  }
  const theirs = readByGdal(source, band, opens, corners);
  if (theirs === null) return "accepted";
  if (theirs.shape.azimuth !== source.shape.azimuth || theirs.shape.range !== source.shape.range) {
    throw new Error(`found ${JSON.stringify(source.shape)}, GDAL finds ${JSON.stringify(theirs.shape)}`);
  }
  const parts = source.kind === "float32" ? 1 : 2;
  for (const [i, values] of own.entries()) {
    for (const [k, value] of values.entries()) {
      const other = theirs.values[i]![k]!;
      // What is declared as no data is NaN here.
      const isMissing =
        Number.isNaN(value) && k % parts === 0 && (source.nodata === other || source.by === "gdal");
      if (value !== other && !(Number.isNaN(value) && Number.isNaN(other)) && !isMissing) {
        throw new Error(`band ${band}, corner ${i}, value ${k}: ${value}, GDAL reads ${other}`);
      }
    }
  }
  return "confirmed";
}

function cornersOf({ azimuth, range }: Shape): readonly RowRange[] {
  const [rows, columns] = [Math.min(16, azimuth), Math.min(16, range)];
  return [
    { row: 0, rows, column: 0, columns },
    { row: azimuth - rows, rows, column: range - columns, columns },
  ];
}

/** null: GDAL does not read it. */
function readByGdal(
  { kind }: PlaneSource,
  band: number,
  path: string,
  corners: readonly RowRange[],
): { readonly shape: Shape; readonly values: readonly Float32Array[] } | null {
  const { openGdal } = require("../../src/io/gdal") as typeof import("../../src/io/gdal");
  const { FormatError } = require("../../src/core/errors") as typeof import("../../src/core/errors");
  try {
    const dataset = openGdal(path);
    try {
      const { shape } = dataset;
      const fits = corners.every(
        ({ row, rows, column, columns }) => row + rows <= shape.azimuth && column + columns <= shape.range,
      );
      const values = (fits ? corners : []).map((corner) => {
        const into = new Float32Array(corner.rows * corner.columns * (kind === "float32" ? 1 : 2));
        dataset.readRows(
          band,
          corner,
          kind === "float32" ? "float32" : "complex64",
          new Uint8Array(into.buffer),
          0,
        );
        return into;
      });
      return { shape, values };
    } finally {
      dataset.close();
    }
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
