// One small stack in every format and layout that pila reads. Its parts are whole numbers that int16 holds.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pixelCount, type Shape } from "../../src/core/raster";
import type { SlcChoice } from "../../src/io/choose";
import { runPython } from "./python.fixture";
import { isceXmlOf, type RawLayout, uniform, writeRaw, writeSlc, writeVrt } from "./slcFile.fixture";
import { writeComplexTiff } from "./tiff.fixture";

export const DATES = ["20230105", "20230117", "20230129"] as const;
export const SHAPE: Shape = { azimuth: 13, range: 10 };

/** A way to store the stack. */
export interface Layout {
  readonly name: string;
  /** What has to be there to write it; absent: nothing. */
  readonly needs?: "rasterio" | "h5py";
  /** Writes all dates into an empty folder. */
  write(folder: string): void;
  /** What of the folder is opened; absent: itself. */
  readonly opened?: string;
  readonly choice?: SlcChoice;
  /** How its pixels are had; absent: as plain bytes. */
  readonly by?: "bytes" | "pieces" | "gdal";
}

/** The samples of a date, re and im in turn: whole numbers from -500 to 500, some of them 0+0i. */
export function samplesOf(date: string): Float32Array {
  const next = uniform(Number(date) % 1000);
  const samples = Float32Array.from({ length: 2 * pixelCount(SHAPE) }, () => Math.round(1000 * next() - 500));
  samples.fill(0, 2 * 14, 2 * 17);
  return samples;
}

function eachDate(write: (folder: string, date: string, samples: Float32Array) => void): Layout["write"] {
  return (folder) => {
    for (const date of DATES) write(folder, date, samplesOf(date));
  };
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Samples as the bytes of int16 pairs. */
function int16Bytes(samples: Float32Array, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(2 * samples.length);
  for (const [i, value] of samples.entries()) {
    if (bigEndian) bytes.writeInt16BE(value, 2 * i);
    else bytes.writeInt16LE(value, 2 * i);
  }
  return bytes;
}

function float32Bytes(samples: Float32Array, bigEndian = false): Buffer {
  const bytes = Buffer.from(Float32Array.from(samples).buffer);
  return bigEndian ? bytes.swap32() : bytes;
}

/** A rectangle of samples. */
function cut(
  samples: Float32Array,
  shape: Shape,
  row: number,
  rows: number,
  column: number,
  columns: number,
): Float32Array {
  const part = new Float32Array(2 * rows * columns);
  for (let r = 0; r < rows; r++) {
    const at = 2 * ((row + r) * shape.range + column);
    part.set(samples.subarray(at, at + 2 * columns), 2 * r * columns);
  }
  return part;
}

const SIZE = `rasterXSize="${SHAPE.range}" rasterYSize="${SHAPE.azimuth}"`;

function vrtOf(bands: string, size = SIZE): string {
  return `<VRTDataset ${size}>${bands}</VRTDataset>`;
}

/** `row, rows, column, columns` of a source and where it is drawn. */
type Drawn = readonly [name: string, from: readonly number[], to: readonly number[]];

function simpleSources(sources: readonly Drawn[]): string {
  const rectangle = (name: string, [row, rows, column, columns]: readonly number[]): string =>
    `<${name} xOff="${column}" yOff="${row}" xSize="${columns}" ySize="${rows}"/>`;
  return sources
    .map(
      ([name, from, to]) =>
        `<SimpleSource><SourceFilename relativeToVRT="1">${name}</SourceFilename><SourceBand>1</SourceBand>` +
        `${rectangle("SrcRect", from)}${rectangle("DstRect", to)}</SimpleSource>`,
    )
    .join("");
}

function drawnBand(sources: readonly Drawn[]): string {
  return `<VRTRasterBand dataType="CFloat32" band="1">${simpleSources(sources)}</VRTRasterBand>`;
}

const WHOLE = [0, SHAPE.azimuth, 0, SHAPE.range] as const;

/** `DATE.vrt` that draws the whole of another file. */
function writeOver(folder: string, date: string, name: string): void {
  put(join(folder, `${date}.vrt`), vrtOf(drawnBand([[name, WHOLE, WHOLE]])));
}

function enviHeader(bands: number, more: string): string {
  return `ENVI\ndescription = {\n  two\n  lines}\nsamples = ${SHAPE.range}\nlines   = ${SHAPE.azimuth}\nbands = ${bands}\ndata type = 6\n${more}\n`;
}

/** Two bands, of which the second is the date's: the first is the same with other numbers. */
function twoBands(samples: Float32Array, interleave: "bsq" | "bil" | "bip"): Float32Array {
  const other = samples.map((value) => value + 1000);
  const { azimuth, range } = SHAPE;
  const out = new Float32Array(2 * samples.length);
  for (let row = 0; row < azimuth; row++) {
    for (let column = 0; column < range; column++) {
      for (const [band, values] of [other, samples].entries()) {
        const place = {
          bsq: band * azimuth * range + row * range + column,
          bil: (2 * row + band) * range + column,
          bip: 2 * (row * range + column) + band,
        }[interleave];
        const at = 2 * (row * range + column);
        out.set(values.subarray(at, at + 2), 2 * place);
      }
    }
  }
  return out;
}

function rawVrt(name: string, layout: RawLayout): Layout {
  return { name, write: eachDate((folder, date, samples) => writeSlc(folder, date, SHAPE, samples, layout)) };
}

const VRT: readonly Layout[] = [
  rawVrt("raw VRT", {}),
  rawVrt("raw VRT, big endian behind a header, with gaps", {
    bigEndian: true,
    imageOffset: 12,
    pixelOffset: 12,
    lineGap: 20,
  }),
  {
    name: "raw VRT of CInt16",
    write: eachDate((folder, date, samples) => {
      put(join(folder, `${date}.slc`), int16Bytes(samples, true));
      const band = `<SourceFilename>${date}.slc</SourceFilename><ByteOrder>MSB</ByteOrder>`;
      put(
        join(folder, `${date}.slc.vrt`),
        vrtOf(`<VRTRasterBand dataType="CInt16" subClass="VRTRawRasterBand">${band}</VRTRasterBand>`),
      );
    }),
  },
  {
    name: "raw VRT over data elsewhere, by an absolute path",
    opened: "stack",
    write: eachDate((folder, date, samples) => {
      writeSlc(join(folder, "data"), date, SHAPE, samples);
      const path = join(folder, "stack", `${date}.slc.vrt`);
      mkdirSync(dirname(path), { recursive: true });
      writeVrt(path, SHAPE, join(folder, "data", `${date}.slc`));
      writeFileSync(path, readFileSync(path, "utf8").replace('relativeToVRT="1"', 'relativeToVRT="0"'));
    }),
  },
  {
    name: "raw VRT over data in a folder above, in a tree",
    opened: "stack",
    write: eachDate((folder, date, samples) => {
      writeSlc(join(folder, "data"), date, SHAPE, samples);
      mkdirSync(join(folder, "stack", date), { recursive: true });
      writeVrt(join(folder, "stack", date, `${date}.slc.vrt`), SHAPE, `../../data/${date}.slc`);
    }),
  },
  {
    name: "ISCE2's reference date: a VRT of one source and an ENVI header",
    write: eachDate((folder, date, samples) => {
      if (date !== DATES[0]) return writeSlc(folder, date, SHAPE, samples);
      writeRaw(join(folder, `${date}.slc`), SHAPE, samples);
      put(join(folder, `${date}.hdr`), enviHeader(1, "byte order = 0"));
      put(join(folder, `${date}.slc.vrt`), vrtOf(drawnBand([[`${date}.slc`, WHOLE, WHOLE]])));
    }),
  },
  {
    name: "topsStack's full mosaics of bursts, two VRTs deep",
    by: "pieces",
    opened: "merged",
    write: eachDate((folder, date, samples) => {
      const bursts = [
        [0, 6],
        [5, 8],
      ] as const;
      const sources = bursts.map(([row, rows], i): Drawn => {
        const burst = join(folder, "bursts", date, `burst${i}`);
        mkdirSync(burst, { recursive: true });
        const shape = { azimuth: rows, range: SHAPE.range };
        const part = cut(samples, SHAPE, row, rows, 0, SHAPE.range);
        // What the second burst covers is drawn over the first.
        if (i === 0) part.fill(7, 2 * 5 * SHAPE.range);
        writeSlc(burst, "burst", shape, part, { imageOffset: 8, bigEndian: i === 1 });
        const own = [0, rows, 0, SHAPE.range];
        put(
          join(burst, "copy.vrt"),
          vrtOf(drawnBand([["burst.slc.vrt", own, own]]), `rasterXSize="10" rasterYSize="${rows}"`),
        );
        return [`../../bursts/${date}/burst${i}/copy.vrt`, own, [row, rows, 0, SHAPE.range]];
      });
      const full = join(folder, "merged", date, `${date}.slc.full`);
      put(`${full}.vrt`, vrtOf(drawnBand(sources)));
      put(`${full}.xml`, isceXmlOf(SHAPE, false));
    }),
  },
  {
    name: "windows of a larger raw image, side by side",
    by: "pieces",
    opened: "crops",
    write: eachDate((folder, date, samples) => {
      const large = { azimuth: SHAPE.azimuth + 3, range: SHAPE.range + 4 };
      const around = new Float32Array(2 * pixelCount(large)).fill(9);
      for (let row = 0; row < SHAPE.azimuth; row++) {
        const line = samples.subarray(2 * row * SHAPE.range, 2 * (row + 1) * SHAPE.range);
        around.set(line, 2 * ((row + 2) * large.range + 3));
      }
      writeSlc(join(folder, "large"), date, large, around);
      const name = `../large/${date}.slc.vrt`;
      const halves: readonly Drawn[] = [
        [name, [2, 13, 3, 4], [0, 13, 0, 4]],
        [name, [2, 13, 7, 6], [0, 13, 4, 6]],
      ];
      put(join(folder, "crops", `${date}.vrt`), vrtOf(drawnBand(halves)));
    }),
  },
  {
    name: "a window of a mosaic that covers more",
    by: "pieces",
    opened: "crops",
    write: eachDate((folder, date, samples) => {
      const at = join(folder, "large", date);
      mkdirSync(at, { recursive: true });
      const rows = [0, 7] as const;
      const sources = rows.map((row, i): Drawn => {
        const count = i === 0 ? 7 : 6;
        writeSlc(at, `part${i}`, { azimuth: count, range: 10 }, cut(samples, SHAPE, row, count, 0, 10));
        return [`part${i}.slc.vrt`, [0, count, 0, 10], [row + 3, count, 2, 10]];
      });
      put(join(at, "mosaic.vrt"), vrtOf(drawnBand(sources), 'rasterXSize="13" rasterYSize="17"'));
      const crop: Drawn = [`../large/${date}/mosaic.vrt`, [3, 13, 2, 10], WHOLE];
      put(join(folder, "crops", `${date}.slc.vrt`), vrtOf(drawnBand([crop])));
    }),
  },
  {
    name: "one window of a larger raw image",
    opened: "crops",
    write: eachDate((folder, date, samples) => {
      const large = { azimuth: SHAPE.azimuth + 1, range: SHAPE.range };
      writeSlc(join(folder, "large"), date, large, Float32Array.of(...new Float32Array(20), ...samples));
      const crop: Drawn = [`../large/${date}.slc.vrt`, [1, 13, 0, 10], WHOLE];
      put(join(folder, "crops", `${date}.slc.vrt`), vrtOf(drawnBand([crop])));
    }),
  },
  {
    name: "FRInGE's one VRT with a band a date",
    opened: "slcs_base.vrt",
    write: (folder) => {
      const bands = DATES.map((date, i) => {
        writeRaw(join(folder, date, "whole.slc"), SHAPE, samplesOf(date));
        const inside = `<Metadata domain="slc"><MDI key="Date">${date}</MDI></Metadata>
          <SourceFilename relativeToVRT="1">${date}/whole.slc</SourceFilename><ByteOrder>LSB</ByteOrder>`;
        return `<VRTRasterBand dataType="CFloat32" band="${i + 1}" subClass="VRTRawRasterBand">${inside}</VRTRasterBand>`;
      });
      put(join(folder, "slcs_base.vrt"), vrtOf(bands.join("")));
    },
  },
  {
    name: "gdalbuildvrt -separate over raw VRTs that lie beside it",
    write: (folder) => {
      const bands = DATES.map((date, i) => {
        writeSlc(folder, date, SHAPE, samplesOf(date));
        return drawnBand([[`${date}.slc.vrt`, WHOLE, WHOLE]]).replace('band="1"', `band="${i + 1}"`);
      });
      put(join(folder, "stack.vrt"), vrtOf(bands.join("")));
    },
  },
];

function isce(name: string, edit: (xml: string) => string, bigEndian = false): Layout {
  return {
    name: `ISCE2 XML${name}`,
    write: eachDate((folder, date, samples) => {
      put(join(folder, `${date}.slc`), float32Bytes(samples, bigEndian));
      put(join(folder, `${date}.slc.xml`), edit(isceXmlOf(SHAPE, bigEndian)));
    }),
  };
}

const ISCE: readonly Layout[] = [
  isce("", (xml) => xml),
  isce(", big endian", (xml) => xml, true),
  isce(" with what is optional left out", (xml) =>
    xml.replace(/<property name="(byte_order|scheme|number_bands)">.*?<\/property>/gs, ""),
  ),
  ...["little", "L", "&lt;", "\n   lsb  "].map((order) =>
    isce(
      `, byte order ${JSON.stringify(order)}, with a byte order mark and CRLF`,
      (xml) => `\uFEFF${xml.replace("<value>l</value>", `<value>${order}</value>`).replaceAll("\n", "\r\n")}`,
    ),
  ),
  ...(["bsq", "bil", "bip"] as const).map(
    (interleave): Layout => ({
      name: `ISCE2 XML of two bands, ${interleave}`,
      choice: { band: 2 },
      write: eachDate((folder, date, samples) => {
        put(join(folder, `${date}.slc`), float32Bytes(twoBands(samples, interleave)));
        const xml = isceXmlOf(SHAPE, false).replace("<value>BIP</value>", `<value>${interleave}</value>`);
        put(join(folder, `${date}.slc.xml`), xml.replace(/(name="number_bands">\s*<value>)1/, "$12"));
      }),
    }),
  ),
];

const ENVI: readonly Layout[] = [
  {
    name: "ENVI beside its data, with another ending",
    write: eachDate((folder, date, samples) => {
      put(join(folder, `s1_${date}_vv.img`), float32Bytes(samples));
      put(join(folder, `s1_${date}_vv.hdr`), enviHeader(1, "interleave = bsq\nbyte order = 0"));
    }),
  },
  ...(["bsq", "bil", "bip"] as const).map(
    (interleave): Layout => ({
      name: `ENVI of two bands, ${interleave}, big endian behind a header`,
      choice: { polarisation: "VV" },
      write: eachDate((folder, date, samples) => {
        const data = float32Bytes(twoBands(samples, interleave), true);
        put(join(folder, `${date}.slc`), Buffer.concat([Buffer.alloc(16), data]));
        const more = `interleave = ${interleave}\nbyte order = 1\nheader offset = 16\nband names = {\n VH,\n VV}`;
        put(join(folder, `${date}.slc.hdr`), enviHeader(2, more));
      }),
    }),
  ),
];

function gammaPar(format: string, date: string, more = ""): string {
  const [year, month, day] = [date.slice(0, 4), Number(date.slice(4, 6)), Number(date.slice(6))];
  return `Gamma Interferometric SAR Processor (ISP) - Image Parameter File\n\ntitle: a stack\ndate: ${year} ${month} ${day} 10 11 12.5\nrange_samples:    ${SHAPE.range}\nazimuth_lines:    ${SHAPE.azimuth}\nimage_format:     ${format}\n${more}`;
}

const PARAMETERS: readonly Layout[] = [
  {
    name: "GAMMA FCOMPLEX",
    write: eachDate((folder, date, samples) => {
      put(join(folder, `${date}.rslc`), float32Bytes(samples, true));
      put(join(folder, `${date}.rslc.par`), gammaPar("FCOMPLEX", date));
    }),
  },
  {
    name: "GAMMA SCOMPLEX with headers of lines, dated by its parameters, in a tree of equal names",
    write: eachDate((folder, date, samples) => {
      const lines = Array.from({ length: SHAPE.azimuth }, (_, row) => [
        Buffer.alloc(12),
        int16Bytes(samples.subarray(2 * row * SHAPE.range, 2 * (row + 1) * SHAPE.range), true),
      ]);
      const at = join(folder, `orbit${DATES.indexOf(date as (typeof DATES)[number])}`);
      put(join(at, "scene.slc"), Buffer.concat(lines.flat()));
      put(join(at, "scene.par"), gammaPar("SCOMPLEX", date, "line_header_size: 12\n"));
    }),
  },
  {
    name: "ROI_PAC",
    write: eachDate((folder, date, samples) => {
      put(join(folder, `${date}.slc`), float32Bytes(samples));
      put(join(folder, `${date}.slc.rsc`), `WIDTH        ${SHAPE.range}\nFILE_LENGTH  ${SHAPE.azimuth}\n`);
    }),
  },
];

function tiff(
  name: string,
  options: Parameters<typeof writeComplexTiff>[3],
  more: Partial<Layout> = {},
): Layout {
  return {
    name: `TIFF ${name}`,
    ...more,
    write: eachDate((folder, date, samples) =>
      writeComplexTiff(join(folder, `slc-acqId01-a-${date}T101112-vv`), SHAPE, [samples], options),
    ),
  };
}

const TIFF: readonly Layout[] = [
  tiff("of complex64 in one strip, without an ending, as SAOCOM's", {}),
  tiff("of complex64 in strips of 4 rows, apart and in another order, big endian", {
    rowsPerStrip: 4,
    bigEndian: true,
    scattered: true,
  }),
  tiff("of CInt16", { kind: "cint16", rowsPerStrip: 5 }),
  tiff("of CInt16, big-endian BigTIFF", { kind: "cint16", bigEndian: true, big: true }),
  ...([1, 2] as const).map(
    (planar): Layout => ({
      name: `TIFF of two bands, ${planar === 1 ? "sample by sample" : "plane by plane"}`,
      choice: { band: 2 },
      write: eachDate((folder, date, samples) => {
        const other = samples.map((value) => -value);
        writeComplexTiff(join(folder, `${date}.tif`), SHAPE, [other, samples], { planar, rowsPerStrip: 4 });
      }),
    }),
  ),
  {
    name: "VRT over a TIFF",
    opened: "vrt",
    write: eachDate((folder, date, samples) => {
      mkdirSync(join(folder, "tiff"), { recursive: true });
      writeComplexTiff(join(folder, "tiff", `${date}.tif`), SHAPE, [samples], { rowsPerStrip: 3 });
      writeOver(join(folder, "vrt"), date, `../tiff/${date}.tif`);
    }),
  },
];

const WRITE = `
import json, sys, numpy, rasterio, warnings
warnings.simplefilter("ignore")
for path, raw, options in json.load(sys.stdin):
    dtype = options.pop("dtype")
    driver = options.pop("driver", "GTiff")
    values = numpy.fromfile(raw, "complex64").reshape(${SHAPE.azimuth}, ${SHAPE.range})
    with rasterio.open(path, "w", driver=driver, width=${SHAPE.range}, height=${SHAPE.azimuth}, count=1, dtype=dtype, **options) as image:
        image.write(values if dtype == "complex_int16" else values.astype(dtype), 1)
`;

/** Calls a Python program with a list of what to write; raw samples lie in files that are gone afterwards. */
function writeByPython(
  program: string,
  folder: string,
  pathOf: (date: string) => string,
  options: object,
): void {
  const raws = DATES.map((date) => join(folder, `.${date}.raw`));
  for (const [i, date] of DATES.entries()) put(raws[i]!, float32Bytes(samplesOf(date)));
  mkdirSync(dirname(pathOf(DATES[0])), { recursive: true });
  runPython(
    program,
    DATES.map((date, i) => [pathOf(date), raws[i], options]),
  );
  for (const raw of raws) rmSync(raw);
}

function byRasterio(name: string, options: Readonly<Record<string, unknown>>): Layout {
  return {
    name: `TIFF by GDAL, ${name}`,
    needs: "rasterio",
    by: "gdal",
    write: (folder) =>
      writeByPython(WRITE, folder, (date) => join(folder, `${date}.tif`), { dtype: "complex64", ...options }),
  };
}

const TILES = { tiled: true, blockxsize: 16, blockysize: 16 };

function h5py(name: string, dataset: string, code: string, choice: SlcChoice): Layout {
  const program = `
import json, sys, numpy, h5py
for path, raw, _ in json.load(sys.stdin):
    values = numpy.fromfile(raw, "complex64").reshape(${SHAPE.azimuth}, ${SHAPE.range})
    with h5py.File(path, "w") as file:
        file["metadata/look"] = numpy.ones((5, 6), "float32")
        file["identification/start"] = "2001-01-01"
${code}
`;
  return {
    name: `HDF5 of ${name}`,
    needs: "h5py",
    by: "gdal",
    choice,
    write: (folder) =>
      writeByPython(program, folder, (date) => join(folder, `${dataset}_${date}T1011Z.h5`), {}),
  };
}

const GDAL: readonly Layout[] = [
  byRasterio("tiles", TILES),
  byRasterio("deflated strips", { compress: "deflate", blockysize: 4 }),
  byRasterio("LZW tiles", { ...TILES, compress: "lzw" }),
  byRasterio("zstd, big-endian BigTIFF", { compress: "zstd", bigtiff: "yes", endianness: "big" }),
  byRasterio("deflated CInt16", { dtype: "complex_int16", compress: "deflate" }),
  byRasterio("complex128", { dtype: "complex128" }),
  {
    name: "VRT over tiles, and by a pixel function",
    needs: "rasterio",
    by: "gdal",
    opened: "vrt",
    write: (folder) => {
      writeByPython(WRITE, folder, (date) => join(folder, "tiff", `${date}.tif`), {
        dtype: "complex64",
        ...TILES,
      });
      for (const date of DATES) writeOver(join(folder, "vrt"), date, `../tiff/${date}.tif`);
      // The conjugate of the conjugate.
      const [date] = DATES;
      const conjugate = (name: string): string =>
        `<VRTRasterBand dataType="CFloat32" band="1" subClass="VRTDerivedRasterBand"><PixelFunctionType>conj</PixelFunctionType>${simpleSources([[name, WHOLE, WHOLE]])}</VRTRasterBand>`;
      put(join(folder, "tiff", "conjugate.vrt"), vrtOf(conjugate(`${date}.tif`)));
      put(join(folder, "vrt", `${date}.vrt`), vrtOf(conjugate("../tiff/conjugate.vrt")));
    },
  },
  h5py("OPERA's CSLC", "OPERA_T064-135523-IW2", '        file["data/VV"] = values', {}),
  h5py(
    "NISAR's RSLC: pairs of float16",
    "NISAR_L1",
    `        pairs = numpy.zeros(values.shape, [("r", "<f2"), ("i", "<f2")])
        pairs["r"], pairs["i"] = values.real, values.imag
        file["science/LSAR/RSLC/swaths/frequencyA/HH"] = pairs
        file["science/LSAR/RSLC/swaths/frequencyB/HH"] = pairs[:4]`,
    { subdataset: "frequencyA/HH" },
  ),
];

export const LAYOUTS: readonly Layout[] = [...VRT, ...ISCE, ...ENVI, ...PARAMETERS, ...TIFF, ...GDAL];
