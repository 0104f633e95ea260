import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FormatError, fault } from "../core/errors";
import type { RowRange, Shape } from "../core/raster";

/** What a band is read as: an intensity, or a complex SLC sample. */
type PixelKind = "float32" | "complex64";

/** What one band holds. Plain data. */
export interface GdalBand {
  /** GDAL's name of the stored type, such as `CInt16`. */
  readonly type: string;
  /** What `readRows` gives of it; null for a type that pila does not read, as Int64. */
  readonly kind: PixelKind | null;
  /** Pixels that are decoded together: a tile, a strip or a chunk. */
  readonly blockShape: Shape;
  /** The value that means no data, of a complex band its real part; it can be NaN. null: none is declared. */
  readonly nodata: number | null;
  /** What tells no data: pixels of their own (`readMask`), the value `nodata`, or nothing. */
  readonly mask: "pixels" | "nodata" | "none";
  readonly description: string;
}

/** The version of GDAL in use, such as `3.10.3`; a FormatError where there is no libgdal. */
export function gdalVersion(): string {
  return loadedGdal(null).version;
}

/**
 * Opens a raster for reading. It belongs to the thread that opened it.
 * @param path a file of this machine
 * @param image the image inside it, one of its `subdatasets`; a file with a single one needs none
 * @throws FormatError there is no such file or no libgdal, or none of the allowed drivers can read it
 */
export function openGdal(path: string, image: string = path): GdalDataset {
  const stats = statSync(path, { throwIfNoEntry: false });
  const found = stats === undefined ? "nothing" : "a folder or a device";
  if (stats?.isFile() !== true) throw fault(path, `found ${found}, expected a file; name the raster itself`);
  const gdal = loadedGdal(path);
  const drivers = Object.keys(DRIVERS);
  gdal.errorReset();
  const handle = gdal.open(image, OPEN_RASTER_AND_SAY_WHY_NOT, [...drivers, null], null, null);
  if (handle !== null) return new GdalDataset(gdal, path, handle);
  const expected = `a raster that GDAL ${gdal.version} reads by ${drivers.join(", ")}`;
  throw fault(path, `found ${lastError(gdal)}, expected ${expected}; copy it again, or export it as GeoTIFF`);
}

/** A raster that was opened. Bands are counted from 1, as GDAL does. */
export class GdalDataset {
  readonly path: string;
  /** The driver that reads it, such as `GTiff`. */
  readonly driver: string;
  /** Pixels of every band; without a meaning where there is no band. */
  readonly shape: Shape;
  /** 0 for a file that only lists subdatasets. */
  readonly bandCount: number;
  /** Images of a file that holds several: the name that `openGdal` takes, as `HDF5:"slc.h5"://data/VV`, and what it is. */
  readonly subdatasets: ReadonlyMap<string, string>;
  #handle: Handle | null;

  constructor(
    private readonly gdal: Gdal,
    path: string,
    handle: Handle,
  ) {
    this.#handle = handle;
    this.path = path;
    this.driver = gdal.description(gdal.driver(handle));
    this.shape = { azimuth: gdal.rows(handle), range: gdal.columns(handle) };
    this.bandCount = gdal.bandCount(handle);
    // SUBDATASET_1_NAME, SUBDATASET_1_DESC, SUBDATASET_2_NAME …
    const listed = Object.values(this.metadata(0, "SUBDATASETS"));
    this.subdatasets = new Map(listed.flatMap((name, i) => (i % 2 === 0 ? [[name, listed[i + 1]!]] : [])));
  }

  /**
   * What a band holds.
   * @throws FormatError there is no such band, or its blocks are too large to be decoded in memory
   */
  band(band: number): GdalBand {
    const gdal = this.gdal;
    const handle = this.#bandHandle(band);
    // GDAL before 3.7 takes int8 for uint8.
    const signed = this.metadata(band, "IMAGE_STRUCTURE").PIXELTYPE === "SIGNEDBYTE";
    const type: string = signed ? "signed Byte" : gdal.typeName(gdal.type(handle));
    const hasNodata = [0];
    const nodata: number = gdal.nodata(handle, hasNodata);
    const flags: number = gdal.maskFlags(handle);
    return {
      type,
      kind: REAL_TYPE.test(type) ? "float32" : COMPLEX_TYPE.test(type) ? "complex64" : null,
      blockShape: this.#blockShape(handle),
      nodata: hasNodata[0] === 0 ? null : nodata,
      mask: (flags & MASK_ALL_VALID) !== 0 ? "none" : flags === MASK_NODATA ? "nodata" : "pixels",
      description: gdal.description(handle),
    };
  }

  /**
   * Metadata as names and values; empty where there are none.
   * @param band a band, or 0 for what belongs to all
   * @param domain "" for the usual one; FRInGE keeps the `Date` of a band in "slc"
   */
  metadata(band = 0, domain = ""): Readonly<Record<string, string>> {
    const gdal = this.gdal;
    const list: Handle | null = gdal.metadata(band === 0 ? this.#open() : this.#bandHandle(band), domain);
    if (list === null) return {};
    const entries: string[] = gdal.koffi.decode(list, "char *", gdal.count(list));
    return Object.fromEntries(entries.map((entry) => /^([^=]*)=?(.*)$/s.exec(entry)!.slice(1)));
  }

  /**
   * Reads columns of some rows of a band, row after row without gaps, into memory that may be shared.
   * Integers become float32 and doubles are rounded to it; scale and offset are not applied.
   * Ask for whole rows of blocks (`blockShape`): other cuts decode blocks again where 64 MiB do not hold a row of them.
   * @param kind what the caller takes the band for: complex is never read as real, nor real as complex
   * @throws FormatError the band is of another kind, or its bytes do not decode
   * @throws RangeError the memory is too small
   */
  readRows(band: number, range: RowRange, kind: PixelKind, into: Uint8Array, at: number): void {
    const { type, kind: found } = this.band(band);
    const why = NOT_OF_KIND[found ?? "none"];
    if (found !== kind) throw fault(this.path, `found ${type} in band ${band}, ${why}`);
    this.#read(this.#bandHandle(band), `band ${band}`, range, TYPE_CODES[kind], into, at);
  }

  /**
   * Reads the mask of a band, a byte a pixel: 0 is no data.
   * @throws FormatError the band has no mask of pixels, or its bytes do not decode
   * @throws RangeError the memory is too small
   */
  readMask(band: number, range: RowRange, into: Uint8Array, at: number): void {
    // GDAL makes a mask of a value too, but of a complex sample it compares the real part alone.
    if (this.band(band).mask !== "pixels") {
      throw fault(this.path, `found no mask in band ${band}, expected one; use the value for no data`);
    }
    const mask = this.gdal.maskBand(this.#bandHandle(band));
    this.#blockShape(mask);
    this.#read(mask, `the mask of band ${band}`, range, TYPE_CODES.mask, into, at);
  }

  /** Frees what was decoded of a band and is kept in case that it is asked for again. */
  forget(band: number): void {
    this.gdal.flush(this.#bandHandle(band));
  }

  /** Closes the file; to ask for more afterwards is an error. */
  close(): void {
    if (this.#handle !== null) this.gdal.close(this.#handle);
    this.#handle = null;
  }

  #open(): Handle {
    if (this.#handle === null) throw new Error(`${this.path}: found a closed dataset, expected an open one`);
    return this.#handle;
  }

  #bandHandle(band: number): Handle {
    const dataset = this.#open();
    if (Number.isInteger(band) && band >= 1 && band <= this.bandCount) return this.gdal.band(dataset, band);
    const { bandCount, subdatasets } = this;
    const expected = bandCount > 0 ? `1 to ${bandCount}` : `one of its ${subdatasets.size} images`;
    throw fault(this.path, `found no band ${band}, expected ${expected}; choose another`);
  }

  #blockShape(band: Handle): Shape {
    const gdal = this.gdal;
    const [range, azimuth] = [[0], [0]];
    gdal.blockSize(band, range, azimuth);
    const shape = { azimuth: azimuth[0]!, range: range[0]! };
    const size = Math.round((shape.azimuth * shape.range * gdal.typeBytes(gdal.type(band))) / 2 ** 20);
    if (size <= LARGEST_BLOCK_MIB) return shape;
    const next = "write it again in tiles (gdal_translate -co TILED=YES)";
    throw fault(this.path, `found blocks of ${size} MiB, expected at most ${LARGEST_BLOCK_MIB}; ${next}`);
  }

  #read(band: Handle, what: string, range: RowRange, type: number, into: Uint8Array, at: number): void {
    const gdal = this.gdal;
    const { row, rows, column, columns } = range;
    const bytes = rows * columns * gdal.typeBytes(type);
    if (!(at >= 0 && at + bytes <= into.byteLength)) {
      throw new RangeError(`found ${into.byteLength} bytes of memory, expected ${at} and ${bytes} more`);
    }
    const window = [column, row, columns, rows] as const;
    gdal.errorReset();
    const memory = into.subarray(at, at + bytes);
    const status = gdal.read(band, READ, ...window, memory, columns, rows, type, PACKED, PACKED);
    if (status === 0 && gdal.lastErrorType() < FAILURE) return;
    const found = `${lastError(gdal)} in ${what}, rows ${row} to ${row + rows - 1}`;
    throw fault(this.path, `found ${found}, expected pixels that decode; copy it again, or make it again`);
  }
}

/** GDAL decodes whole blocks in memory: an image compressed as one strip would have to fit as a whole. */
const LARGEST_BLOCK_MIB = 128;

const REAL_TYPE = /^(Byte|U?Int(8|16|32)|Float(16|32|64))$/;
const COMPLEX_TYPE = /^C(Int(16|32)|Float(16|32|64))$/;

const NOT_OF_KIND = {
  float32: "an intensity or amplitude, expected complex samples; put those in a folder for pila stats",
  complex64: "complex samples, expected real values; make intensities of them with pila prep",
  none: "expected numbers of at most 32 bits or doubles; convert it",
} as const;

// Numbers of gdal.h and cpl_error.h.
const TYPE_CODES = { mask: 1, float32: 6, complex64: 10 } as const;
const [OPEN_RASTER_AND_SAY_WHY_NOT, READ, PACKED, FAILURE] = [0x42, 0, 0, 3];
const [MASK_ALL_VALID, MASK_NODATA] = [1, 8];

function lastError(gdal: Gdal): string {
  return `"${gdal.lastError().replace(/\s+/g, " ").trim()}"`;
}

type Koffi = typeof import("koffi", { with: { "resolution-mode": "require" }});
type Library = ReturnType<Koffi["load"]>;
type Handle = bigint;
type Gdal = ReturnType<typeof bindGdal>;

/**
 * The drivers that may open a file or a source of a VRT, by what ends the name of the function that registers them.
 * No other is registered, so neither a file nor what it names reaches the network or a driver that nobody tried.
 * netCDF is left out: it reads the same HDF5 file with its rows upside down.
 */
const DRIVERS = {
  GTiff: "GTiff", // SAOCOM L1A, Sentinel-1, Capella, SNAP, dolphin, COG
  VRT: "VRT", // ISCE2, FRInGE, gdalbuildvrt
  ENVI: "ENVI", // the reference date of ISCE2, and bil and bip
  ISCE: "ISCE",
  ROI_PAC: "ROIPAC",
  HDF5: "HDF5", // OPERA CSLC, NISAR RSLC
  HDF5Image: "HDF5Image", // one image of them
} as const;

const OPTIONS = {
  // MiB; a larger cache reads no faster, whole rows of blocks do. The workers of pila are the threads.
  GDAL_CACHEMAX: "64",
  GDAL_NUM_THREADS: "1",
  // Sidecars (.aux.xml, .msk, .hdr) are tried by name, so a folder of thousands of files is not listed at each opening.
  GDAL_DISABLE_READDIR_ON_OPEN: "TRUE",
  // Else what a raw file lacks would be read as zeros.
  RAW_CHECK_FILE_SIZE: "YES",
  // A VRT runs no Python and reads no network; its raw files may lie anywhere: a person named it at a command line.
  GDAL_VRT_ENABLE_PYTHON: "NO",
  CPL_VSIL_CURL_ALLOWED_EXTENSIONS: ".no-name-ends-like-this",
  GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE: "ALL",
} as const;

/** Each thread binds the functions for itself; the library, its drivers and its options are those of the process. */
let bound: Gdal | undefined;

function loadedGdal(path: string | null): Gdal {
  bound ??= bindGdal(path);
  return bound;
}

function bindGdal(path: string | null) {
  const koffi = require("koffi") as Koffi;
  const library = loadLibrary(koffi, path);
  const bind = (definition: string) => library.func(definition);
  const setOption = bind("void CPLSetConfigOption(const char *key, const char *value)");
  for (const [key, value] of Object.entries(OPTIONS)) setOption(key, value);
  // Both libraries would print every error.
  bind("void CPLPushErrorHandler(void *handler)")(library.symbol("CPLQuietErrorHandler"));
  const callIfThere = (definition: string, ...args: unknown[]) => {
    try {
      bind(definition)(...args);
    } catch {
      // A library built without HDF5 reads the rest.
    }
  };
  callIfThere("int H5Eset_auto2(int64_t stack, void *print, void *data)", 0, null, null);
  for (const name of Object.values(DRIVERS)) callIfThere(`void GDALRegister_${name}()`);
  return {
    koffi,
    version: bind("const char *GDALVersionInfo(const char *what)")("RELEASE_NAME") as string,
    open: bind("void *GDALOpenEx(const char *name, uint flags, const char **drivers, void *, void *)"),
    close: bind("void GDALClose(void *dataset)"),
    driver: bind("void *GDALGetDatasetDriver(void *dataset)"),
    rows: bind("int GDALGetRasterYSize(void *dataset)"),
    columns: bind("int GDALGetRasterXSize(void *dataset)"),
    bandCount: bind("int GDALGetRasterCount(void *dataset)"),
    band: bind("void *GDALGetRasterBand(void *dataset, int band)"),
    description: bind("const char *GDALGetDescription(void *object)"),
    metadata: bind("void *GDALGetMetadata(void *object, const char *domain)"),
    count: bind("int CSLCount(void *list)"),
    type: bind("int GDALGetRasterDataType(void *band)"),
    typeName: bind("const char *GDALGetDataTypeName(int type)"),
    typeBytes: bind("int GDALGetDataTypeSizeBytes(int type)"),
    blockSize: bind("void GDALGetBlockSize(void *band, _Out_ int *columns, _Out_ int *rows)"),
    nodata: bind("double GDALGetRasterNoDataValue(void *band, _Out_ int *success)"),
    maskFlags: bind("int GDALGetMaskFlags(void *band)"),
    maskBand: bind("void *GDALGetMaskBand(void *band)"),
    read: bind("int GDALRasterIO(void *, int, int, int, int, int, void *, int, int, int, int, int)"),
    flush: bind("void GDALFlushRasterCache(void *band)"),
    errorReset: bind("void CPLErrorReset()"),
    lastError: bind("const char *CPLGetLastErrorMsg()"),
    lastErrorType: bind("int CPLGetLastErrorType()"),
  };
}

/** What the system's loader may know, from a GDAL to come down to 3.6. */
const SYSTEM_LIBRARIES = Array.from({ length: 14 }, (_, i) => `libgdal.so.${45 - i}`);

/** The library that the environment names, else rasterio's of the private Python, else the system's. */
function loadLibrary(koffi: Koffi, path: string | null): Library {
  const named = process.env.PILA_GDAL_LIBRARY;
  const failures: string[] = [];
  for (const file of named === undefined ? [...wheelLibraries(), ...SYSTEM_LIBRARIES] : [named]) {
    if (dirname(file).endsWith(".libs")) loadNeighbours(koffi, file);
    // Node exports an OpenSSL and a zlib of its own, which the library must not take for those it was built with.
    const library = tryLoading(koffi, file, { deep: true });
    if (typeof library !== "string") return library;
    if (!SYSTEM_LIBRARIES.includes(file)) failures.push(`${file}: ${library}`);
  }
  const tried = ["no libgdal that loads", ...failures].join("; ");
  const next = named === undefined ? "run npm run setup" : "correct or unset PILA_GDAL_LIBRARY";
  const sentence = `found ${tried}, expected GDAL's library, for what is not plain bytes; ${next}`;
  throw path === null ? new FormatError(sentence) : fault(path, sentence);
}

/** The library, or why it does not load. */
function tryLoading(koffi: Koffi, file: string, options: { deep: boolean }): Library | string {
  try {
    return koffi.load(file, options);
  } catch (cause) {
    return (cause as Error).message;
  }
}

/** This file runs from dist/src/io, or within a bundle in dist/bin. */
function wheelLibraries(): string[] {
  const pythons = ["../../..", "../.."].flatMap((root) => listFolder(join(__dirname, root, ".venv/lib")));
  const folders = pythons.map((python) => join(python, "site-packages/rasterio.libs"));
  return folders.flatMap(listFolder).filter((file) => basename(file).startsWith("libgdal"));
}

/** Paths of what a folder holds; none where there is no such folder. */
function listFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** A wheel's libraries find each other only where they are loaded already: round by round, while any more will load. */
function loadNeighbours(koffi: Koffi, file: string): void {
  let waiting = listFolder(dirname(file)).filter((neighbour) => neighbour !== file);
  for (let before = Infinity; waiting.length < before; ) {
    before = waiting.length;
    // HDF5 may take Node's zlib: it inflates 1.4 times faster than the system's.
    const deep = (name: string) => !basename(name).startsWith("libhdf5");
    waiting = waiting.filter((name) => typeof tryLoading(koffi, name, { deep: deep(name) }) === "string");
  }
}
