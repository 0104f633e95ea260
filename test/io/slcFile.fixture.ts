import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isceXml } from "../../data-prep/isce";
import { nextUniform, STATE_WORDS, startStream } from "../../data-prep/random";
import { pixelCount, type Shape } from "../../src/core/raster";

/** Calls a function with a new empty folder, which is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pila-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Uniform numbers between 0 and 1, the same for the same seed. */
export function uniform(seed: number): () => number {
  const state = new Int32Array(STATE_WORDS);
  startStream(state, seed, 1, 1);
  return () => nextUniform(state);
}

/** How samples lie in a raw file; what is left out is plain: little endian, no gaps. */
export interface RawLayout {
  readonly bigEndian?: boolean;
  readonly imageOffset?: number;
  readonly pixelOffset?: number;
  /** Bytes between the last sample of a line and the first of the next. */
  readonly lineGap?: number;
}

/** Real and imaginary parts in turn, of samples whose amplitudes cover two decades. */
export function randomSamples(shape: Shape, seed: number): Float32Array {
  const next = uniform(seed);
  const samples = new Float32Array(2 * pixelCount(shape));
  for (let i = 0; i < samples.length; i += 2) {
    const amplitude = 10 ** (2 * next() - 0.5);
    const phase = 2 * Math.PI * next();
    samples[i] = amplitude * Math.cos(phase);
    samples[i + 1] = amplitude * Math.sin(phase);
  }
  return samples;
}

/** Sets a rectangle of samples to one value: rows from..to, columns from..to, half open. */
export function fillSamples(
  samples: Float32Array,
  shape: Shape,
  rows: readonly [number, number],
  columns: readonly [number, number],
  value: number,
): void {
  for (let row = rows[0]; row < rows[1]; row++) {
    samples.fill(value, 2 * (row * shape.range + columns[0]), 2 * (row * shape.range + columns[1]));
  }
}

/** Writes samples as a raw file; bytes that belong to no sample are 0xff, a NaN to whoever takes them for data. */
export function writeRaw(path: string, shape: Shape, samples: Float32Array, layout: RawLayout = {}): void {
  const { bigEndian = false, imageOffset = 0, pixelOffset = 8 } = layout;
  const lineOffset = lineOffsetOf(shape, layout);
  const bytes = Buffer.alloc(imageOffset + shape.azimuth * lineOffset, 0xff);
  for (let row = 0; row < shape.azimuth; row++) {
    for (let column = 0; column < shape.range; column++) {
      for (const part of [0, 1]) {
        const value = samples[2 * (row * shape.range + column) + part]!;
        const at = imageOffset + row * lineOffset + column * pixelOffset + 4 * part;
        if (bigEndian) bytes.writeFloatBE(value, at);
        else bytes.writeFloatLE(value, at);
      }
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** Writes the VRT of a raw file. */
export function writeVrt(path: string, shape: Shape, dataName: string, layout: RawLayout = {}): void {
  const { bigEndian = false, imageOffset = 0, pixelOffset = 8 } = layout;
  writeFileSync(
    path,
    `<VRTDataset rasterXSize="${shape.range}" rasterYSize="${shape.azimuth}">
  <VRTRasterBand dataType="CFloat32" band="1" subClass="VRTRawRasterBand">
    <SourceFilename relativeToVRT="1">${dataName}</SourceFilename>
    <ByteOrder>${bigEndian ? "MSB" : "LSB"}</ByteOrder>
    <ImageOffset>${imageOffset}</ImageOffset>
    <PixelOffset>${pixelOffset}</PixelOffset>
    <LineOffset>${lineOffsetOf(shape, layout)}</LineOffset>
  </VRTRasterBand>
</VRTDataset>
`,
  );
}

/** Writes `DATE.slc` with its `DATE.slc.vrt`. */
export function writeSlc(
  folder: string,
  date: string,
  shape: Shape,
  samples: Float32Array,
  layout: RawLayout = {},
): void {
  writeRaw(join(folder, `${date}.slc`), shape, samples, layout);
  writeVrt(join(folder, `${date}.slc.vrt`), shape, `${date}.slc`, layout);
}

/** Writes an image of zeros but for its last samples, which takes no more room on disk than those. */
export function writeSparseSlc(
  folder: string,
  date: string,
  shape: Shape,
  tail: Float32Array = new Float32Array(2),
): void {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, `${date}.slc`), "w");
  writeSync(file, tail, 0, tail.byteLength, 8 * pixelCount(shape) - tail.byteLength);
  closeSync(file);
  writeVrt(join(folder, `${date}.slc.vrt`), shape, `${date}.slc`);
}

/** An ISCE2 description, with upper-case names and a stale absolute file name as real ones have. */
export function isceXmlOf(shape: Shape, bigEndian: boolean): string {
  return isceXml(shape, "/somewhere/else/old.slc")
    .replace('name="width"', 'name="WIDTH"')
    .replace("<value>l</value>", `<value>${bigEndian ? "b" : "l"}</value>`);
}

function lineOffsetOf(shape: Shape, { pixelOffset = 8, lineGap = 0 }: RawLayout): number {
  return shape.range * pixelOffset + lineGap;
}
