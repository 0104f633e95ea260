// Raw files: samples row after row and nothing else. Several formats describe one; what they say is checked here.
import { existsSync, realpathSync, statSync } from "node:fs";
import { fault } from "../../core/errors";
import { type Finding, finding } from "../../core/findings";
import { formatShape, PIXEL_BYTES, type RawSource } from "../../core/raster";
import { dateIn, polarisationIn } from "../names";
import type { DescribedImage, Description } from "./description";

/** What a description says of one band of a raw file. */
type RawBand = Omit<RawSource, "by" | "strips" | "wholeNumbers">;

/**
 * A raw complex image, checked against the size of its file.
 * @param file the description
 * @throws FormatError the data file is missing or shorter than described, or a number makes no sense
 */
export function describeRawBand(file: Description, band: RawBand): RawSource {
  const { path, kind, shape, dataOffset, pixelStride, rowStride } = band;
  const bytes = PIXEL_BYTES[kind];
  const numbers = [shape.azimuth, shape.range, dataOffset + 1, pixelStride, rowStride];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value > 0)) {
    const found = `size ${formatShape(shape)}, ImageOffset ${dataOffset}, PixelOffset ${pixelStride}, LineOffset ${rowStride}`;
    throw fault(file.name, `found ${found}, expected whole numbers above 0 (ImageOffset from 0); correct it`);
  }
  const isApart = pixelStride >= bytes && pixelStride % (bytes / 2) === 0;
  if (!isApart || rowStride < (shape.range - 1) * pixelStride + bytes) {
    const expected = `lines of ${shape.range} samples of ${bytes} bytes that do not overlap`;
    throw fault(
      file.name,
      `found PixelOffset ${pixelStride} and LineOffset ${rowStride}, expected ${expected}; correct it`,
    );
  }
  requireData(file, path);
  const { size } = statSync(path);
  const needed = dataOffset + (shape.azimuth - 1) * rowStride + (shape.range - 1) * pixelStride + bytes;
  if (size < needed) {
    const missing = Math.min(shape.azimuth, Math.ceil((needed - size) / rowStride));
    throw fault(
      path,
      `found ${size} bytes, expected ${needed} for ${formatShape(shape)} ${kind} samples (the last ${missing} lines are missing); the file is truncated, copy it again`,
      { kind: "truncated" },
    );
  }
  return { ...band, by: "bytes", strips: null, wholeNumbers: kind === "cint16" };
}

/** @throws FormatError there is no file of pixels where a description says so */
export function requireData(file: Pick<Description, "name">, path: string): void {
  if (existsSync(path) && statSync(path).isFile()) return;
  throw fault(
    file.name,
    `found no data file ${path}, expected the pixels there; a copied description needs its data beside it, or link it instead`,
  );
}

/**
 * What a raw file holds beyond the image described: whole lines are worth a warning, anything else means another width.
 * @param bands those of one file
 * @throws FormatError the surplus is no whole number of lines, unless surplus is allowed
 */
export function checkSurplus(file: Description, bands: readonly RawSource[]): readonly Finding[] {
  const first = Math.min(...bands.map(({ dataOffset }) => dataOffset));
  const ends = bands.map(({ dataOffset, pixelStride, rowStride, shape }) => {
    // A line that is longer than its samples belongs to a larger image, of which this is a window.
    if (rowStride !== pixelStride * shape.range) return Infinity;
    return dataOffset - ((dataOffset - first) % pixelStride) + shape.azimuth * rowStride;
  });
  const { path, rowStride, shape, kind } = bands[0]!;
  return checkEnd(file, { path, end: Math.max(...ends), rowStride, shape, kind, dataOffset: first });
}

/** As `checkSurplus`, where the format itself says at which byte all bands end. */
function checkEnd(
  file: Description,
  image: Pick<RawSource, "path" | "shape" | "kind" | "dataOffset" | "rowStride"> & { readonly end: number },
): readonly Finding[] {
  const { path, end, rowStride, shape, kind } = image;
  const { size } = statSync(path);
  const surplus = size - end;
  if (!(surplus > 0)) return [];
  const lines = surplus / rowStride;
  const expected = `${end} for ${formatShape(shape)} ${kind} samples`;
  if (!Number.isInteger(lines) && !file.allowSurplus) {
    throw fault(
      path,
      `found ${size} bytes, expected ${expected}; the surplus of ${surplus} bytes is no whole number of lines, so the width of ${file.name} may be wrong (${widthsThatFit(size, image)}); correct it, or say --allow-surplus if it is meant`,
      { kind: "sheared" },
    );
  }
  const more = Number.isInteger(lines) ? `${lines} lines more` : `${surplus} bytes more`;
  return [
    finding("surplus", path, [], `${size} bytes`, { bytes: size, expected: end }, `${expected} (${more})`),
  ];
}

/** The width that keeps the number of lines, else those close to the described one in which the file is whole lines. */
function widthsThatFit(size: number, image: Parameters<typeof checkEnd>[1]): string {
  const { azimuth, range } = image.shape;
  const samples = (size - image.dataOffset) / (image.rowStride / range);
  if (Number.isInteger(samples / azimuth)) return `a width that fits: ${samples / azimuth}`;
  const near = Array.from({ length: Math.ceil(range / 10) }, (_, i) => [range - i - 1, range + i + 1]).flat();
  const widths = near.filter((width) => width > 0 && Number.isInteger(samples / width)).slice(0, 3);
  return widths.length === 0 ? "no width near it fits" : `widths that fit: ${widths.join(", ")}`;
}

/** The whole number that a text holds; NaN where it is none, and for hexadecimal and exponents, which GDAL cuts short. */
export function wholeNumber(text: string): number {
  return /^\s*[+-]?\d+(\.0*)?\s*$/.test(text) ? Number(text) : Number.NaN;
}

/** The whole number of a field of a description. @throws FormatError it is none */
export function wholeField(file: Pick<Description, "name">, name: string, text: string): number {
  const value = wholeNumber(text);
  if (Number.isFinite(value)) return value;
  throw fault(file.name, `found ${name} ${JSON.stringify(text)}, expected a whole number; correct it`);
}

/**
 * The fields of a header, of which none may be missing.
 * @param expected what the header is, for the error
 */
export function requiredFields(
  file: Description,
  fields: ReadonlyMap<string, string>,
  expected: string,
): (name: string, what?: string) => string {
  return (name, what = name) => {
    const value = fields.get(name);
    if (value !== undefined) return value;
    throw fault(file.name, `found no ${what}, expected ${expected}; write it again`);
  };
}

/** A raw file of one band or several, as headers describe it. */
interface InterleavedImage extends Omit<RawBand, "pixelStride" | "rowStride"> {
  readonly bands: number;
  /** bsq, band after band, bil, line after line of each, or bip, sample after sample of each; and what the header calls it. */
  readonly interleave: readonly [name: string, value: string];
  /** Of the bands, as far as they are told. */
  readonly names: readonly string[];
  readonly date: string | null;
}

/** As GDAL takes at most. */
const MOST_BANDS = 65_535;

/**
 * The bands of a raw file, checked against its size.
 * @throws FormatError as `describeRawBand`, or the file has another width
 */
export function describeInterleaved(file: Description, image: InterleavedImage): readonly DescribedImage[] {
  const { bands, names, date, ...raw } = image;
  const { kind, shape, path } = raw;
  const bytes = PIXEL_BYTES[kind];
  if (!(Number.isSafeInteger(bands) && bands >= 1 && bands <= MOST_BANDS)) {
    throw fault(
      file.name,
      `found ${bands} bands, expected a whole number from 1 to ${MOST_BANDS}; correct it`,
    );
  }
  const [name, interleave] = image.interleave;
  const pixelStride = interleave === "bip" ? bands * bytes : bytes;
  const rowStride = (interleave === "bsq" ? 1 : bands) * shape.range * bytes;
  const steps = new Map(
    Object.entries({ bip: bytes, bil: shape.range * bytes, bsq: shape.azimuth * rowStride }),
  );
  const step = steps.get(interleave);
  if (step === undefined) {
    throw fault(file.name, `found ${name} ${interleave}, expected bsq, bil or bip; correct it`);
  }
  const sources = Array.from({ length: bands }, (_, i) =>
    describeRawBand(file, { ...raw, pixelStride, rowStride, dataOffset: raw.dataOffset + i * step }),
  );
  const line = shape.range * bands * bytes;
  const end = raw.dataOffset + shape.azimuth * line;
  const findings = checkEnd(file, { ...raw, rowStride: line, end });
  return sources.map((source, i) => ({
    source,
    band: i + 1,
    label: bands === 1 ? null : (names[i] ?? `band ${i + 1}`),
    date: (bands > 1 ? dateIn(names[i] ?? "")?.day : undefined) ?? date,
    polarisation: polarisationIn(names[i] ?? ""),
    files: realPaths(path),
    findings: i === 0 ? findings : [],
  }));
}

/** The real paths of files. */
export function realPaths(...paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => realpathSync.native(path)))];
}
